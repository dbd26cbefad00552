"""Why can or can't I see this?"""

from __future__ import annotations

from typing import Any

from engine.access import changeable_fields, explain_row, readable_fields
from engine.extension import NotFound
from engine.records import Workspace, is_allowed
from engine.web.desk import render
from engine.web.i18n import label as text_of
from engine.web.urls import record_url

Answer = Any


def why_answer(work: Workspace, name: str, record_id: int) -> Answer:
    """Explain the reader's own rights on one record; says nothing of what is in it."""
    entity = work.catalog.entities.get(name)
    if entity is None:
        raise NotFound("entity", name)
    found = explain_row(work.connection, work.catalog, work.tables, work.actor, name, record_id)
    readable = readable_fields(work.catalog, work.actor, name)
    editable = changeable_fields(work.catalog, work.actor, name)
    allowed = is_allowed(work, name, "read")
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
        fields=[
            {
                "label": text_of(f.label),
                "visible": allowed and n in readable,
                "editable": n in editable and is_allowed(work, name, "change"),
                "reason": "",
            }
            for n, f in entity.fields.items()
            if not f.hidden
        ],
        back_url=record_url(name, record_id),
    )
