"""The questions about rights, bound to one catalog."""

from __future__ import annotations

from dataclasses import dataclass

from engine.access import explain, rights
from engine.access.actor import Actor
from engine.access.explain import Explanation
from engine.metadata import Catalog


@dataclass(frozen=True, slots=True)
class Rights:
    """What actors may do with the entities of a catalog; costs no statement."""

    catalog: Catalog

    def may(self, actor: Actor, entity: str, action: str) -> bool:
        """Tell whether the actor may do that with some records of the entity."""
        return rights.may(self.catalog, actor, entity, action)

    def why(self, actor: Actor, entity: str, action: str) -> Explanation:
        """Say which roles give the right, or what is missing."""
        return explain.why(self.catalog, actor, entity, action)

    def entities_readable(self, actor: Actor) -> frozenset[str]:
        """Return the entities of which the actor may read some records."""
        return rights.entities_readable(self.catalog, actor)
