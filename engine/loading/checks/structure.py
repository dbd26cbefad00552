"""What an entity says of itself: title, search, scope, owner, tree, lines."""

from __future__ import annotations

from engine.fieldtypes.base import field_type
from engine.loading.builtin import USER
from engine.loading.checks.lists import check_paths
from engine.loading.draft import Draft
from engine.loading.paths import Paths, is_link, links_to
from engine.loading.scopes import step_type
from engine.loading.site import Site
from engine.metadata import Entity, Field


def check_structure(draft: Draft, paths: Paths, entity: Entity, site: Site) -> None:
    """Check the keys of the entity that name fields."""
    name = entity.name
    if site.has("title"):
        what = "a field with one value"
        paths.fitting(name, entity.title, site.down("title"), _is_column, what)
    check_paths(paths, name, entity.subtitle, site.down("subtitle"))
    if site.has("search"):
        for i, one in enumerate(entity.search):
            what = "a text field to be searched"
            paths.fitting(name, one, site.down("search", i), _is_searchable, what)
    _check_links(paths, entity, site)
    _check_units(draft, paths, entity, site)
    for one in sorted(entity.lock_except):
        paths.field(name, one, _entry(site, "lock_except", one))
    _check_renamed(draft, entity, site)


def _is_column(field: Field) -> bool:
    return field_type(field.type).is_column


def _is_searchable(field: Field) -> bool:
    return field_type(field.type).searchable


def _check_links(paths: Paths, entity: Entity, site: Site) -> None:
    name = entity.name
    for i, one in enumerate(entity.search_links):
        paths.fitting(name, one, site.down("search_links", i), is_link, "a link")
    if entity.own:
        what = f"a link to '{USER}'"
        paths.fitting(name, entity.own, site.down("own"), links_to(USER), what)
    if entity.parent:
        what = f"a link to '{name}' itself"
        paths.fitting(name, entity.parent, site.down("parent"), links_to(name), what)
    if entity.part_of:
        paths.fitting(name, entity.part_of, site.down("part_of"), is_link, "a link")


def _check_units(draft: Draft, paths: Paths, entity: Entity, site: Site) -> None:
    for key in ("scope", "department"):
        path = getattr(entity, key)
        if not path:
            continue
        here = site.down(key)
        if draft.organization is None:
            message = f"'{key}' needs the organization of the manifest"
            hint = "add `organization: {entity: …}` to models.yaml"
            draft.report(here.at(), "bad-scope", message, hint)
        elif path == "id" and entity.name == draft.organization.entity:
            continue  # a unit belongs to itself
        else:
            _check_unit_path(draft, paths, entity, path, here)


def _check_unit_path(draft: Draft, paths: Paths, entity: Entity, path: str, site: Site) -> None:
    kind = paths.path(entity.name, path, site)
    wanted = draft.organization.entity if draft.organization else ""
    if kind is None or (kind.name == "link" and kind.entity == wanted):
        return
    message = f"the path '{path}' must end at a link to '{wanted}'"
    shown = f"it ends at '{kind.entity}'" if kind.entity else f"it ends at {kind}"
    further = _one_step_further(draft, kind.entity or "", wanted)
    hint = f"{shown}; did you mean '{path}.{further}'?" if further else shown
    draft.report(site.at(), "bad-scope", message, hint)


def _one_step_further(draft: Draft, entity: str, wanted: str) -> str:
    owner = draft.entities.get(entity)
    for name in owner.fields if owner else ():
        kind = step_type(draft, entity, name)
        if kind and kind.name == "link" and kind.entity == wanted:
            return name
    return ""


def _entry(site: Site, key: str, name: str) -> Site:
    """Return the site of an entry of a list whose order the object gave up."""
    inner = site.down(key)
    return inner.down(inner.value.index(name))


def _check_renamed(draft: Draft, entity: Entity, site: Site) -> None:
    old = entity.renamed_from
    if old and old in draft.entities:
        message = f"'{entity.name}' cannot have been renamed from '{old}', which still exists"
        hint = "remove renamed_from, or the old entity"
        draft.report(site.at("renamed_from"), "bad-rename", message, hint)
