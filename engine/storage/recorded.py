"""Writing a row together with its line in the trail: one statement, one way to the database.

The statements are made once for a table and a set of columns; a row is then only values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Insert,
    Integer,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    func,
    insert,
    literal,
    null,
    select,
    update,
)

from engine.storage.audit import Origin, Values, described
from engine.storage.system_tables import wy_audit

_NEW, _TRAIL = "new_", "wy_trail_"  # before the names of values: a column's own is reserved
_GIVEN = tuple(
    c.name for c in wy_audit.c if c.name not in ("id", "at", "record_id", "snapshot", "changes")
)


def insertion(table: Table, columns: Iterable[str], *, recorded: bool) -> Insert | Select[Any]:
    """Return what inserts a row of those columns, and yields it as it is kept.

    Give it `given_columns`; with `recorded` also `trail_of`.
    """
    values = _bound(table, columns)
    statement = insert(table).values(values).returning(*kept_columns(table))
    if not recorded:
        return statement
    new = statement.cte("wy_new")
    key = literal("id", Text())
    number = func.jsonb_build_object(key, new.c.id)
    change = func.jsonb_build_object(key, func.jsonb_build_array(null(), new.c.id))
    snapshot, changes = (_given_json(name) for name in ("snapshot", "changes"))
    return _with_trail(new, snapshot.op("||")(number), changes.op("||")(change))


def alteration(table: Table, columns: Iterable[str], *, recorded: bool) -> Update | Select[Any]:
    """Return what sets those columns of the row `wy_id`, if it is of `wy_version` still."""
    values = _bound(table, columns) | {"version": table.c.version + 1}
    statement = (
        update(table)
        .where(
            table.c.id == bindparam("wy_id", type_=BigInteger()),
            table.c.version == bindparam("wy_version", type_=Integer()),
        )
        .values(values)
        .returning(*kept_columns(table))
    )
    if not recorded:
        return statement
    new = statement.cte("wy_new")
    return _with_trail(new, _given_json("snapshot"), _given_json("changes"))


def trail_of(
    entity: str, event: str, before: Values | None, after: Values | None, **origin: Any
) -> dict[str, Any]:
    """Return the values that a recorded statement wants for the trail.

    Of a new record `after` lacks the id: the statement adds it.
    """
    line = {"entity": entity, "event": event, **asdict(Origin(**origin))}
    line |= described(before, after)
    return {_TRAIL + name: value for name, value in line.items()}


def kept_columns(table: Table) -> list[Any]:
    """Return the columns that hold values of their own: not what serves the search."""
    return [column for column in table.c if column.computed is None]


def given_columns(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of columns under the names that the statements bind."""
    return {_NEW + name: value for name, value in columns.items()}


def _bound(table: Table, columns: Iterable[str]) -> dict[str, Any]:
    return {name: bindparam(_NEW + name, type_=table.c[name].type) for name in columns}


def _with_trail(new: Any, snapshot: ColumnElement[Any], changes: ColumnElement[Any]) -> Select[Any]:
    values = [bindparam(_TRAIL + name, type_=wy_audit.c[name].type) for name in _GIVEN]
    names = [*_GIVEN, "record_id", "snapshot", "changes"]
    line = select(*values, new.c.id, snapshot, changes)
    return select(new).add_cte(insert(wy_audit).from_select(names, line).cte("wy_line"))


def _given_json(name: str) -> ColumnElement[Any]:
    return bindparam(_TRAIL + name, type_=wy_audit.c[name].type)
