"""Writing many ledger rows in one statement each, for files and batches.

The record service writes one record after the other, with a question for every link; what
is written here comes from rows that were read under the actor's own rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Text,
    cast,
    func,
    insert,
    literal,
    select,
    true,
    update,
)

Row = dict[str, Any]


def insert_rows(
    context: Any, entity: str, rows: Sequence[Row], shared: Row, *, trail: bool = True
) -> list[int]:
    """Insert rows of columns, all with the same names, and `shared` in each; return their ids.

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
    columns = _columns(table, rows, shared | stamps, ids)
    written: Any = insert(table).from_select(list(columns), select(*columns.values()))
    history = None
    if trail:
        history = _with_history(context, entity, written.returning(*table.c).cte("new"))
    context.connection.execute(written if history is None else history)
    return ids


def _with_history(context: Any, entity: str, new: Any) -> Any:
    history = context.history_of(entity, new)
    if history is None:
        return None
    return select(func.count()).select_from(new).add_cte(history.cte("history"))


def update_rows(context: Any, entity: str, rows: Sequence[Row]) -> None:
    """Set the columns of lines by their `id`; their document has the trail."""
    if not rows:
        return
    table = context.table(entity)
    ids = [row["id"] for row in rows]
    columns = _columns(
        table, [{n: v for n, v in row.items() if n != "id"} for row in rows], {}, ids
    )
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


def _columns(table: Any, rows: Sequence[Row], shared: Row, ids: Sequence[int]) -> dict[str, Any]:
    """Return each column as an expression: what is the same in all rows is sent once."""
    values: dict[str, Sequence[Any]] = {"id": ids}
    for name, first in rows[0].items():
        found = [row[name] for row in rows]
        if all(value == first for value in found):
            shared = {**shared, name: first}
        else:
            values[name] = found
    arrays = [literal(found, ARRAY(table.c[name].type)) for name, found in values.items()]
    source = func.unnest(*arrays).table_valued(*values, name="given").render_derived()
    same = {name: literal(value, table.c[name].type) for name, value in shared.items()}
    return {name: source.c[name] for name in values} | same
