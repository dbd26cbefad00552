"""What a comparison of catalog and database knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from engine.storage.live import LiveDatabase, LiveTable
from engine.storage.probes import FutureRows
from engine.storage.shape import TableShape, digest, quoted
from engine.storage.widening import widens


@dataclass(frozen=True, slots=True)
class Renames:
    """What the metadata calls by a new name."""

    tables: Mapping[str, str] = field(default_factory=dict)  # new -> old
    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (table, new) -> old


@dataclass(frozen=True, slots=True)
class Context:
    """One comparison."""

    connection: Connection
    live: LiveDatabase
    wanted: Mapping[str, TableShape]
    renames: Renames
    drop_unused: bool = False
    unused: list[str] = field(default_factory=list)  # filled as the comparison goes

    def live_table(self, name: str) -> LiveTable | None:
        """Return the live table behind a wanted one, under its former name if need be."""
        found = self.live.tables.get(name)
        if found is not None:
            return found
        former = self.renames.tables.get(name, "")
        return None if former in self.wanted else self.live.tables.get(former)

    def former_names(self) -> set[str]:
        """Return the live names of the tables that are wanted."""
        tables = (self.live_table(name) for name in self.wanted)
        return {table.name for table in tables if table is not None}


@dataclass(frozen=True, slots=True)
class Matched:
    """A wanted table and the live one it comes from, column by column."""

    wanted: TableShape
    live: LiveTable
    sources: Mapping[str, str]  # wanted column -> live column; a new column is missing
    converted: frozenset[str]  # live columns that get another type
    rows: FutureRows

    @classmethod
    def of(cls, context: Context, wanted: TableShape, live: LiveTable) -> Matched:
        """Match the columns by name, then by former name."""
        sources = {}
        for name in wanted.columns:
            former = context.renames.columns.get((wanted.name, name), "")
            if name in live.columns:
                sources[name] = name
            elif former in live.columns and former not in wanted.columns:
                sources[name] = former
        converted = frozenset(
            source
            for name, source in sources.items()
            if live.columns[source].type != wanted.columns[name].type
        )
        rows = FutureRows(context.connection, live, sources, wanted)
        return cls(wanted, live, sources, converted, rows)

    def unused(self) -> list[str]:
        """Return the live columns that no wanted one comes from."""
        used = set(self.sources.values())
        return [name for name in self.live.columns if name not in used]

    def is_recomputed(self, context: Context, name: str) -> bool:
        """Tell whether a generated column must be made anew, under the same name."""
        live, wanted = self.live.columns[name], self.wanted.columns[name]
        if not wanted.generated:
            return False
        known = context.live.signatures.get(f"{self.live.name}.{name}:generated")
        if known != digest(wanted.generated) or live.type != wanted.type or not live.is_generated:
            return True
        return any(quoted(column) in wanted.generated for column in self.converted)

    def keeps_values(self, name: str) -> bool:
        """Tell whether the conversion of a wanted column loses nothing."""
        source = self.sources[name]
        return widens(self.live.columns[source].type, self.wanted.columns[name].type)
