"""What the audit trail says of a written record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.fieldtypes import field_type
from engine.metadata import Entity
from engine.records.workspace import Workspace
from engine.storage import record_change, trail_of

Values = Mapping[str, Any] | None


def audit(work: Workspace, entity: Entity, event: str, before: Values, after: Values) -> None:
    """Keep what was and what is."""
    if not entity.audit:
        return
    record_change(
        work.connection,
        entity.name,
        (after or before or {})["id"],
        event,
        before=wire(work, entity, before),
        after=wire(work, entity, after),
        **_origin(work),
    )


def line_of(
    work: Workspace, entity: Entity, event: str, before: Values, after: Values
) -> dict[str, Any]:
    """Return the same for a statement that writes the record and its line at once."""
    was, now = wire(work, entity, before), wire(work, entity, after)
    return trail_of(entity.name, event, was, now, **_origin(work))


def _origin(work: Workspace) -> dict[str, Any]:
    return {"actor_id": work.actor.user_id, "request_id": work.request_id, "ip": work.ip}


def wire(work: Workspace, entity: Entity, values: Values) -> dict[str, Any] | None:
    """Return a record as JSON carries it, its lines within; one without an id gets none."""
    if values is None:
        return None
    sent: dict[str, Any] = {n: values[n] for n in ("id", "version") if n in values}
    for name, field in entity.fields.items():
        if name not in values:
            continue
        if field.type == "lines":
            child = work.catalog.entity(field.options["of"])
            sent[name] = [wire(work, child, row) for row in values[name]]
        else:
            sent[name] = field_type(field.type).to_wire(field, values[name])
    return sent
