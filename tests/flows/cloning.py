"""Many copies of one running case in a few statements, each with a record of its own."""

from __future__ import annotations

from sqlalchemy import Connection, text

# One statement for each table: rows of the template once more for every number of a series.
_MAP = """create temporary table if not exists cloned (case_id bigint, record_id bigint, n int)
  on commit drop"""
_NUMBERS = """insert into cloned
  select nextval(pg_get_serial_sequence('wy_flow_case', 'id')),
    nextval(pg_get_serial_sequence('request', 'id')), n from generate_series(1, :count) n"""


_TABLES = (
    ("request", {"id": "c.record_id", "no": "'K' || c.record_id"}, "t.id = :record"),
    ("wy_flow_case", {"id": "c.case_id", "record_id": "c.record_id"}, "t.id = :case"),
    ("wy_flow_visit", {"case_id": "c.case_id"}, "t.case_id = :case"),
    ("wy_flow_task", {"case_id": "c.case_id", "id": ""}, "t.case_id = :case"),
    ("wy_flow_log", {"case_id": "c.case_id", "id": ""}, "t.case_id = :case"),
    ("wy_flow_timer", {"case_id": "c.case_id", "id": ""}, "t.case_id = :case"),
    (
        "wy_flow_reader",
        {"case_id": "c.case_id", "record_id": "c.record_id"},
        "t.case_id = :case",
    ),
)


def clone(connection: Connection, case: int, record: int, count: int) -> list[tuple[int, int]]:
    """Copy a running case and its request so often; return the new cases and requests."""
    connection.execute(text(_MAP))
    connection.execute(text("delete from cloned"))
    connection.execute(text(_NUMBERS), {"count": count})
    for table, given, where in _TABLES:
        connection.execute(
            text(_statement(connection, table, given, where)), {"case": case, "record": record}
        )
    found = connection.execute(text("select case_id, record_id from cloned order by n"))
    return [(row.case_id, row.record_id) for row in found]


def _statement(connection: Connection, table: str, given: dict[str, str], where: str) -> str:
    query = """select column_name from information_schema.columns
      where table_name = :table and is_generated = 'NEVER' order by ordinal_position"""
    columns = list(connection.scalars(text(query), {"table": table}))
    kept = [name for name in columns if given.get(name, name) != ""]
    values = ", ".join(given.get(name, f't."{name}"') for name in kept)
    names = ", ".join(f'"{name}"' for name in kept)
    is_given = "overriding system value" if "id" in kept else ""
    return (
        f"insert into {table} ({names}) {is_given} select {values}"
        f" from {table} t cross join cloned c where {where} order by c.n"
    )
