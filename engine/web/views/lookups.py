"""What look-ups offer, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import jsonify, request

from engine.extension import InvalidValue, NotFound, Refused
from engine.fieldtypes import field_type
from engine.metadata import Entity, Field
from engine.records import RecordService, Workspace, field_of, is_allowed
from engine.records.filter_values import linked_filter_values, paths_over_links
from engine.records.listing import readable
from engine.storage.joins import link_target

Answer = Any


def lookup_answer(work: Workspace, entity: str, name: str) -> Answer:
    """Answer a look-up of a link field; whoever may read or write the field may ask."""
    if entity not in work.catalog.entities and entity != "user":
        raise NotFound("entity", entity)
    if entity != "user" and not any(
        is_allowed(work, entity, a) for a in ("read", "create", "change")
    ):
        raise Refused("You have no right to do this here.")
    _, field = (
        readable(work, entity, name)
        if entity != "user"
        else ("user", field_of(work.catalog, "user", name))
    )
    return jsonify(_answer(work, entity, field, record=_record(work, entity, field)))


def button_lookup_answer(work: Workspace, entity: Entity, button: str, name: str) -> Answer:
    """Answer a look-up in a button's dialog."""
    found = entity.buttons.get(button)
    if found is None or name not in found.ask:
        raise NotFound(f"{entity.name}.{button}", name)
    if not is_allowed(work, entity.name, button):
        raise Refused("You have no right to do this here.")
    asked = _sent(work, found.ask)
    return jsonify(_answer(work, entity.name, found.ask[name], asked=asked))


def _answer(
    work: Workspace,
    entity: str,
    field: Field,
    *,
    record: dict[str, Any] | None = None,
    asked: dict[str, Any] | None = None,
) -> dict[str, Any]:
    words = request.args.get("q", "")[:100]
    target = field
    if field.type == "any_link":
        target = _one_of(field, request.args.get("entity", ""))
    if target.type != "link":
        raise NotFound(f"{entity}.{field.name}", "")
    found = RecordService(work).look_up(entity, target, words, record, 21, asked=asked)
    items = [{"value": i, "text": t, "sub": s} for i, t, s in found[:20]]
    return {"items": items, "more": len(found) > 20}


def _one_of(field: Field, entity: str) -> Field:
    from dataclasses import replace
    from types import MappingProxyType

    if entity not in field.options["to"]:
        raise NotFound("entity", entity)
    return replace(field, type="link", options=MappingProxyType({"to": entity, "filter": ""}))


def _record(work: Workspace, entity: str, field: Field) -> dict[str, Any]:
    """Return the values of the form that the field's filter reads, sent as r.<name>=.

    Those of the document a line belongs to come as r.<link>.<name>=.
    """
    if entity == "user":
        return {}
    described = work.catalog.entity(entity)
    values = _sent(work, described.fields)
    above, others = described.part_of, []
    for path in paths_over_links(field):
        if above and path[0] == above and len(path) == 2:
            parent = work.catalog.entity(link_target(work.catalog, entity, above))
            one = _sent(work, parent.fields, f"{above}.")
            values[".".join(path)] = one.get(path[1])
        else:
            others.append(path)
    return values | linked_filter_values(work, entity, values, others)


def _sent(work: Workspace, fields: Mapping[str, Field], prefix: str = "") -> dict[str, Any]:
    """Return what was sent for some fields; what cannot be read counts as empty."""
    values: dict[str, Any] = {}
    for name, field in fields.items():
        raw = request.args.get(f"r.{prefix}{name}")
        if raw is None:
            continue
        try:
            values[name] = field_type(field.type).parse(field, raw, work.style)
        except InvalidValue:
            values[name] = None
    return values
