"""Fields of entities and dialogs: links, options, defaults, keys that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.fieldtypes.base import field_type
from engine.loading.checks.manifest import check_role
from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata import Catalog, Entity, Field


def check_fields(draft: Draft, paths: Paths, entity: Entity, site: Site) -> None:
    """Check an entity's fields, and those its buttons ask for."""
    for name, field in entity.fields.items():
        here = site.down("fields", name)
        _check_references(draft, paths, field, here)
        _check_conflicts(draft, field, here)
        _check_fetch(draft, paths, entity, field, here)
        _check_renamed(draft, entity, field, here)
    for button in entity.buttons.values():
        for name, field in button.ask.items():
            here = site.down("buttons", button.name, "ask", name)
            _check_references(draft, paths, field, here)
            _check_dialog(draft, field, here)


def check_field_types(draft: Draft, catalog: Catalog) -> None:
    """Report what the types have to say about their options in the whole catalog."""
    for entity in catalog.entities.values():
        site = draft.site("entity", entity.name)
        for name, field in entity.fields.items():
            _check_type(draft, field, site.down("fields", name), catalog)
        for button in entity.buttons.values():
            for name, field in button.ask.items():
                here = site.down("buttons", button.name, "ask", name)
                _check_type(draft, field, here, catalog)


def _check_type(draft: Draft, field: Field, site: Site, catalog: Catalog) -> None:
    for option, message, hint in field_type(field.type).findings(field, catalog):
        code = "bad-default" if option == "default" else "bad-option"
        draft.report(site.at(option), code, message, hint)


def _check_references(draft: Draft, paths: Paths, field: Field, site: Site) -> None:
    target = field.options.get("to")
    if isinstance(target, str):
        paths.entity(target, site.down("to"), user=True)
    elif isinstance(target, tuple):
        for position, one in enumerate(target):
            paths.entity(one, site.down("to", position), user=True)
    if field.type == "lines":
        paths.entity(field.options["of"], site.down("of"))
    options = field.options.get("options")
    for name, option in options.items() if isinstance(options, Mapping) else ():
        for position, role in enumerate(option.get("pick", ())):
            check_role(draft, role, site.down("options", name, "pick", position))


_CONFLICTS = (
    ("compute", "required", "a computed field is never typed in"),
    ("compute", "required_when", "a computed field is never typed in"),
    ("compute", "default", "a computed field always has its formula's value"),
    ("compute", "default_formula", "a computed field always has its formula's value"),
    ("compute", "fetch", "a computed field always has its formula's value"),
    ("default", "default_formula", "a new record can begin with one value only"),
)


def _check_conflicts(draft: Draft, field: Field, site: Site) -> None:
    for first, second, reason in _CONFLICTS:
        if site.has(first) and site.has(second):
            message = f"'{field.name}' cannot have both '{first}' and '{second}'"
            draft.report(site.key(second), "conflicting-keys", message, reason)
    if field.stored and field.compute is None:
        message = f"'{field.name}' has 'stored' and no 'compute'"
        hint = "only a computed field can be stored or not; all others always are"
        draft.report(site.key("stored"), "conflicting-keys", message, hint)
    for key, message, hint in _contradictions(field):
        draft.report(site.key(key), "conflicting-keys", message, hint)


def _contradictions(field: Field) -> Iterator[tuple[str, str, str]]:
    given = field.default is not None or field.default_formula is not None or bool(field.fetch)
    hint = "give it a default, a default_formula or a fetch"
    if field.required and field.hidden and not given:
        yield "hidden", f"'{field.name}' is required and hidden, so nobody could save", hint
    if not field_type(field.type).is_column:
        for key in ("unique", "index", "required_when", "default_formula", "compute", "fetch"):
            if getattr(field, key):
                yield key, f"the lines '{field.name}' cannot have '{key}'", "remove it"
    if field.compute is not None and not field.stored:
        for key in ("unique", "index"):
            if getattr(field, key):
                message = f"'{field.name}' is computed in each query and cannot have '{key}'"
                yield key, message, "add `stored: true`"


def _check_dialog(draft: Draft, field: Field, site: Site) -> None:
    for key in ("compute", "stored", "unique", "index", "renamed_from", "fetch"):
        if site.has(key):
            message = f"'{field.name}' is asked in a dialog and cannot have '{key}'"
            draft.report(site.key(key), "conflicting-keys", message, "nothing of it is stored")
    if not field_type(field.type).is_column:
        hint = "ask for single values, or let the action make the lines"
        draft.report(site.at("type"), "wrong-field", "a dialog cannot ask for lines", hint)


def _check_fetch(draft: Draft, paths: Paths, entity: Entity, field: Field, site: Site) -> None:
    if not field.fetch:
        return
    here = site.down("fetch")
    kind = paths.path(entity.name, field.fetch, here)
    if "." not in field.fetch:
        message = f"'{field.fetch}' must lead over a link"
        draft.report(here.at(), "not-a-link", message, "write link.field, as in owner.phone")
        return
    wanted = field_type(field.type).value_type(field)
    texts = ("text", "choice")
    if kind is None or kind.name == wanted.name or (wanted.name == "text" and kind.name in texts):
        return
    message = f"'{field.name}' holds {wanted}, but '{field.fetch}' gives {kind}"
    draft.report(here.at(), "wrong-field", message, "the two fields must be of one kind")


def _check_renamed(draft: Draft, entity: Entity, field: Field, site: Site) -> None:
    old = field.renamed_from
    if old and old in entity.fields:
        message = f"'{field.name}' cannot have been renamed from '{old}', which still exists"
        hint = "remove renamed_from, or the old field"
        draft.report(site.at("renamed_from"), "bad-rename", message, hint)
