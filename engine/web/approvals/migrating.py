"""Move a running case to the newest text of its flow; what is open is given its place there."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, request

from engine.extension import Invalid, Problem
from engine.flows.core.refusals import FlowRefused
from engine.flows.migration import Homeless, homeless, migrate, must_see
from engine.records import Workspace
from engine.web.approvals.choosing import box_id, errors
from engine.web.approvals.going import go
from engine.web.desk import render
from engine.web.i18n import say
from engine.web.once import answered_before, remember

Answer = Any
View = dict[str, Any]
STEP = "step."


def migrate_answer(work: Workspace, case_id: int) -> Answer:
    """Show what is open and has no place (GET), or move the case (POST)."""
    must_see(work, case_id)
    if request.method == "GET":
        return _dialog(work, case_id, homeless(work, case_id))
    before = answered_before(work)
    if before:
        return go(before)
    lost = homeless(work, case_id)
    try:
        _move(work, case_id, lost)
    except FlowRefused as wrong:
        problem = Problem(wrong.message, wrong.params, code=wrong.code)
        return _dialog(work, case_id, lost, (problem,)), 422
    except Invalid as wrong:
        return _dialog(work, case_id, lost, wrong.problems), 422
    flash(work.message("The process follows the newest text now."), "success")
    target = f"/flows/{case_id}"
    remember(work, target)
    return go(target)


def _move(work: Workspace, case_id: int, lost: list[Homeless]) -> None:
    wanted = {one.step: request.form.get(STEP + one.step, "")[:60] for one in lost}
    missing = [step for step, place in wanted.items() if not place]
    if missing:
        raise Invalid(
            [Problem("This field is required.", {}, STEP + one, "required") for one in missing]
        )
    migrate(work, case_id, wanted)


def _dialog(
    work: Workspace, case_id: int, lost: list[Homeless], problems: tuple[Problem, ...] = ()
) -> Answer:
    title = work.message("Move to the newest version")
    fields = [_box(work, one, problems) for one in lost]
    return render(
        "ui/flows/dialog.html",
        title=title,
        crumbs=[{"label": work.message("Approvals"), "url": "/flows/"}],
        action={"label": title, "icon": "refresh", "color": "primary", "name": "migrate"},
        action_url=f"/flows/{case_id}/migrate",
        cancel_url=f"/flows/{case_id}",
        subject=_explanation(work, lost),
        fields=fields,
        takes_comment=False,
        errors=errors(problems, fields),
        request_id=secrets.token_urlsafe(12),
    )


def _explanation(work: Workspace, lost: list[Homeless]) -> str:
    if lost:
        return work.message(
            "These open steps have no place in the newest text. What becomes of them?"
        )
    return work.message("Every open step has its place in the newest text.")


def _box(work: Workspace, one: Homeless, problems: tuple[Problem, ...]) -> View:
    name = STEP + one.step
    chosen = request.form.get(name, one.step)
    choices = [
        {"value": place, "label": title, "selected": place == chosen} for place, title in one.places
    ]
    return {
        "id": box_id(name),
        "name": name,
        "label": one.title,
        "widget": "select",
        "wide": True,
        "required": True,
        "choices": choices,
        "error": next((say(p) for p in problems if p.field == name), ""),
        "help": "" if choices else work.message("Nothing in the newest text is of its kind."),
    }
