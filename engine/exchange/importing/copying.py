"""Put many rows into a table with COPY, and change many with one statement each kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import Column, Connection, MetaData, Table, func, select
from sqlalchemy.dialects.postgresql import JSONB

Values = Mapping[str, Any]


def take_ids(connection: Connection, table: Table, count: int) -> list[int]:
    """Return the next ids of a table, in order; nobody else gets them."""
    name = func.pg_get_serial_sequence(f'"{table.name}"', "id")
    sequence = select(name).scalar_subquery()  # looked up once, not for each row
    series = func.generate_series(1, count).table_valued("n")
    each = select(func.nextval(sequence).label("id")).select_from(series).subquery()
    # in one array: as rows they would take longer to fetch than to make
    return sorted(connection.scalar(select(func.array_agg(each.c.id))) or ())


def copy_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write rows, each with the values of the named columns in their order.

    Raises:
        psycopg.Error: as the database says; the transaction is then to be rolled back to a
            savepoint.
    """
    wrapped = [i for i, name in enumerate(names) if isinstance(table.c[name].type, JSONB)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(_wrapped(row, wrapped) if wrapped else row)


def _wrapped(row: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """Return the row with what is JSON marked as such."""
    values = list(row)
    for i in places:
        if values[i] is not None:
            values[i] = Jsonb(values[i])
    return values


def update_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> int:
    """Change rows by id and version, all with the same columns; return how many were changed.

    The rows are copied aside and joined, which costs two statements however many there are.
    """
    if not rows:
        return 0
    aside = sql.Identifier(f"wy_import_{table.name}")
    target = sql.Identifier(table.name)
    changed = [name for name in rows[0] if name not in ("id", "version")]
    columns = sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(
                aside, columns, target
            )
        )
    temporary = Table(f"wy_import_{table.name}", MetaData(), *_copies(table, rows))
    names = list(rows[0])
    copy_rows(connection, temporary, names, ([row[n] for n in names] for row in rows))
    sets = sql.SQL(", ").join(
        sql.SQL("{0} = n.{0}").format(sql.Identifier(name)) for name in changed
    )
    with driver.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "UPDATE {} AS t SET {}, version = t.version + 1 FROM {} AS n"
                " WHERE t.id = n.id AND t.version = n.version"
            ).format(target, sets, aside)
        )
        done: int = cursor.rowcount
        cursor.execute(sql.SQL("DROP TABLE {}").format(aside))
    return done


def _copies(table: Table, rows: Sequence[Values]) -> list[Any]:
    return [Column(name, table.c[name].type) for name in rows[0]]
