"""Writing a row together with its line in the trail: one statement, one way to the database.

The statements are made once for a table and a set of columns; a row is then only values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Executable,
    FromClause,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
    true,
    update,
)

from engine.storage.audit import Origin, Values, described
from engine.storage.system_tables import wy_audit

# Before the names of values: a column's own is reserved. Short, for psycopg remembers how it
# read a statement only up to 4096 signs.
_NEW, _TRAIL = "n_", "t_"
_GIVEN = tuple(
    c.name for c in wy_audit.c if c.name not in ("id", "at", "record_id", "snapshot", "changes")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is asked in the statement that inserts a row: the row comes to be if it is good."""

    asked: Select[Any] | None = None  # answers in one row
    good: str = ""  # its column that must be true
    taken: Mapping[str, str] = field(default_factory=dict)  # column of the new row -> its column
    also: Callable[[FromClause], Iterable[ColumnElement[Any]]] | None = None
    # ^ makes more columns of the answer, from the new row


def insertion(
    table: Table, columns: Iterable[str], *, recorded: bool, beside: Beside | None = None
) -> Executable:
    """Return what inserts a row of those columns, and yields it as it is kept.

    Give it `given_columns`; with `recorded` also `trail_of`. With `beside` its answer comes
    first; the row is empty when it was not good.
    """
    if beside is None and not recorded:
        return insert(table).values(bound_columns(table, columns)).returning(*kept_columns(table))
    asked = (
        beside.asked.cte("wy_asked") if beside is not None and beside.asked is not None else None
    )
    new = _inserting(table, columns, beside, asked)
    answer = select(*(asked.c if asked is not None else ()), *new.c)
    if asked is not None:
        answer = answer.select_from(asked.outerjoin(new, true()))
    if beside is not None and beside.also is not None:
        answer = answer.add_columns(*beside.also(new))
    if not recorded:
        return answer
    key = literal("id", Text())
    number = func.jsonb_build_object(key, new.c.id)
    return with_trail(answer, new, given_json("snapshot").op("||")(number), given_json("changes"))


def _inserting(
    table: Table, columns: Iterable[str], beside: Beside | None, asked: CTE | None
) -> CTE:
    values: dict[str, Any] = bound_columns(table, columns)
    if beside is None or asked is None:
        return insert(table).values(values).returning(*kept_columns(table)).cte("wy_new")
    # In a SELECT an empty value has no type of its own.
    values = {name: cast(value, table.c[name].type) for name, value in values.items()}
    values |= {name: asked.c[of] for name, of in beside.taken.items()}
    rows = select(*values.values()).select_from(asked).where(asked.c[beside.good])
    written = insert(table).from_select(list(values), rows)
    return written.returning(*kept_columns(table)).cte("wy_new")


def alteration(table: Table, columns: Iterable[str], *, recorded: bool) -> Executable:
    """Return what sets those columns of the row `wy_id`, if it is of `wy_version` still."""
    values = bound_columns(table, columns) | {"version": table.c.version + 1}
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
    return with_trail(select(new), new, given_json("snapshot"), given_json("changes"))


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


def bound_columns(table: Table, columns: Iterable[str]) -> dict[str, Any]:
    """Return the parameters that `given_columns` fills."""
    return {name: bindparam(_NEW + name, type_=table.c[name].type) for name in columns}


def with_trail(
    answer: Select[Any], new: CTE, snapshot: ColumnElement[Any], changes: ColumnElement[Any]
) -> Select[Any]:
    """Return the statement that also writes the line of the row `new`; give it `trail_of`."""
    values = [bindparam(_TRAIL + name, type_=wy_audit.c[name].type) for name in _GIVEN]
    names = [*_GIVEN, "record_id", "snapshot", "changes"]
    line = select(*values, new.c.id, snapshot, changes)
    return answer.add_cte(insert(wy_audit).from_select(names, line).cte("wy_line"))


def given_json(name: str) -> ColumnElement[Any]:
    """Return what `trail_of` says under a name: `snapshot` or `changes`."""
    return bindparam(_TRAIL + name, type_=wy_audit.c[name].type)
