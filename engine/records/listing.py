"""Lists: one statement for the rows with every label joined, one for the count."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from engine.access import masked_fields, readable_fields
from engine.expressions import compile_sql
from engine.extension import Invalid, Refused
from engine.fieldtypes import mask
from engine.records.cursors import after_condition, cursor_of
from engine.records.engine_fields import ENGINE_FIELDS, resolve
from engine.records.query import COUNT_LIMIT, MAX_OFFSET, MAX_PAGE_SIZE, Column, Page, Query
from engine.records.reach import is_allowed, joined, visible
from engine.records.workspace import Workspace
from engine.storage import normalized
from engine.storage.joins import Joined


def list_records(work: Workspace, query: Query) -> Page:
    """Return a page of the records the actor may see.

    Raises:
        Invalid: an unknown column, an impossible sort or window.
        Refused: the actor may not read the entity.
    """
    source = joined(work, query.entity)
    columns, selected = _columns(work, query, source)
    matching = _conditions(work, query, source)
    order = _order(work, query, source)
    rows_query = select(source.table.c.id, source.table.c.version, *selected, *_keys(order))
    rows_query = rows_query.select_from(source.from_).where(*matching)
    rows_query, limit = _window(rows_query, query, order, source)
    found = work.connection.execute(rows_query).all()
    more = len(found) > limit
    keys = len(order)
    rows = [tuple(r)[: len(r) - keys] if keys else tuple(r) for r in found[:limit]]
    rows = _masked(rows, columns)
    last = found[limit - 1] if more else None
    next_token = cursor_of(last[len(last) - keys :], last[0]) if last is not None else ""
    total, exact = _count(work, query, source, matching, len(rows), more)
    totals = _totals(work, query, source, matching)
    return Page(columns, rows, total, exact, more, next_token, totals)


def _columns(
    work: Workspace, query: Query, source: Joined
) -> tuple[tuple[Column, ...], list[ColumnElement[Any]]]:
    described: list[Column] = []
    selected: list[ColumnElement[Any]] = []
    for path in query.columns:
        owner, field = readable(work, query.entity, path)
        value = 2 + len(selected)
        steps = tuple(path.split("."))
        selected.append(source.column(steps).label(f"v{value}"))
        title = None
        if field.type == "link":
            title = 2 + len(selected)
            selected.append(source.title(steps).label(f"t{title}"))
        elif field.type == "any_link":
            title = 2 + len(selected)
            table, _ = source.reach(steps[:-1])
            selected.append(table.c[f"{field.name}_entity"].label(f"t{title}"))
        masked = owner != "user" and field.name in masked_fields(work.catalog, work.actor, owner)
        described.append(Column(path, owner, field, value, title, masked and not work.trusted))
    return tuple(described), selected


def readable(work: Workspace, entity: str, path: str) -> tuple[str, Any]:
    """Return the field at a path when the actor may read every step of it.

    Raises:
        Invalid: there is no such field, or none the actor may see; both read the same.
    """
    try:
        owner, field = resolve(work.catalog, entity, path)
    except KeyError:
        raise Invalid("There is no field %(name)s.", name=path) from None
    if not work.trusted:
        at = entity
        for step in path.split("."):
            _must_read(work, at, step, path)
            _, one = resolve(work.catalog, at, step)
            at = one.options.get("to", at)
    return owner, field


def _must_read(work: Workspace, entity: str, name: str, path: str) -> None:
    if entity == "user" or name in ENGINE_FIELDS or name == "scope_unit":
        return
    if name not in readable_fields(work.catalog, work.actor, entity):
        raise Invalid("There is no field %(name)s.", name=path)


def _conditions(work: Workspace, query: Query, source: Joined) -> list[ColumnElement[bool]]:
    if not is_allowed(work, query.entity, "read"):
        raise Refused("You may not read these records.")
    found = [compile_sql(typed, source) for typed in query.conditions]
    rule = visible(work, query.entity, source.table, "read", source)
    if rule is not None:
        found.append(rule)
    if query.search.strip():
        found.append(search_condition(source, query.search))
    if query.ids is not None:
        found.append(source.table.c.id.in_(query.ids))
    return found


def search_condition(source: Joined, words: str) -> ColumnElement[bool]:
    """Return the condition that every word stands somewhere in the search fields."""
    if "_search" not in source.table.c:
        return source.table.c.id == -1
    parts = [normalized(word) for word in words.split()]
    return and_(*(source.table.c._search.contains(p, autoescape=True) for p in parts if p))


def _order(work: Workspace, query: Query, source: Joined) -> list[tuple[ColumnElement[Any], bool]]:
    found = []
    for key in query.sort:
        path, descending = key.removeprefix("-"), key.startswith("-")
        owner, field = readable(work, query.entity, path)
        if owner != "user" and field.name in masked_fields(work.catalog, work.actor, owner):
            raise Invalid("Records cannot be sorted by %(name)s.", name=path)
        steps = tuple(path.split("."))
        column = source.title(steps) if field.type == "link" else source.column(steps)
        found.append((column, descending))
    return found


def _keys(order: list[tuple[ColumnElement[Any], bool]]) -> list[ColumnElement[Any]]:
    return [column.label(f"k{i}") for i, (column, _) in enumerate(order)]


def _window(
    query: Select[Any], asked: Query, order: list[tuple[ColumnElement[Any], bool]], source: Joined
) -> tuple[Select[Any], int]:
    limit = max(1, min(asked.size, MAX_PAGE_SIZE))
    tie = source.table.c.id
    descending = bool(order and order[-1][1])
    for column, down in order:
        query = query.order_by(column.desc().nulls_last() if down else column.asc().nulls_last())
    query = query.order_by(tie.desc() if descending else tie.asc())
    if asked.after:
        query = query.where(after_condition(asked.after, order, tie, descending))
    else:
        offset = (max(1, asked.page) - 1) * limit
        if offset > MAX_OFFSET:
            raise Invalid("That page is too far down; narrow the filter, or go on with «next».")
        query = query.offset(offset) if offset else query
    return query.limit(limit + 1), limit


def _masked(rows: list[tuple[Any, ...]], columns: tuple[Column, ...]) -> list[tuple[Any, ...]]:
    hidden = [(c.value, c.field.mask) for c in columns if c.masked]
    if not hidden:
        return rows
    covered = []
    for row in rows:
        cells = list(row)
        for index, kind in hidden:
            cells[index] = mask(kind, cells[index]) if cells[index] else cells[index]
        covered.append(tuple(cells))
    return covered


def _count(
    work: Workspace,
    query: Query,
    source: Joined,
    matching: list[ColumnElement[bool]],
    shown: int,
    more: bool,
) -> tuple[int | None, bool]:
    if not query.count or query.after:
        return None, False
    if not more and (query.page == 1 or shown):
        return (max(1, query.page) - 1) * query.size + shown, True
    some = select(source.table.c.id).select_from(source.from_).where(*matching)
    some = some.limit(COUNT_LIMIT + 1)
    number = work.connection.scalar(select(func.count()).select_from(some.subquery())) or 0
    return min(number, COUNT_LIMIT), number <= COUNT_LIMIT


def _totals(
    work: Workspace, query: Query, source: Joined, matching: list[ColumnElement[bool]]
) -> dict[str, Any]:
    if not query.totals:
        return {}
    sums = []
    for path in query.totals:
        readable(work, query.entity, path)
        sums.append(func.coalesce(func.sum(source.column(tuple(path.split(".")))), 0))
    row = work.connection.execute(select(*sums).select_from(source.from_).where(*matching)).one()
    return dict(zip(query.totals, row, strict=True))


def any_of(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Join conditions with OR."""
    return or_(*conditions)
