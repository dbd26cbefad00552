"""Which records a print takes, and in what order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from engine.documents.prints import settings_of
from engine.expressions import compile_sql
from engine.extension import Invalid, Refused
from engine.metadata import Print
from engine.records import Query, Workspace, is_allowed, joined, listing, resolve, visible
from engine.storage.joins import Joined

MOST_RECORDS = 20_000


def selected(
    work: Workspace, one: Print, ids: Sequence[int] | None, query: Query | None
) -> list[int]:
    """Return the ids to print: asked for by number or by a list's filter, allowed, in order.

    Row rules of both `read` and `print` hold, and the print's own condition.

    Raises:
        Refused: the right is missing.
        Invalid: nothing is left, or far too much.
    """
    if not is_allowed(work, one.entity, "print"):
        raise Refused("You have no right to print these records.")
    wanted = query or Query(entity=one.entity, ids=tuple(ids or ()))
    source = joined(work, one.entity)
    matching = listing.conditions_of(work, wanted, source)
    matching += _own_conditions(work, one, source)
    if query is not None and ids:
        matching.append(source.table.c.id.in_(ids))
    order = _order(work, one, wanted, source)
    statement = select(source.table.c.id).select_from(source.from_).where(*matching)
    statement = statement.order_by(*order, source.table.c.id).limit(MOST_RECORDS + 1)
    found = list(work.connection.scalars(statement))
    if not found:
        raise Invalid("There is nothing to print: no record matches, or none may be printed.")
    if len(found) > MOST_RECORDS:
        raise Invalid("At most %(most)s at a time; narrow the filter.", most=f"{MOST_RECORDS:,}")
    return found


def _own_conditions(work: Workspace, one: Print, source: Joined) -> list[ColumnElement[bool]]:
    found = [] if one.where is None else [compile_sql(one.where.typed, source)]
    rule = visible(work, one.entity, source.table, "print", source)
    return found if rule is None else [*found, rule]


def _order(work: Workspace, one: Print, query: Query, source: Joined) -> list[ColumnElement[Any]]:
    shipped = settings_of(one).sort
    if query.sort and not shipped:
        keys = listing.order_of(work, query, source)
    else:
        entity = work.catalog.entity(one.entity)
        paths = shipped or (() if query.ids is not None else entity.list.sort)
        keys = [_key(work, one.entity, path, source) for path in paths]
    return [k.desc().nulls_last() if down else k.asc().nulls_last() for k, down in keys]


def _key(
    work: Workspace, entity: str, path: str, source: Joined
) -> tuple[ColumnElement[Any], bool]:
    plain, down = path.removeprefix("-"), path.startswith("-")
    try:
        _, field = resolve(work.catalog, entity, plain)
    except KeyError as unknown:
        raise ValueError(f"a print of {entity!r} sorts by {plain!r}, which it has not") from unknown
    steps = tuple(plain.split("."))
    return (source.title(steps) if field.type == "link" else source.column(steps)), down
