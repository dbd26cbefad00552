"""The org tree, remembered by version, so that no request walks it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnClause, Connection, Engine, column, select, table

from engine.access.actor import ALL, Units
from engine.metadata import Catalog


@dataclass(frozen=True, slots=True)
class OrgTree:
    """Which units stand below which."""

    units: frozenset[int]
    children: Mapping[int, tuple[int, ...]]

    def reach(self, tops: Collection[int | None]) -> Units:
        """Return the units with all below them; ALL if one is None, or that is the whole tree.

        A unit that is no longer in the tree reaches nothing.
        """
        if None in tops:
            return ALL
        found: set[int] = set()
        waiting = [top for top in tops if top in self.units]
        while waiting:
            unit = waiting.pop()
            if unit is not None and unit not in found:
                found.add(unit)
                waiting += self.children.get(unit, ())
        return ALL if found and found == self.units else frozenset(found)


EMPTY = OrgTree(frozenset(), {})
_known: WeakKeyDictionary[Engine, tuple[tuple[int, str], OrgTree]] = WeakKeyDictionary()


def tree_at(connection: Connection, catalog: Catalog, version: int) -> OrgTree:
    """Return the org tree, read once per version and process."""
    if catalog.organization is None:
        return EMPTY
    key = (version, catalog.organization.entity)
    kept = _known.get(connection.engine)
    if kept is not None and kept[0] == key:
        return kept[1]
    tree = read_tree(connection, catalog)
    _known[connection.engine] = (key, tree)
    return tree


def read_tree(connection: Connection, catalog: Catalog) -> OrgTree:
    """Read the whole tree: one row per unit."""
    organization = catalog.organization
    if organization is None:
        return EMPTY
    parent: ColumnClause[Any] = column(f"{organization.parent}_id")
    units = table(organization.entity, column("id"), parent)
    found: set[int] = set()
    children: dict[int, tuple[int, ...]] = {}
    for unit, above in connection.execute(select(units.c.id, parent)):
        found.add(unit)
        if above is not None:
            children[above] = (*children.get(above, ()), unit)
    return OrgTree(frozenset(found), children)
