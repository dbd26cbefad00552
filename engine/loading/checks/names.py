"""Names that people give: their form, and the ones the engine keeps for itself."""

from __future__ import annotations

import re

from engine.loading.builtin import ENGINE_FIELDS, ROOTS, SCOPE_UNIT, USER, WORDS
from engine.loading.draft import Draft
from engine.loading.site import Site
from engine.metadata import Entity

MAX_LENGTH = 50
_FORM = re.compile(r"[a-z][a-z0-9_]*\Z", re.ASCII)
_PREFIXES = ("wy_", "ab_", "x_")
_WHOSE = {
    "wy_": "the engine's own tables",
    "ab_": "Flask-AppBuilder's tables",
    "x_": "the fields of one company",
}


_ADDRESSES = frozenset({"files", "flows", "security"})  # below /api/v1/, beside the entities


def check_names(draft: Draft) -> None:
    """Check the names of everything declared."""
    for (kind, name), site in draft.sites.items():
        check_name(draft, name, site, own_table=kind == "entity")
    for entity in draft.entities.values():
        _check_entity(draft, entity, draft.site("entity", entity.name))


def check_name(draft: Draft, name: str, site: Site, *, own_table: bool = False) -> bool:
    """Tell whether a name may be used; reports if not."""
    if not _FORM.match(name):
        message = f"'{name}' is not a proper name"
        hint = "small letters a-z, digits and '_', beginning with a letter"
        draft.report(site.key(), "bad-name", message, hint)
        return False
    if len(name) > MAX_LENGTH:
        message = f"the name '{name}' has more than {MAX_LENGTH} characters"
        draft.report(site.key(), "bad-name", message, "shorten it; people read the label")
        return False
    if own_table and name == USER:
        message = f"the name '{USER}' is kept for the people who log in"
        draft.report(site.key(), "reserved-name", message, "link to it with `to: user`")
        return False
    return True


def _check_entity(draft: Draft, entity: Entity, site: Site) -> None:
    if entity.name in _ADDRESSES:
        message = f"the name '{entity.name}' is kept for an address of the API"
        draft.report(site.key(), "reserved-name", message, "choose another name")
    _check_prefix(draft, entity.name, site)
    for name in entity.fields:
        here = site.down("fields", name)
        if check_name(draft, name, here) and _check_prefix(draft, name, here):
            _check_field(draft, entity, name, here)
    for button in entity.buttons.values():
        here = site.down("buttons", button.name)
        check_name(draft, button.name, here)
        for name in button.ask:
            check_name(draft, name, here.down("ask", name))
    for check in entity.checks:
        check_name(draft, check.name, site.down("checks", check.name))
    for view in entity.list.views:
        check_name(draft, view.name, site.down("list", "views", view.name))


def _check_prefix(draft: Draft, name: str, site: Site) -> bool:
    prefix = next((p for p in _PREFIXES if name.startswith(p)), None)
    if prefix is None:
        return True
    message = f"names that begin with '{prefix}' are kept for {_WHOSE[prefix]}"
    draft.report(site.key(), "reserved-name", message, "choose another name")
    return False


def _check_field(draft: Draft, entity: Entity, name: str, site: Site) -> None:
    reason = _reserved(entity, name)
    if reason:
        message = f"'{name}' cannot be the name of a field: {reason}"
        draft.report(site.key(), "reserved-name", message, "choose another name")


def _reserved(entity: Entity, name: str) -> str:
    if name in ENGINE_FIELDS or name == SCOPE_UNIT:
        return "every record has it already"
    if name in ROOTS:
        return f"'{name}.' has a meaning of its own in formulas"
    if name in WORDS:
        return "it is a word of the formula language"
    for ending in ("_id", "_entity"):
        link = entity.fields.get(name.removesuffix(ending)) if name.endswith(ending) else None
        if link is not None and (link.type == "any_link" or (link.type, ending) == ("link", "_id")):
            return f"the column of the link '{link.name}' is called so"
    return ""
