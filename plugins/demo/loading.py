"""Write the demo company into an empty database with COPY."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import Column, Connection, Date, Table, cast, func, select, update

from plugins.demo.company import Company, generate
from plugins.demo.ledger import Row
from plugins.demo.staff import staff_rows

_ZONE = "Asia/Shanghai"


class Tables(Protocol):
    """What this needs of the engine's tables."""

    def table(self, entity: str) -> Table:
        """Return the entity's table."""

    def column(self, entity: str, field: str) -> Column[Any]:
        """Return the column of a field."""


def load(connection: Connection, tables: Tables, seed: int, today: date | None = None) -> Company:
    """Generate the company and write it in the caller's transaction; return it.

    The users are not made here: the caller makes the accounts of `Company.users` and then
    calls `set_managers` and `employ`.

    Raises:
        ValueError: the database holds estates or owners already.
    """
    day = today or connection.scalar(select(cast(func.timezone(_ZONE, func.now()), Date)))
    assert isinstance(day, date)
    company = generate(seed, day)
    _refuse_filled(connection, tables, company)
    write(connection, tables, company.rows)
    return company


def write(connection: Connection, tables: Tables, rows: Mapping[str, Sequence[Row]]) -> None:
    """Copy rows by entity into their tables, and let the ids count on behind them.

    All rows of an entity must have the same fields.
    """
    for entity, found in rows.items():
        if found:
            _copy(connection, tables, entity, found)
            _count_on(connection, tables.table(entity), max(row["id"] for row in found))


def _refuse_filled(connection: Connection, tables: Tables, company: Company) -> None:
    for entity in company.rows:
        table = tables.table(entity)
        if connection.scalar(select(table.c.id).limit(1)) is not None:
            raise ValueError(
                f"the demo company needs an empty database, and {entity!r} has records"
            )


def _copy(connection: Connection, tables: Tables, entity: str, rows: Sequence[Row]) -> None:
    fields = list(rows[0])
    columns = [tables.column(entity, name) for name in fields]
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(entity), names)
    json = {f for f, c in zip(fields, columns, strict=True) if _is_json(c)}
    cursor = connection.connection.cursor()
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([Jsonb(row[f]) if f in json else row[f] for f in fields])


def _is_json(column: Column[Any]) -> bool:
    return type(column.type).__name__ == "JSONB"


def _count_on(connection: Connection, table: Table, last: int) -> None:
    sequence = func.pg_get_serial_sequence(table.name, "id")
    connection.execute(select(func.setval(sequence, last)))


def set_managers(
    connection: Connection, tables: Tables, company: Company, user_ids: Mapping[str, int]
) -> None:
    """Enter who manages which unit; `user_ids` maps login to id."""
    unit = tables.table("org_unit")
    manager = tables.column("org_unit", "manager")
    for user in company.users:
        if user.manages and user.login in user_ids:
            change = {manager: user_ids[user.login]}
            connection.execute(update(unit).where(unit.c.code == user.unit).values(change))


def employ(
    connection: Connection, tables: Tables, company: Company, user_ids: Mapping[str, int]
) -> None:
    """Enter the employees behind the accounts, and the groups they work in."""
    write(connection, tables, staff_rows(company, user_ids))
