"""What look-ups offer, as JSON."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request

from engine.extension import InvalidValue, NotFound, Refused
from engine.fieldtypes import field_type
from engine.metadata import Entity, Field
from engine.records import RecordService, Workspace, is_allowed
from engine.records.listing import readable

Answer = Any


def lookup_answer(work: Workspace, entity: str, name: str) -> Answer:
    """Answer a look-up of a link field; whoever may read or write the field may ask."""
    if entity not in work.catalog.entities:
        raise NotFound("entity", entity)
    if not any(is_allowed(work, entity, a) for a in ("read", "create", "change")):
        raise Refused("You have no right to do this here.")
    _, field = readable(work, entity, name)
    return jsonify(_answer(work, entity, field))


def button_lookup_answer(work: Workspace, entity: Entity, button: str, name: str) -> Answer:
    """Answer a look-up in a button's dialog."""
    found = entity.buttons.get(button)
    if found is None or name not in found.ask:
        raise NotFound(f"{entity.name}.{button}", name)
    if not is_allowed(work, entity.name, button):
        raise Refused("You have no right to do this here.")
    return jsonify(_answer(work, entity.name, found.ask[name]))


def _answer(work: Workspace, entity: str, field: Field) -> dict[str, Any]:
    words = request.args.get("q", "")[:100]
    target = field
    if field.type == "any_link":
        target = _one_of(field, request.args.get("entity", ""))
    if target.type != "link":
        raise NotFound(f"{entity}.{field.name}", "")
    found = RecordService(work).look_up(entity, target, words, _record(work, entity), limit=21)
    items = [{"value": i, "text": t, "sub": s} for i, t, s in found[:20]]
    return {"items": items, "more": len(found) > 20}


def _one_of(field: Field, entity: str) -> Field:
    from dataclasses import replace
    from types import MappingProxyType

    if entity not in field.options["to"]:
        raise NotFound("entity", entity)
    return replace(field, type="link", options=MappingProxyType({"to": entity, "filter": ""}))


def _record(work: Workspace, entity: str) -> dict[str, Any]:
    """Return the values of the form that the field's filter reads, sent as r.<name>=."""
    values: dict[str, Any] = {}
    for key, raw in request.args.items():
        name = key.removeprefix("r.")
        field = work.catalog.entity(entity).fields.get(name)
        if not key.startswith("r.") or field is None:
            continue
        try:
            values[name] = field_type(field.type).parse(field, raw, work.style)
        except InvalidValue:
            values[name] = None
    return values
