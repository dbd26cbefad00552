"""Lists: one statement for the rows with every label joined, one for the count."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, or_, select

from engine.access import masked_fields, readable_fields
from engine.expressions import compile_sql
from engine.extension import Invalid, Refused
from engine.fieldtypes import field_type, mask
from engine.records.counting import numbers_of
from engine.records.covers import title_cover
from engine.records.cursors import after_condition, cursor_of
from engine.records.engine_fields import ENGINE_FIELDS, resolve
from engine.records.file_names import FILES, file_names
from engine.records.query import MAX_OFFSET, MAX_PAGE_SIZE, Column, Page, Query
from engine.records.reach import is_allowed, joined, visible
from engine.records.searching import list_condition
from engine.records.shown import leads_on
from engine.records.workspace import Workspace
from engine.storage.joins import Joined

_WITHOUT_ORDER = frozenset({"json", "file", "image", "signature", "any_link", "multi_choice"})
MAX_COLUMNS = 200

MOST_PREPARED = 2_000  # columns of lists kept at a time


def list_records(work: Workspace, query: Query) -> Page:
    """Return a page of the records the actor may see.

    Raises:
        Invalid: an unknown column, an impossible sort or window.
        Refused: the actor may not read the entity.
    """
    narrow, source = joined(work, query.entity), joined(work, query.entity)
    matching = conditions_of(work, query, narrow)
    sums = sums_of(work, query, narrow)
    columns, selected = selection_of(work, query, source)
    for links in narrow.joins()[1]:
        source.reach(links)  # what the conditions read; both scopes take the same aliases
    order = order_of(work, query, source)
    rows_query = select(source.table.c.id, source.table.c.version, *selected, *_keys(order))
    rows_query = rows_query.select_from(source.from_).where(*matching)
    rows_query, limit = _window(rows_query, query, order, source)
    found = work.connection.execute(rows_query).all()
    more = len(found) > limit
    keys = len(order)
    rows = [tuple(r)[: len(r) - keys] if keys else tuple(r) for r in found[:limit]]
    rows = covered_rows(work, rows, columns)
    last = found[limit - 1] if more else None
    next_token = cursor_of(last[len(last) - keys :], last[0]) if last is not None else ""
    # Counted without the joins of labels: PostgreSQL drops those, but then reads the whole
    # rows where an index alone would do.
    total, exact, totals = numbers_of(work, query, narrow, matching, sums, (len(rows), more))
    return Page(columns, rows, total, exact, more, next_token, totals)


def selection_of(
    work: Workspace, query: Query, source: Joined
) -> tuple[tuple[Column, ...], list[ColumnElement[Any]]]:
    """Return the columns of a list and what is selected for them.

    Built once for the same columns of actors with the same roles and rights; not when a
    column is computed, because that may hold the moment or the actor.
    """
    if len(query.columns) > MAX_COLUMNS:
        raise Invalid("At most %(most)s columns at once.", most=MAX_COLUMNS)
    actor, kept = work.actor, work.tables.prepared
    key = (query.entity, query.columns, actor.roles, actor.is_unlimited, work.trusted)
    if work.shown is not None:
        return _made_columns(work, query, source)  # for one record only
    known = kept.get(key)
    if known is not None and known[0] is actor.rights:
        source.take_joins(known[3])
        return known[1], list(known[2])
    described, selected = _made_columns(work, query, source)
    if not any(_is_computed(work, column) for column in described):
        if len(kept) > MOST_PREPARED:
            kept.clear()
        kept[key] = (actor.rights, described, tuple(selected), source.joins())
    return described, selected


def _is_computed(work: Workspace, column: Column) -> bool:
    if column.field.compute is not None:
        return True
    target = column.field.options.get("to") if column.field.type == "link" else None
    if target is None or target == "user":
        return False
    return work.catalog.entity(target).field(work.catalog.entity(target).title).compute is not None


def _made_columns(
    work: Workspace, query: Query, source: Joined
) -> tuple[tuple[Column, ...], list[ColumnElement[Any]]]:
    described: list[Column] = []
    selected: list[ColumnElement[Any]] = []
    for path in query.columns:
        owner, field = _single(work, query.entity, path)
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
        elif field.type in FILES:
            title = 2 + len(selected)
            selected.append(file_names(source.column(steps), field).label(f"t{title}"))
        masked = owner != "user" and field.name in masked_fields(work.catalog, work.actor, owner)
        described.append(Column(path, owner, field, value, title, masked and not work.trusted))
    return tuple(described), selected


def _single(work: Workspace, entity: str, path: str) -> tuple[str, Any]:
    """Return the field at a path when it has one value a record, so that a row can hold it."""
    owner, field = readable(work, entity, path)
    if field.type == "lines":
        raise Invalid("%(name)s are lines, which no list can show.", name=path)
    return owner, field


def readable(work: Workspace, entity: str, path: str) -> tuple[str, Any]:
    """Return the field at a path when the actor may read every step of it.

    Raises:
        Invalid: there is no such field, or none the actor may see; both read the same.
    """
    try:
        owner, field = resolve(work.catalog, entity, path)
    except KeyError:
        raise Invalid("There is no field %(name)s.", name=path) from None
    if leads_on(work, path):
        raise Invalid("There is no field %(name)s.", name=path)
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


def conditions_of(work: Workspace, query: Query, source: Joined) -> list[ColumnElement[bool]]:
    """Return what a record must satisfy to be in the list: filters, search, row rules.

    Raises:
        Refused: the actor may not read the entity.
    """
    if not is_allowed(work, query.entity, "read"):
        raise Refused("You may not read these records.")
    found = [compile_sql(typed, source) for typed in query.conditions]
    rule = visible(work, query.entity, source.table, "read", source)
    if rule is not None:
        found.append(rule)
    if query.search.strip():
        found.append(list_condition(work, source, query.search))
    if query.ids is not None:
        found.append(source.table.c.id.in_(query.ids))
    return found


def order_of(
    work: Workspace, query: Query, source: Joined
) -> list[tuple[ColumnElement[Any], bool]]:
    """Return what the list is sorted by, each with whether downwards."""
    found = []
    for key in query.sort:
        path, descending = key.removeprefix("-"), key.startswith("-")
        field = must_have_order(work, query.entity, path)
        steps = tuple(path.split("."))
        column = source.title(steps) if field.type == "link" else source.column(steps)
        found.append((column, descending))
    return found


def must_have_order(work: Workspace, entity: str, path: str) -> Any:
    """Return the field at a path by which the actor may sort.

    Raises:
        Invalid: it has no order, or one that would tell what the actor sees only masked.
    """
    owner, field = _single(work, entity, path)
    is_covered = field.type == "link" and title_cover(work, field.options["to"]) is not None
    if owner != "user":
        is_covered |= field.name in masked_fields(work.catalog, work.actor, owner)
    if is_covered or field.type in _WITHOUT_ORDER:
        raise Invalid("Records cannot be sorted by %(name)s.", name=path)
    return field


def _keys(order: list[tuple[ColumnElement[Any], bool]]) -> list[ColumnElement[Any]]:
    return [column.label(f"k{i}") for i, (column, _) in enumerate(order)]


def _window(
    query: Select[Any], asked: Query, order: list[tuple[ColumnElement[Any], bool]], source: Joined
) -> tuple[Select[Any], int]:
    limit = max(1, min(asked.size, MAX_PAGE_SIZE))
    tie = source.table.c.id
    descending = bool(order and order[-1][1])
    for column, down in order:
        # the database's own places for empty values: others could not use an index
        query = query.order_by(column.desc() if down else column.asc())
    query = query.order_by(tie.desc() if descending else tie.asc())
    if asked.after:
        query = query.where(after_condition(asked.after, order, tie, descending))
    else:
        offset = (max(1, asked.page) - 1) * limit
        if offset > MAX_OFFSET:
            raise Invalid("That page is too far down; narrow the filter, or go on with «next».")
        query = query.offset(offset) if offset else query
    return query.limit(limit + 1), limit


def covered_rows(
    work: Workspace, rows: list[tuple[Any, ...]], columns: tuple[Column, ...]
) -> list[tuple[Any, ...]]:
    """Return rows as the actor may see them: masked, or empty."""
    hidden = [(c.value, c.field.mask) for c in columns if c.masked]
    for column in columns:
        if column.title is None or column.field.type != "link":
            continue
        cover = title_cover(work, column.field.options["to"])
        if cover is not None:
            hidden.append((column.title, cover))
    if not hidden:
        return rows
    covered = []
    for row in rows:
        cells = list(row)
        for index, kind in hidden:
            plain = cells[index]
            cells[index] = mask(kind, str(plain)) if kind and plain else None
        covered.append(tuple(cells))
    return covered


def sums_of(work: Workspace, query: Query, source: Joined) -> list[ColumnElement[Any]]:
    """Return the totals of a list, in the query's order."""
    sums: list[ColumnElement[Any]] = []
    for path in query.totals:
        _, field = readable(work, query.entity, path)
        if field_type(field.type).value_type(field).name != "number":
            raise Invalid("%(name)s cannot be summed.", name=path)
        total = func.coalesce(func.sum(source.column(tuple(path.split(".")))), 0)
        whole = field.type in ("integer", "duration")
        sums.append(cast(total, BigInteger) if whole else total)
    return sums


def any_of(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Join conditions with OR."""
    return or_(*conditions)
