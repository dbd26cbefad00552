"""Short texts of modules for the tests of plan and apply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Connection, text

from engine.metadata import Catalog
from engine.storage import Plan, Release, apply, plan

CatalogOf = Callable[..., Catalog]


def module(entities: Mapping[str, Mapping[str, str]], more: Mapping[str, str] | None = None) -> str:
    """Return a module of entities given as {name: {field: YAML of its options}}."""
    lines = ["module: test", "label: Test", "entities:"]
    for name, fields in entities.items():
        lines += [f"  {name}:", "    label: Thing", f"    title: {next(iter(fields))}"]
        lines += [f"    {line}" for line in (more or {}).get(name, "").splitlines()]
        lines.append("    fields:")
        lines += [f"      {field}: {{{options}, label: F}}" for field, options in fields.items()]
    return "\n".join(lines) + "\n"


class Database:
    """One transaction in which catalogs are planned and applied."""

    def __init__(self, connection: Connection, catalog_of: CatalogOf) -> None:
        self.connection = connection
        self._catalog_of = catalog_of

    def catalog(self, more: str = "", /, **fields: str) -> Catalog:
        """Return a catalog of one entity `room`; `more` are other lines of it."""
        return self._catalog_of(module({"room": fields}, {"room": more}))

    def plan(self, more: str = "", /, **fields: str) -> Plan:
        return plan(self.connection, self.catalog(more, **fields))

    def apply(self, more: str = "", /, **fields: str) -> Release:
        return apply(self.connection, self.catalog(more, **fields), author="test")

    def force(self, more: str = "", /, **fields: str) -> Release:
        catalog = self.catalog(more, **fields)
        return apply(self.connection, catalog, author="test", allow_lossy=True)

    def fill(self, column: str, values: Iterable[object], table: str = "room") -> None:
        statement = text(f'INSERT INTO "{table}" ("{column}") VALUES (:value)')
        for value in values:
            self.connection.execute(statement, {"value": value})

    def values(self, column: str, table: str = "room") -> list[object]:
        query = text(f'SELECT "{column}" FROM "{table}" ORDER BY id')
        return list(self.connection.scalars(query))
