"""Questions to the data before a change: which rows would be in its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from psycopg import sql as literals
from sqlalchemy import Connection

from engine.storage.live import LiveTable
from engine.storage.shape import RuleShape, TableShape, quoted


class InTheWay(NamedTuple):
    """How many rows, and the ids of the first five."""

    rows: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FutureRows:
    """A table's rows as they will be once columns are renamed, added and converted."""

    connection: Connection
    live: LiveTable
    sources: dict[str, str]  # wanted column -> the live column it comes from
    wanted: TableShape

    def without_value(self, column: str) -> InTheWay:
        """Return the rows in which a column will be NULL."""
        return self._find(f"{quoted(column)} IS NULL")

    def breaking(self, condition: str) -> InTheWay:
        """Return the rows for which a condition is false; NULL counts as satisfied."""
        return self._find(f"NOT ({condition})")

    def repeated(self, rule: RuleShape) -> InTheWay:
        """Return the rows that share their values of a unique index with another."""
        columns = [quoted(name) for name in rule.columns]
        kept = " AND ".join(f"{name} IS NOT NULL" for name in columns)
        if rule.condition:
            kept += f" AND ({rule.condition})"
        same = f"SELECT *, count(*) OVER (PARTITION BY {', '.join(columns)}) AS _same"
        return self._find("_same > 1", f"({same} FROM {self._rows()} WHERE {kept}) repeated")

    def dangling(self, rule: RuleShape, target: LiveTable | None) -> InTheWay:
        """Return the rows that link to nothing; `target` is None when it is yet to be made."""
        column = quoted(rule.columns[0])
        if target is None:
            return self._find(f"{column} IS NOT NULL")
        there = f"SELECT FROM {quoted(target.name)} there WHERE there.id = future.{column}"
        return self._find(f"{column} IS NOT NULL AND NOT EXISTS ({there})")

    def unfit(self, column: str, new_type: str) -> InTheWay:
        """Return the rows whose value has no form in another type."""
        name = quoted(column)
        fits = f"pg_input_is_valid({name}::text, {literal(new_type)})"
        return self._find(f"{name} IS NOT NULL AND NOT {fits}", self._live_rows())

    def with_value(self, column: str) -> InTheWay:
        """Return the rows that have a value in a live column."""
        return self._find(f"{quoted(column)} IS NOT NULL", self._live_rows())

    def all(self) -> InTheWay:
        """Return every row."""
        return self._find("true", self._live_rows())

    def _find(self, condition: str, rows: str = "") -> InTheWay:
        has_id = "id" in self.live.columns
        ids = "(array_agg(id ORDER BY id))[1:5]" if has_id else "NULL"
        query = f"SELECT count(*), {ids} FROM {rows or self._rows()} WHERE {condition}"
        # Written out whole, so that a % in it is no placeholder.
        count, first = self.connection.exec_driver_sql(query.replace("%", "%%")).one()
        return InTheWay(count, tuple(first or ()))

    def _live_rows(self) -> str:
        return f"{quoted(self.live.name)} future"

    def _rows(self) -> str:
        columns = ", ".join(
            f"{self._value(name)} AS {quoted(name)}"
            for name, column in self.wanted.columns.items()
            if not column.generated
        )
        return f"(SELECT {columns} FROM {quoted(self.live.name)}) future"

    def _value(self, name: str) -> str:
        column, source = self.wanted.columns[name], self.sources.get(name)
        if source is None:
            return f"({column.default or 'NULL'})::{column.type}"
        if self.live.columns[source].type == column.type:
            return quoted(source)
        return converted(source, column.type)


def converted(column: str, new_type: str) -> str:
    """Return a column's value in another type, NULL where it has no form in it."""
    text = f"{quoted(column)}::text"
    fits = f"pg_input_is_valid({text}, {literal(new_type)})"
    return f"CASE WHEN {fits} THEN {text}::{new_type} END"


def literal(value: str) -> str:
    """Return a text as SQL writes it."""
    return literals.Literal(value).as_string().strip()
