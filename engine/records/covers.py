"""What a reader sees of a value that is not shown to him in full: a mask, or nothing."""

from __future__ import annotations

from typing import Any

from engine.access import masked_fields, readable_fields
from engine.fieldtypes import mask
from engine.metadata import Field
from engine.records.reach import is_allowed
from engine.records.workspace import Workspace


def covered(work: Workspace, entity: str, field: Field, value: Any) -> Any:
    """Return a value of a field as the actor may see it: plain, masked, or None when hidden."""
    if value in (None, "") or work.trusted or entity == "user":
        return value
    if field.name not in readable_fields(work.catalog, work.actor, entity):
        return None
    if field.name in masked_fields(work.catalog, work.actor, entity):
        return mask(field.mask, str(value))
    return value


def is_shown(work: Workspace, entity: str, name: str) -> bool:
    """Tell whether the actor sees a field at all, be it masked."""
    return work.trusted or name in readable_fields(work.catalog, work.actor, entity)


def title_cover(work: Workspace, entity: str) -> str | None:
    """Return how the titles of an entity's records are covered for the actor.

    None: not at all; '': not shown; else the name of the mask. Who may not read the entity
    still sees what its records are called, where one is linked, unless that is masked.
    """
    if work.trusted or entity == "user":
        return None
    title = work.catalog.entity(entity).fields.get(work.catalog.entity(entity).title)
    if title is None:
        return None
    if not is_allowed(work, entity, "read"):
        return "" if title.hidden else title.mask or None
    if title.name not in readable_fields(work.catalog, work.actor, entity):
        return ""
    hidden = masked_fields(work.catalog, work.actor, entity)
    return title.mask if title.name in hidden else None


def shown_title(work: Workspace, entity: str, value: Any) -> Any:
    """Return what a record is called, as the actor may see it; None when it is hidden."""
    cover = title_cover(work, entity)
    if cover is None or value in (None, ""):
        return value
    return mask(cover, str(value)) if cover else None
