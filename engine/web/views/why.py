"""Why can or can't I see this?"""

from __future__ import annotations

from typing import Any

from engine.access import changeable_fields, explain_row, masked_fields, readable_fields
from engine.extension import NotFound
from engine.metadata import Entity, Field
from engine.records import Workspace, is_allowed
from engine.web.desk import render
from engine.web.i18n import label as text_of
from engine.web.urls import record_url
from engine.wording import N_

Answer = Any


def why_answer(work: Workspace, name: str, record_id: int) -> Answer:
    """Explain the reader's own rights on one record; says nothing of what is in it."""
    entity = work.catalog.entities.get(name)
    if entity is None:
        raise NotFound("entity", name)
    found = explain_row(work.connection, work.catalog, work.tables, work.actor, name, record_id)
    return render(
        "ui/why.html",
        title=work.message("Why can or can't I see this?"),
        question=None,
        user=work.actor.name,
        subject=f"{text_of(entity.label)} #{record_id}",
        action_label=work.message("Read"),
        answer=found.allowed,
        sentence="",
        steps=[
            {"ok": s.allows, "text": s.in_(work.language, work.translate)} for s in found.sentences
        ],
        fields=_fields(work, entity),
        back_url=record_url(name, record_id),
    )


def _fields(work: Workspace, entity: Entity) -> list[dict[str, Any]]:
    """Return for each field whether the reader sees and may change it, and why not."""
    catalog, actor = work.catalog, work.actor
    may_read = is_allowed(work, entity.name, "read")
    may_write = entity.written_by == "people" and is_allowed(work, entity.name, "change")
    readable = readable_fields(catalog, actor, entity.name) if may_read else frozenset()
    editable = changeable_fields(catalog, actor, entity.name, "change") if may_write else ()
    masked = masked_fields(catalog, actor, entity.name)
    found = []
    for name, field in entity.fields.items():
        if field.hidden:
            continue
        is_open = name in editable and name in readable and field.editable == "always"
        reason = "" if name in readable else _UNSEEN[may_read]
        if name in readable:
            reason = _covered(name in masked) if is_open else _unchangeable(work, entity, field)
        found.append(
            {
                "label": text_of(field.label),
                "visible": name in readable,
                "editable": is_open,
                "reason": work.message(reason or _in_some_states(field)),
            }
        )
    return found


_UNSEEN = {
    True: N_("Your roles do not show this field."),
    False: N_("You may not read these records."),
}


def _covered(masked: bool) -> str:
    return N_("You see it partly covered.") if masked else ""


def _unchangeable(work: Workspace, entity: Entity, field: Field) -> str:
    if field.compute is not None:
        return N_("It is computed.")
    if entity.written_by != "people":
        return N_("The system writes these records.")
    if field.read_only:
        return N_("The system fills it in.")
    if not is_allowed(work, entity.name, "change"):
        return N_("You have no right to change these records.")
    if field.editable == "on_create":
        return N_("It can be set only when the record is made.")
    return N_("Your roles may read this field, not change it.")


def _in_some_states(field: Field) -> str:
    depends = field.read_only_when is not None or field.visible_when is not None
    return N_("It depends on the state of the record.") if depends else ""
