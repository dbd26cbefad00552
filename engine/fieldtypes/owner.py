"""Find the entity a field stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.metadata import Entity, Field

if TYPE_CHECKING:
    from engine.metadata import Catalog


def owner_of(field: Field, catalog: Catalog) -> Entity | None:
    """Return the entity, or None for a field of a button's dialog."""
    for entity in catalog.entities.values():
        if entity.fields.get(field.name) is field:
            return entity
    return None
