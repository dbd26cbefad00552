"""Writing many ledger rows in one statement each, for files and batches.

The record service writes one record after the other, with a question for every link; what
is written here comes from rows that were read under the actor's own rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Text,
    any_,
    cast,
    func,
    insert,
    literal,
    select,
    true,
    update,
)

Row = dict[str, Any]


def insert_rows(context: Any, entity: str, rows: Sequence[Row], *, trail: bool = True) -> list[int]:
    """Insert rows of columns, all with the same names; return their ids.

    Without `trail` none is kept: for lines, whose document has it, and for ledgers.
    """
    if not rows:
        return []
    table = context.table(entity)
    ids = _take_ids(context, table.name, len(rows))
    stamps = {
        "version": 1, "created_at": context.now, "updated_at": context.now,
        "created_by": context.user_id, "updated_by": context.user_id,
    }  # fmt: skip
    given = [{"id": one} | row | stamps for one, row in zip(ids, rows, strict=True)]
    columns = _columns(table, given)
    statement = insert(table).from_select(list(columns), select(*columns.values()))
    context.connection.execute(statement)
    if trail:
        context.keep_history(entity, table.c.id == any_(literal(ids, ARRAY(BigInteger()))))
    return ids


def update_rows(context: Any, entity: str, rows: Sequence[Row]) -> None:
    """Set the columns of lines by their `id`; their document has the trail."""
    if not rows:
        return
    table = context.table(entity)
    columns = _columns(table, rows)
    values = {name: value for name, value in columns.items() if name != "id"}
    values |= {"version": table.c.version + 1, "updated_at": context.now}
    statement = update(table).where(table.c.id == columns["id"]).values(values)
    context.connection.execute(statement)


def _take_ids(context: Any, table: str, count: int) -> list[int]:
    named = select(func.pg_get_serial_sequence(table, "id").label("name"))
    sequence = named.cte("sequence").prefix_with("MATERIALIZED")  # not looked up for each row
    each = func.generate_series(1, count).table_valued("n").render_derived()
    query = select(func.nextval(cast(sequence.c.name, Text()))).select_from(
        each.join(sequence, true())
    )
    return list(context.connection.execute(query).scalars())


def _columns(table: Any, rows: Sequence[Row]) -> dict[str, Any]:
    """Return each column as an expression: what is the same in all rows is sent once."""
    names = list(rows[0])
    values = {name: [row[name] for row in rows] for name in names}
    varying = [n for n in names if n == "id" or any(v != values[n][0] for v in values[n])]
    arrays = [literal(values[n], ARRAY(table.c[n].type)) for n in varying]
    source = func.unnest(*arrays).table_valued(*varying, name="given").render_derived()
    return {
        n: source.c[n] if n in varying else literal(values[n][0], table.c[n].type) for n in names
    }
