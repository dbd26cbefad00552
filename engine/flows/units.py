"""The organization's units as flows see them: their codes, their heads, what is above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, Table, bindparam, select

from engine.metadata import Organization
from engine.records import Workspace
from engine.storage.joins import column_of, link_column


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the organization."""

    number: int
    parent: int | None
    head: int | None  # a user


class Units:
    """The units asked for so far; a whole way upward comes in one statement."""

    def __init__(self, work: Workspace) -> None:
        self._work = work
        self._known: dict[int, Unit] = {}

    def way_up(self, unit: int | None) -> tuple[Unit, ...]:
        """Return a unit and all above it, nearest first."""
        if unit is not None and unit not in self._known:
            self._read(unit)
        way: dict[int, Unit] = {}
        while unit is not None and unit not in way and unit in self._known:
            way[unit] = self._known[unit]
            unit = way[unit].parent
        return tuple(way.values())

    def numbers_up(self, unit: int | None) -> tuple[int, ...]:
        """Return the ids of a unit and of all above it, nearest first."""
        return tuple(one.number for one in self.way_up(unit))

    def called(self, code: str) -> int | None:
        """Return the unit of a code."""
        organization = self._work.catalog.organization
        if organization is None:
            return None
        entity = self._work.catalog.entity(organization.entity)
        table = self._table(organization)
        named = column_of(table, entity, organization.code or entity.title) == code
        query = select(table.c.id).where(named).order_by(table.c.id)
        return self._work.connection.scalar(query.limit(1))

    def top(self) -> int | None:
        """Return the unit above all others, if there is one."""
        organization = self._work.catalog.organization
        if organization is None:
            return None
        table = self._table(organization)
        query = select(table.c.id).where(table.c[link_column(organization.parent)].is_(None))
        found = self._work.connection.scalars(query.limit(2)).all()
        return found[0] if len(found) == 1 else None

    def head(self, unit: int | None) -> int | None:
        """Return who heads a unit itself."""
        way = self.way_up(unit)
        return way[0].head if way else None

    def headed(self, unit: int | None, *, beside: int | None = None) -> Unit | None:
        """Return a unit, or the nearest above it, that has another head than `beside`."""
        return next((u for u in self.way_up(unit) if u.head not in (None, beside)), None)

    def _read(self, unit: int) -> None:
        organization = self._work.catalog.organization
        if organization is None:
            return
        kept, key = self._work.tables.prepared, ("flows.units", organization)
        if key not in kept:
            kept[key] = self._way(organization)
        for row in self._work.connection.execute(kept[key], {"unit": unit}):
            self._known[row[0]] = Unit(row[0], row[1], row[2] if organization.head else None)

    def _way(self, organization: Organization) -> Select[Any]:
        table = self._table(organization)
        links = [link_column(one) for one in (organization.parent, organization.head) if one]
        first = select(table.c.id, *(table.c[name] for name in links))
        way = first.where(table.c.id == bindparam("unit", type_=BigInteger)).cte(recursive=True)
        upper = table.alias()
        higher = select(upper.c.id, *(upper.c[name] for name in links))
        higher = higher.where(upper.c.id == way.c[links[0]])
        # a union, not all of it: it ends where the way runs in a circle
        return select(way.union(higher))

    def _table(self, organization: Organization) -> Table:
        return self._work.tables.table(organization.entity)
