"""Buttons on screens: the dialog, the press, what it answers."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, make_response, redirect, request

from engine.access import entities_readable
from engine.extension import ActionResult, Invalid, NotFound
from engine.metadata import Button, Entity
from engine.records import RecordService, Workspace
from engine.web.desk import render
from engine.web.i18n import label as text_of
from engine.web.i18n import say
from engine.web.once import answered_before, remember
from engine.web.present.fields import FormContext, field_view
from engine.web.present.posted import posted_values
from engine.web.urls import button_url, list_url, record_url

Answer = Any


def press_answer(work: Workspace, entity: Entity, name: str) -> Answer:
    """Show a button's dialog (GET) or press it (POST)."""
    button = entity.buttons.get(name)
    if button is None:
        raise NotFound(f"{entity.name}.{name}", "")
    ids = chosen_ids()
    if request.method == "GET":
        return _dialog(work, entity, button, ids)
    before = answered_before(work)
    if before:
        return _go(before)
    asked = posted_values(work.catalog, entity, request.form, button.ask.values())
    try:
        result = RecordService(work).press(entity.name, name, ids, asked)
    except Invalid as wrong:
        if button.ask:
            return _dialog(work, entity, button, ids, asked, wrong), 422
        raise
    return _done(work, entity, ids, result)


def chosen_ids() -> list[int]:
    """Return the records that a form or an address names, sorted, each once."""
    raw = [*request.args.getlist("ids"), *request.form.getlist("ids")]
    return sorted({int(i) for i in raw if i.isdigit()})


def _done(work: Workspace, entity: Entity, ids: list[int], result: ActionResult) -> Answer:
    if result.file is not None:
        answer = make_response(result.file)
        answer.headers["Content-Type"] = result.content_type
        answer.headers["Content-Disposition"] = f'attachment; filename="{result.file_name}"'
        return answer
    message = work.message(result.message or "Done.", **result.params)
    flash(message, "success")
    one = record_url(entity.name, ids[0]) if len(ids) == 1 else list_url(entity.name)
    target = result.redirect or one
    remember(work, target)
    return _go(target)


def _go(target: str) -> Answer:
    if request.headers.get("HX-Request") == "true":
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = target
        return answer
    return redirect(target)


def _dialog(
    work: Workspace,
    entity: Entity,
    button: Button,
    ids: list[int],
    typed: dict[str, Any] | None = None,
    wrong: Invalid | None = None,
) -> Answer:
    service = RecordService(work)
    title = ""
    if len(ids) == 1:
        title = str(service.get(entity.name, ids[0]).get(entity.title) or f"#{ids[0]}")
    problems = wrong.problems if wrong else ()
    form = FormContext(
        work=work,
        entity=entity.name,
        values={n: f.default for n, f in button.ask.items()},
        typed=typed or {},
        errors={p.field: say(p) for p in problems if p.field},
        readable=entities_readable(work.catalog, work.actor),
        lookup_base=f"{button_url(entity.name, button.name)}/lookup",
    )
    part = request.headers.get("HX-Request") == "true"
    return render(
        "ui/button_dialog.html",
        action={
            "label": text_of(button.label),
            "icon": button.icon,
            "color": button.color,
            "confirm": text_of(button.confirm) if button.confirm else "",
        },
        entity={"name": entity.name, "label": text_of(entity.label), "icon": entity.icon},
        title=text_of(button.label),
        crumbs=[{"label": text_of(entity.label), "url": list_url(entity.name)}],
        record_title=title,
        count=len(ids),
        fields=[field_view(form, f) for f in button.ask.values()],
        errors=[
            {"id": f"f-{p.field}" if p.field in button.ask else "", "label": "", "message": say(p)}
            for p in problems
        ],
        action_url=button_url(entity.name, button.name),
        cancel_url=record_url(entity.name, ids[0]) if len(ids) == 1 else list_url(entity.name),
        hidden=[("ids", i) for i in ids],
        request_id=secrets.token_urlsafe(12),
        fragment=part,
    )
