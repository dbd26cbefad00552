"""Showing a masked value; it is noted who looked."""

from __future__ import annotations

from typing import Any

from flask import make_response

from engine.access import may_reveal
from engine.extension import NotFound, Refused
from engine.fieldtypes import field_type
from engine.metadata import Entity
from engine.records import RecordService, Workspace
from engine.storage.system_tables import wy_reveal

Answer = Any


def reveal_answer(work: Workspace, entity: Entity, record_id: int, name: str) -> Answer:
    """Answer the plain value as text."""
    field = entity.fields.get(name)
    if field is None or not field.mask:
        raise NotFound(f"{entity.name}.{name}", record_id)
    if not may_reveal(work.catalog, work.actor, entity.name, name):
        raise Refused("You may not see this value in full.")
    value = RecordService(work).get(entity.name, record_id)[name]
    work.connection.execute(
        wy_reveal.insert().values(
            actor_id=work.actor.user_id,
            entity=entity.name,
            record_id=record_id,
            field=name,
            request_id=work.request_id,
            ip=work.ip,
        )
    )
    answer = make_response(field_type(field.type).text(field, value, work.style))
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    answer.headers["Cache-Control"] = "no-store"
    return answer
