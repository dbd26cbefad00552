"""The page of one case: the record, where its approval stands, and what one may do."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import redirect

from engine.access import entities_readable
from engine.extension import Problem
from engine.flows.core.refusals import FlowRefused
from engine.flows.lists import Wanted, items
from engine.flows.migration import may_mend
from engine.flows.panel import Panel, mark_read, panel, reader, reads
from engine.metadata import Entity, Field
from engine.records import Workspace
from engine.web.approvals.choosing import boxes, choices_of, errors
from engine.web.approvals.shown import approval_view
from engine.web.desk import render
from engine.web.i18n import say
from engine.web.present.fields import FormContext, field_view
from engine.web.present.titles import titles_of
from engine.web.urls import record_url
from engine.web.views.forms import stored_values
from engine.web.views.pages import page_context
from engine.web.views.timeline import attachments_of

Answer = Any
View = dict[str, Any]


def case_answer(work: Workspace, case_id: int) -> Answer:
    """Show a case; a copy counts as read then."""
    try:
        found = panel(work, case_id)
    except FlowRefused as refused:
        if refused.code == "unfit" and may_mend(work, case_id):
            return redirect(f"/flows/{case_id}/migrate")
        raise
    mark_read(work, case_id)
    return render("ui/flows/case.html", **case_context(work, found))


def case_context(
    work: Workspace,
    found: Panel,
    typed: Mapping[str, Any] | None = None,
    problems: tuple[Problem, ...] = (),
) -> View:
    """Return all that the page shows."""
    entity = work.catalog.entity(found.row.entity)
    reading = reader(work, found)
    page = page_context(reading, entity, found.row.record_id)
    hung = attachments_of(reading, entity, found.row.record_id)
    may_open = reads(work, found.row)
    fields = edit_fields(reading, found, entity, typed or {}, problems)
    edited = {f["name"] for f in fields}
    choosers = list(boxes(work, choices_of(work, found, problems), problems).values())
    return {
        "title": found.row.subject or page["title"],
        "crumbs": [{"label": work.message("Approvals"), "url": "/flows/"}],
        "record_title": page["title"],
        "record_url": record_url(entity.name, found.row.record_id) if may_open else "",
        "entity": page["entity"],
        "facts": visible_cells(page["facts"], found.hide),
        "sections": [
            {**s, "cells": visible_cells(s["cells"], found.hide | edited)} for s in page["sections"]
        ],
        "approval": approval_view(work, found),
        "next_one": next_one(work, found.row.id),
        "edit": fields,
        "choosers": choosers,
        "errors": errors(problems, [*fields, *choosers]),
        "attachments": {**(hung or {}), "upload_url": ""},
        "comment": (typed or {}).get("comment", ""),
        "request_id": secrets.token_urlsafe(12),
    }


def next_one(work: Workspace, case_id: int) -> View | None:
    """Return what waits for the actor after this case in his list, round to its beginning."""
    if not work.actor.to_decide:
        return None
    waiting = items(work, Wanted())
    here = [n for n, one in enumerate(waiting) if one.case_id == case_id]
    after = [one for one in waiting[here[-1] + 1 :] if one.case_id != case_id] if here else []
    others = after or [one for one in waiting if one.case_id != case_id]
    if not others:
        return None
    left = len({one.case_id for one in waiting} - {case_id})
    return {"url": f"/flows/{others[0].case_id}", "subject": others[0].subject, "left": left}


def visible_cells(cells: list[View], hide: frozenset[str] | set[str]) -> list[View]:
    """Return the cells whose field is not among those hidden."""
    return [c for c in cells if str(c.get("name", "")).split(".")[0] not in hide]


def edit_fields(
    work: Workspace,
    found: Panel,
    entity: Entity,
    typed: Mapping[str, Any],
    problems: tuple[Problem, ...],
) -> list[View]:
    """Return the boxes of the fields that the actor's step lets him change."""
    chosen = [entity.fields[n] for n in entity.fields if n in found.edit and _is_typed(entity, n)]
    if not chosen:
        return []
    values, titles = stored_values(work, entity, found.row.record_id)
    form = FormContext(
        work=work.as_trusted(),
        entity=entity.name,
        values=values,
        typed=dict(typed),
        errors={p.field: say(p) for p in problems if p.field},
        titles=titles_of(work, entity, values, typed, known=titles),
        readable=entities_readable(work.catalog, work.actor),
    )
    views = [view for one in chosen if not (view := field_view(form, one)).get("ro")]
    for one in views:
        one["required"] = one.get("required") or one["name"] in found.require
    return views


def _is_typed(entity: Entity, name: str) -> bool:
    field: Field = entity.fields[name]
    return not (field.read_only or field.compute is not None or field.hidden)
