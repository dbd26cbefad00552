"""Writing many rows: lines of COPY text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, func, select

from plugins.demo.loading import Tables

NULL = r"\N"
_LINES = 2000  # sent together


def line(*values: Any) -> str:
    """Write a row; values are texts without tabs, numbers, booleans or None."""
    return "\t".join([NULL if v is None else str(v) for v in values]) + "\n"


def columns_of(tables: Tables, entity: str, fields: Sequence[str]) -> list[str]:
    """Return the columns of fields, and of engine fields such as scope_unit."""
    return [tables.column(entity, name).name for name in fields]


def copy_lines(
    connection: Connection, name: str, columns: Sequence[str], lines: Iterable[str]
) -> None:
    """Send COPY lines to a table."""
    names = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), names)
    with connection.connection.cursor().copy(statement) as copy:
        for block in _blocks(lines):
            copy.write(block)


def _blocks(lines: Iterable[str]) -> Iterator[str]:
    rest = iter(lines)
    while block := "".join(islice(rest, _LINES)):
        yield block


def copy_entity(
    connection: Connection,
    tables: Tables,
    entity: str,
    fields: Sequence[str],
    lines: Iterable[str],
) -> None:
    """Send COPY lines of an entity's fields, `id` among them; let its ids count on."""
    copy_lines(connection, entity, columns_of(tables, entity, fields), lines)
    count_on(connection, tables, entity)


def count_on(connection: Connection, tables: Tables, entity: str) -> None:
    """Let the ids of an entity go on behind the last row."""
    table = tables.table(entity)
    last = connection.scalar(select(func.max(table.c.id)))
    if last is not None:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, last)))
