"""Showing a masked value; it is noted who looked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import make_response

from engine.access import changeable_fields, may_reveal, revealable_fields
from engine.extension import NotFound, Refused
from engine.fieldtypes import field_type
from engine.metadata import Entity
from engine.records import RecordService, Workspace
from engine.storage.system_tables import wy_reveal

Answer = Any


def reveal_answer(work: Workspace, entity: Entity, record_id: int, name: str) -> Answer:
    """Answer the plain value as text."""
    answer = make_response(revealed(work, entity, record_id, name))
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def revealed(work: Workspace, entity: Entity, record_id: int, name: str) -> str:
    """Return a masked value in full, and note that it was shown.

    Raises:
        NotFound: there is no such record, or the field is not masked.
        Refused: the right to see it is missing.
    """
    field = entity.fields.get(name)
    if field is None or not field.mask:
        raise NotFound(f"{entity.name}.{name}", record_id)
    if not may_reveal(work.catalog, work.actor, entity.name, name):
        raise Refused("You may not see this value in full.")
    value = RecordService(work).get(entity.name, record_id)[name]
    _note(work, entity.name, record_id, [name])
    return str(field_type(field.type).text(field, value, work.style))


def note_revealed(work: Workspace, entity: Entity, values: Mapping[str, Any]) -> None:
    """Note that an edit form shows masked values in full to somebody who may see them so."""
    shown = revealable_fields(work.catalog, work.actor, entity.name)
    open_ = shown & changeable_fields(work.catalog, work.actor, entity.name, "change")
    names = sorted(n for n in open_ if values.get(n) not in (None, ""))
    if names:
        _note(work, entity.name, values["id"], names)


def _note(work: Workspace, entity: str, record_id: int, names: list[str]) -> None:
    common = {
        "actor_id": work.actor.user_id,
        "entity": entity,
        "record_id": record_id,
        "request_id": work.request_id,
        "ip": work.ip,
    }
    work.connection.execute(wy_reveal.insert().values([{**common, "field": n} for n in names]))
