"""Lists: columns, filters, order, totals, card, saved filters, board, calendar, tree."""

from __future__ import annotations

from collections.abc import Sequence

from engine.diagnostics import did_you_mean
from engine.fieldtypes.base import field_type
from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata import Entity, Field

DATES = ("date", "datetime")


def check_list(draft: Draft, paths: Paths, entity: Entity, site: Site) -> None:
    """Check the generated list of an entity."""
    layout, here = entity.list, site.down("list")
    if here.has("columns"):
        check_paths(paths, entity.name, layout.columns, here.down("columns"))
    check_paths(paths, entity.name, layout.filters, here.down("filters"))
    check_paths(paths, entity.name, layout.sort, here.down("sort"))
    for position, name in enumerate(layout.totals):
        _check_total(draft, paths, entity, name, here.down("totals", position))
    for position, name in enumerate(layout.edit_inline):
        _check_inline(draft, paths, entity, name, here.down("edit_inline", position))
    for view in layout.views:
        inner = here.down("views", view.name)
        check_paths(paths, entity.name, view.columns, inner.down("columns"))
        check_paths(paths, entity.name, view.sort, inner.down("sort"))
    _check_card(draft, paths, entity, here.down("card"))
    _check_drawings(draft, paths, entity, here)


def check_paths(
    paths: Paths, entity: str, names: Sequence[str], site: Site, *, lines: bool = False
) -> None:
    """Check every path of a list."""
    for position, path in enumerate(names):
        paths.path(entity, path, site.down(position), lines=lines)


def check_sum(draft: Draft, paths: Paths, entity: str, path: str, site: Site) -> None:
    """Check that a path leads to numbers."""
    kind = paths.path(entity, path, site)
    if kind is not None and kind.name != "number":
        message = f"'{path}' cannot be summed: it is not a number"
        draft.report(site.at(), "wrong-field", message, "name a numeric field")


def _check_total(draft: Draft, paths: Paths, entity: Entity, name: str, site: Site) -> None:
    check_sum(draft, paths, entity.name, name, site)
    shown = {*entity.list.columns, *(c for view in entity.list.views for c in view.columns)}
    if name not in shown:
        message = f"'{name}' is summed and not among the list's columns"
        draft.report(site.at(), "unknown-column", message, did_you_mean(name, shown))


def _check_inline(draft: Draft, paths: Paths, entity: Entity, name: str, site: Site) -> None:
    found = paths.fitting(entity.name, name, site, _is_typed_in, "a field that people may change")
    if found is not None and name not in entity.list.columns:
        message = f"'{name}' is edited in the list and not among its columns"
        hint = did_you_mean(name, entity.list.columns)
        draft.report(site.at(), "unknown-column", message, hint)


def _is_typed_in(field: Field) -> bool:
    fixed = field.read_only or field.compute is not None or field.editable != "always"
    return not fixed and field_type(field.type).is_column


def _check_card(draft: Draft, paths: Paths, entity: Entity, site: Site) -> None:
    card = entity.list.card
    if card.title:
        paths.path(entity.name, card.title, site.down("title"))
    check_paths(paths, entity.name, card.subtitle, site.down("subtitle"))
    if card.badge:
        kind = paths.path(entity.name, card.badge, site.down("badge"))
        if kind is not None and kind.name not in ("choice", "choices", "boolean"):
            message = f"'{card.badge}' must be a choice field to be a badge"
            draft.report(site.at("badge"), "wrong-field", message, _choices(entity))
    if card.amount:
        kind = paths.path(entity.name, card.amount, site.down("amount"))
        if kind is not None and kind.name != "number":
            message = f"'{card.amount}' must be a number to be an amount"
            draft.report(site.at("amount"), "wrong-field", message, "name a numeric field")


def _choices(entity: Entity) -> str:
    names = [one.name for one in entity.fields.values() if one.type == "choice"]
    return f"allowed: {', '.join(names)}" if names else f"'{entity.name}' has no choice field"


def _check_drawings(draft: Draft, paths: Paths, entity: Entity, site: Site) -> None:
    layout = entity.list
    if layout.board:
        here = site.down("board", "by")
        paths.fitting(entity.name, layout.board.by, here, _is_choice, "a choice field")
    if layout.calendar:
        for key in ("start", "end"):
            name = getattr(layout.calendar, key)
            kind = paths.path(entity.name, name, site.down("calendar", key)) if name else None
            if kind is not None and kind.name not in DATES:
                message = f"'{name}' must be a date field"
                hint = "name a field of type date or datetime"
                draft.report(site.at("calendar", key), "wrong-field", message, hint)
    if layout.tree and not entity.parent:
        message = f"a tree needs the key 'parent' of '{entity.name}'"
        hint = "add `parent:` with the link field that leads to the record above"
        draft.report(site.at("tree"), "missing-key", message, hint)


def _is_choice(field: Field) -> bool:
    return field.type == "choice"
