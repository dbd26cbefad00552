"""Showing a masked value; it is noted who looked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    _note(work, [(entity.name, record_id, name)])
    return str(field_type(field.type).text(field, value, work.style))


def note_revealed(work: Workspace, entity: Entity, values: Mapping[str, Any]) -> None:
    """Note that an edit form shows masked values in full to somebody who may see them so.

    `values` are the record's, with its lines.
    """
    notes = list(_shown_in_full(work, entity, [values]))
    for field in entity.fields.values():
        if field.type == "lines":
            child = work.catalog.entity(field.options["of"])
            notes += _shown_in_full(work, child, values.get(field.name) or ())
    if notes:
        _note(work, notes)


def _shown_in_full(
    work: Workspace, entity: Entity, rows: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, int, str]]:
    """Yield the entity, record and field of each value that a form would not cover."""
    shown = revealable_fields(work.catalog, work.actor, entity.name)
    if not entity.part_of:
        shown &= changeable_fields(work.catalog, work.actor, entity.name, "change")
    for row in rows:
        for name in sorted(shown):
            if row.get(name) not in (None, "") and row.get("id"):
                yield entity.name, row["id"], name


def _note(work: Workspace, notes: Sequence[tuple[str, int, str]]) -> None:
    common = {
        "actor_id": work.actor.user_id,
        "request_id": work.request_id,
        "ip": work.ip,
    }
    lines = [{**common, "entity": e, "record_id": i, "field": n} for e, i, n in notes]
    work.connection.execute(wy_reveal.insert(), lines)
