"""Forms and record pages."""

from __future__ import annotations

from collections.abc import Sequence

from engine.fieldtypes.base import field_type
from engine.loading.checks.lists import check_paths
from engine.loading.draft import Draft
from engine.loading.paths import Paths, links_to
from engine.loading.site import Site
from engine.metadata import Entity, Related, Section


def check_form(draft: Draft, paths: Paths, entity: Entity, site: Site) -> None:
    """Check the fields of the form: known, and each in one place only."""
    here = site.down("form")
    if here.has("tabs") and here.has("sections"):
        message = "a form must have either tabs or sections"
        draft.report(here.key("sections"), "conflicting-keys", message, "put them into a tab")
    seen: dict[str, Site] = {}
    names: set[str] = set()
    for position, tab in enumerate(entity.form.tabs):
        inner = here.down("tabs", position) if here.has("tabs") else here
        if tab.name in names:
            message = f"there are two tabs '{tab.name}'"
            draft.report(inner.at("name"), "duplicate-name", message, "give one another name")
        names.add(tab.name)
        if inner.has("sections"):
            _check_sections(draft, paths, entity, tab.sections, inner.down("sections"), seen)


def _check_sections(
    draft: Draft,
    paths: Paths,
    entity: Entity,
    sections: Sequence[Section],
    site: Site,
    seen: dict[str, Site],
) -> None:
    for i, section in enumerate(sections):
        for j, name in enumerate(section.fields):
            here = site.down(i, "fields", j)
            found = paths.field(entity.name, name, here)
            if found is None:
                continue
            if name in seen:
                message = f"'{name}' stands in the form twice"
                draft.report(here.at(), "named-twice", message, f"first at {seen[name].at()}")
            seen.setdefault(name, here)
            if not field_type(found.type).is_column and len(section.fields) > 1:
                message = f"the lines '{name}' must stand alone in their section"
                draft.report(here.at(), "lines-alone", message, "give them a section of their own")


def check_page(draft: Draft, paths: Paths, entity: Entity, site: Site) -> None:
    """Check the record page."""
    here = site.down("page")
    check_paths(paths, entity.name, entity.page.facts, here.down("facts"))
    if here.has("sections"):
        for i, section in enumerate(entity.page.sections):
            inner = here.down("sections", i, "fields")
            check_paths(paths, entity.name, section.fields, inner, lines=True)
    for i, related in enumerate(entity.page.related):
        _check_related(paths, entity, related, here.down("related", i))


def _check_related(paths: Paths, entity: Entity, related: Related, site: Site) -> None:
    if not paths.entity(related.entity, site.down("entity")):
        return
    what = f"a link to '{entity.name}'"
    paths.fitting(related.entity, related.by, site.down("by"), links_to(entity.name), what)
    check_paths(paths, related.entity, related.columns, site.down("columns"))
    check_paths(paths, related.entity, related.sort, site.down("sort"))
