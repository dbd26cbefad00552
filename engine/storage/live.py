"""What the database has, read in three statements however many tables there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

_COLUMNS = text(
    """
    SELECT c.relname, obj_description(c.oid, 'pg_class') AS table_comment,
           pk.conname AS key_name,
           a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
           a.attgenerated <> '' AS generated, d.oid IS NOT NULL AND a.attgenerated = '' AS filled,
           col_description(c.oid, a.attnum) AS comment
      FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      LEFT JOIN pg_constraint pk ON pk.conrelid = c.oid AND pk.contype = 'p'
     WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema()))
       AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE 'ab\\_%'
     ORDER BY c.relname, a.attnum
    """
)
_RULES = text(
    """
    SELECT c.relname, k.conname AS name, k.contype::text AS kind, f.relname AS target,
           k.confdeltype::text AS on_delete,
           (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)) AS columns
      FROM pg_constraint k
      JOIN pg_class c ON c.oid = k.conrelid
      LEFT JOIN pg_class f ON f.oid = k.confrelid
     WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema()))
       AND k.contype IN ('c', 'f') AND c.relname NOT LIKE 'ab\\_%'
    UNION ALL
    SELECT c.relname, ic.relname, CASE WHEN i.indisvalid THEN 'i' ELSE 'x' END, NULL, NULL,
           (SELECT array_agg(a.attname::text) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey))
      FROM pg_index i
      JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_class ic ON ic.oid = i.indexrelid
     WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema()))
       AND NOT i.indisprimary AND c.relname NOT LIKE 'ab\\_%' AND c.relkind IN ('r', 'p')
       AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid
                          AND k.conrelid = i.indrelid)
    """
)
_SIGNATURES = text("SELECT object, signature FROM wy_schema")


@dataclass(frozen=True, slots=True)
class LiveColumn:
    """One column as it is."""

    name: str
    type: str
    required: bool
    is_generated: bool
    has_default: bool
    comment: str


@dataclass(frozen=True, slots=True)
class LiveRule:
    """A check ('c'), a foreign key ('f') or an index ('i'; 'x' when it is broken)."""

    name: str
    kind: str
    target: str
    clears: bool  # a foreign key that sets its columns to NULL
    columns: tuple[str, ...]


@dataclass(slots=True)
class LiveTable:
    """One table as it is."""

    name: str
    comment: str
    key_name: str
    columns: dict[str, LiveColumn] = field(default_factory=dict)
    rules: dict[str, LiveRule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiveDatabase:
    """All tables of the schema but Flask-AppBuilder's, and what `apply` has signed."""

    tables: Mapping[str, LiveTable]
    signatures: Mapping[str, str]

    def is_ours(self, table: str, rule: str = "") -> bool:
        """Tell whether `apply` made the table, or one of its rules."""
        return (f"{table}.{rule}" if rule else table) in self.signatures


def read_live(connection: Connection) -> LiveDatabase:
    """Read the current schema of the connection."""
    tables: dict[str, LiveTable] = {}
    for row in connection.execute(_COLUMNS):
        table = tables.setdefault(
            row.relname, LiveTable(row.relname, row.table_comment or "", row.key_name or "")
        )
        table.columns[row.attname] = LiveColumn(
            row.attname, row.type, row.attnotnull, row.generated, row.filled, row.comment or ""
        )
    for row in connection.execute(_RULES):
        columns = tuple(row.columns or ())
        clears = row.on_delete == "n"
        rule = LiveRule(row.name, row.kind, row.target or "", clears, columns)
        tables[row.relname].rules[row.name] = rule
    signed = connection.execute(_SIGNATURES).all() if "wy_schema" in tables else []
    return LiveDatabase(tables, {row.object: row.signature for row in signed})
