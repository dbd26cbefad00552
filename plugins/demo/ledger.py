"""Rows by entity, numbered from 1 in the order they are made."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


class Ledger:
    """What a generator writes into; `rows` keeps the order in which entities were first met."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}

    def add(self, entity: str, **values: Any) -> Row:
        """Keep a row by field names, with its id; links are ids."""
        kept = self.rows.setdefault(entity, [])
        row: Row = {"id": len(kept) + 1, **values}
        kept.append(row)
        return row

    def all(self, entity: str) -> list[Row]:
        """Return the rows of an entity so far."""
        return self.rows.get(entity, [])
