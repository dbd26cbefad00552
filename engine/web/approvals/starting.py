"""Start an approval from a record: who will be asked is shown before."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, request

from engine.extension import Conflict, Invalid, NotFound, Problem, Refused
from engine.flows.choices import CHOSEN, must_lack_nothing
from engine.flows.definitions import flow_for
from engine.flows.forecast import Coming, before_start
from engine.flows.going import Answer as Started
from engine.flows.needs import comment_of
from engine.flows.people import Directory
from engine.flows.service import FlowService
from engine.metadata.flows import INITIATOR, FlowAction
from engine.records import RecordService, Workspace
from engine.web.approvals.choosing import boxes, chosen_people, errors
from engine.web.approvals.doing import kept_files
from engine.web.approvals.going import go
from engine.web.approvals.on_record import action_label
from engine.web.approvals.shown import coming_view
from engine.web.desk import reasons, render
from engine.web.i18n import label as text_of
from engine.web.once import answered_before, remember
from engine.web.urls import list_url, record_url

Answer = Any
View = dict[str, Any]


def start_answer(work: Workspace, entity: str, record_id: int, action: str) -> Answer:
    """Show who will be asked (GET), or start (POST)."""
    if entity not in work.catalog.entities:
        raise NotFound("entity", entity)
    record = RecordService(work).get(entity, record_id)
    flow = flow_for(work, entity, record)
    act = flow.actions.get(action) if flow is not None else None
    if flow is None or act is None:
        raise NotFound(f"{entity}.{action}", record_id)
    if request.method == "GET":
        return _dialog(work, entity, record_id, act)
    before = answered_before(work)
    if before:
        return go(before)
    try:
        answer = _start(work, entity, record_id, act)
    except (Invalid, Refused, Conflict) as wrong:
        if isinstance(wrong, Invalid) and all(_is_asked_here(p) for p in wrong.problems):
            return _dialog(work, entity, record_id, act, wrong.problems), 422
        flash(reasons(wrong), "danger")
        return go(record_url(entity, record_id))
    flash(work.message("Done: %(what)s", what=action_label(work, act)), "success")
    target = record_url(entity, record_id)
    if answer.case_id:
        target = f"/flows/{answer.case_id}"
    remember(work, target)
    return go(target)


def _start(work: Workspace, entity: str, record_id: int, act: FlowAction) -> Started:
    chosen, comment = chosen_people(), comment_of(request.form.get("comment", ""))
    if act.steps is not None:
        coming = before_start(work, entity, record_id, act.name, chosen)
        mine = [one for one in coming if one.chosen_by == INITIATOR]
        must_lack_nothing((one.step, one.lacks) for one in mine)
    files = kept_files(work)
    return FlowService(work).start(
        entity, record_id, act.name, chosen=chosen, comment=comment, files=files
    )


def _is_asked_here(problem: Problem) -> bool:
    return problem.field.startswith(CHOSEN) or problem.field in ("comment", "attachments", "")


def _dialog(
    work: Workspace,
    entity: str,
    record_id: int,
    act: FlowAction,
    problems: tuple[Problem, ...] = (),
) -> Answer:
    described = work.catalog.entity(entity)
    coming: list[Coming] = []
    wrong = ""
    if act.steps is not None:
        try:
            coming = before_start(work, entity, record_id, act.name, chosen_people())
        except (Invalid, Refused, Conflict) as error:
            wrong = reasons(error)
    names = Directory(work.as_flow()).names([u for one in coming for u in one.people])
    label = action_label(work, act)
    mine = boxes(work, [one for one in coming if one.chosen_by == INITIATOR], problems)
    return render(
        "ui/flows/start.html",
        title=label,
        crumbs=[{"label": text_of(described.label), "url": list_url(entity)}],
        action={"label": label, "icon": "send", "color": "primary"},
        action_url=f"/flows/start/{entity}/{record_id}/{act.name}",
        cancel_url=record_url(entity, record_id),
        is_flow=act.steps is not None,
        wrong=wrong,
        coming=[{**coming_view(work, names, one), "chooser": mine.get(one.step)} for one in coming],
        comment=request.form.get("comment", ""),
        errors=errors(problems, mine.values()),
        request_id=secrets.token_urlsafe(12),
    )
