"""Which records the rows of a file are: found by the key, read a few thousand at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, func, select

from engine.exchange.importing.rows import Row
from engine.metadata import Entity
from engine.records import Workspace, visible
from engine.records.rows import from_row
from engine.storage.joins import column_of

_AT_ONCE = 5_000
Key = tuple[Any, ...]


def key_of(values: Mapping[str, Any], names: Sequence[str]) -> Key | None:
    """Return a record's key; None when a part of it is empty."""
    found = tuple(values.get(name) for name in names)
    return None if None in found or "" in found else found


def match_existing(
    work: Workspace, entity: Entity, rows: Sequence[Row], key: Sequence[str]
) -> None:
    """Give each row the record that has its key, if the actor may change it.

    Rows of one key that fits several records, or one that the actor may not change, are bad.
    """
    by_key: dict[Key, list[Row]] = {}
    for row in rows:
        found = key_of(_values(row), key)
        if found is not None:
            by_key.setdefault(found, []).append(row)
    seen: dict[Key, int] = {}
    for record, may_change in _read(work, entity, list(by_key), key):
        found = key_of(record, key)
        if found is None or found not in by_key:
            continue
        seen[found] = seen.get(found, 0) + 1
        for row in by_key[found]:
            _take(row, record, may_change=may_change, again=seen[found] > 1, key=key)


def _values(row: Row) -> Mapping[str, Any]:
    return row.given | row.draft.values if row.draft is not None else row.given


def _take(
    row: Row, record: dict[str, Any], *, may_change: bool, again: bool, key: Sequence[str]
) -> None:
    if again:
        row.complain("Several records have this key.", key[-1], "ambiguous")
    elif not may_change:
        row.complain("You may not change this record.", key[-1], "forbidden")
    else:
        row.old = record


def _read(
    work: Workspace, entity: Entity, keys: Sequence[Key], names: Sequence[str]
) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield the records of some keys that the actor may see, each with whether he may change it."""
    table = work.tables.table(entity.name)
    seen = visible(work, entity.name, table, "read")
    changed = visible(work, entity.name, table, "change")
    may_change = func.coalesce(changed, False) if changed is not None else None
    for start in range(0, len(keys), _AT_ONCE):
        condition = has_key(table, entity, names, keys[start : start + _AT_ONCE])
        query = select(table).where(condition).order_by(table.c.id)
        if may_change is not None:
            query = query.add_columns(may_change.label("_may_change"))
        if seen is not None:
            query = query.where(seen)
        for row in work.connection.execute(query):
            yield from_row(entity, row), may_change is None or bool(row._mapping["_may_change"])


def has_key(
    table: Table, entity: Entity, names: Sequence[str], keys: Sequence[Key]
) -> ColumnElement[bool]:
    """Return the condition that a row has one of the keys; one array per column."""
    columns = [column_of(table, entity, name) for name in names]
    arrays = [func.unnest(_array([k[i] for k in keys], column)) for i, column in enumerate(columns)]
    given = select(*(a.label(f"k{i}") for i, a in enumerate(arrays))).subquery()
    same = and_(*(column == given.c[f"k{i}"] for i, column in enumerate(columns)))
    return select(given.c.k0).where(same).correlate(table).exists()


def _array(values: list[Any], column: ColumnElement[Any]) -> ColumnElement[Any]:
    from sqlalchemy import ARRAY, bindparam

    return bindparam(None, values, type_=ARRAY(column.type), unique=True)
