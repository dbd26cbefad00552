"""Keys and indexes taken away while a table is filled, and put back as they were.

Checking a foreign key row by row, and growing an index row by row, costs several times what
one pass over the filled table does. PostgreSQL writes both down itself, so what comes back is
the same, names included; a wrong link still stops the load, at the end of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text

_KEYS = text("""
    SELECT conrelid::regclass::text AS owner, conname AS name,
           pg_get_constraintdef(oid) AS definition
      FROM pg_constraint
     WHERE contype = 'f' AND conrelid = ANY (CAST(:names AS regclass[]))
     ORDER BY conrelid, conname
""")
_INDEXES = text("""
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition,
           obj_description(indexrelid, 'pg_class') AS comment
      FROM pg_index
     WHERE indrelid = ANY (CAST(:names AS regclass[])) AND NOT indisprimary
       AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
     ORDER BY indexrelid
""")


@contextmanager
def keys_aside(connection: Connection, names: Sequence[str]) -> Iterator[None]:
    """Do without the foreign keys and indexes of some tables; primary and unique keys stay."""
    asked = {"names": list(names)}
    keys = connection.execute(_KEYS, asked).all()
    indexes = connection.execute(_INDEXES, asked).all()
    for key in keys:
        _run(connection, f'ALTER TABLE {key.owner} DROP CONSTRAINT "{key.name}"')
    for index in indexes:
        _run(connection, f"DROP INDEX {index.name}")
    yield
    for index in indexes:
        _run(connection, index.definition)
        if index.comment:
            quoted = index.comment.replace("'", "''")
            _run(connection, f"COMMENT ON INDEX {index.name} IS '{quoted}'")
    for key in keys:
        _run(connection, f'ALTER TABLE {key.owner} ADD CONSTRAINT "{key.name}" {key.definition}')


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement.replace("%", "%%"))
