"""Buttons on screens: the dialog, the press, what it answers."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any

from flask import flash, make_response, redirect, request

from engine.access import entities_readable
from engine.extension import ActionResult, Conflict, Invalid, NotFound, Preview, Refused
from engine.metadata import Button, Entity
from engine.records import RecordService, Workspace, is_allowed
from engine.web.desk import reasons, render
from engine.web.i18n import label as text_of
from engine.web.i18n import say
from engine.web.once import answered_before, remember
from engine.web.present.fields import FormContext, field_view
from engine.web.present.posted import posted_values
from engine.web.present.titles import read_titles
from engine.web.urls import button_url, list_url, numbers, record_url
from engine.web.views.files import download
from engine.web.views.forms import title_of

Answer = Any


def press_answer(work: Workspace, entity: Entity, name: str) -> Answer:
    """Show a button's dialog (GET) or press it (POST)."""
    button = entity.buttons.get(name)
    if button is None:
        raise NotFound(f"{entity.name}.{name}", "")
    if not is_allowed(work, entity.name, name):
        raise Refused("You have no right to do this here.")
    ids = chosen_ids()
    if request.method == "GET":
        return _dialog(work, entity, button, ids)
    before = answered_before(work)
    if before:
        return _go(before)
    asked = posted_values(work.catalog, entity, request.form, button.ask.values())
    try:
        return _press(work, entity, button, ids, asked)
    except Invalid as wrong:
        if button.ask:
            return _dialog(work, entity, button, ids, asked, wrong), 422
        return _refused(entity, ids, wrong)
    except Conflict as wrong:
        return _refused(entity, ids, wrong)


def _press(
    work: Workspace, entity: Entity, button: Button, ids: list[int], asked: dict[str, Any]
) -> Answer:
    """Do it, or with a preview that has not been seen yet only say what it would do."""
    service = RecordService(work)
    if button.preview and request.form.get("_previewed") != _fingerprint():
        shown = service.preview(entity.name, button.name, ids, asked)
        return _dialog(work, entity, button, ids, asked, shown=shown)
    with work.connection.begin_nested():
        result = service.press(entity.name, button.name, ids, asked)
    return _done(work, entity, ids, result)


def _fingerprint() -> str:
    """Return what tells whether a dialog was changed after its preview was shown."""
    sent = [
        (name, values)
        for name, values in sorted(request.form.lists())
        if name not in ("csrf_token", "_request", "_previewed", "_version")
    ]
    return sha256(repr(sent).encode()).hexdigest()


def chosen_ids() -> list[int]:
    """Return the records that a form or an address names, sorted, each once."""
    raw = [*request.args.getlist("ids"), *request.form.getlist("ids")]
    return numbers(raw)


def _refused(entity: Entity, ids: list[int], error: Invalid | Conflict) -> Answer:
    """Go back to where the button is, and say there why nothing was done."""
    flash(reasons(error), "danger")
    return _go(_home(entity, ids))


def _home(entity: Entity, ids: list[int]) -> str:
    return record_url(entity.name, ids[0]) if len(ids) == 1 else list_url(entity.name)


def _done(work: Workspace, entity: Entity, ids: list[int], result: ActionResult) -> Answer:
    if result.file is not None:
        return download(result.file, result.content_type, result.file_name)
    message = work.message(result.message or "Done.", **result.params)
    flash(message, "success")
    target = result.redirect or _home(entity, ids)
    remember(work, target)
    return _go(target)


def _go(target: str) -> Answer:
    if request.headers.get("HX-Request") == "true":
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = target
        return answer
    return redirect(target)


def _typed_titles(
    work: Workspace, button: Button, typed: dict[str, Any]
) -> dict[tuple[str, Any], str]:
    wanted: dict[str, set[int]] = {}
    for name, field in button.ask.items():
        chosen = numbers([str(typed.get(name, ""))])
        if field.type == "link" and chosen:
            wanted.setdefault(field.options["to"], set()).update(chosen)
    return read_titles(work, {}, wanted)


def _dialog(
    work: Workspace,
    entity: Entity,
    button: Button,
    ids: list[int],
    typed: dict[str, Any] | None = None,
    wrong: Invalid | None = None,
    shown: Preview | None = None,
) -> Answer:
    problems = wrong.problems if wrong else ()
    form = FormContext(
        work=work,
        entity=entity.name,
        values={n: f.default for n, f in button.ask.items()},
        typed=typed or {},
        errors={p.field: say(p) for p in problems if p.field},
        titles=_typed_titles(work, button, typed or {}),
        readable=entities_readable(work.catalog, work.actor),
        lookup_base=f"{button_url(entity.name, button.name)}/lookup",
    )
    return render(
        "ui/button_dialog.html",
        **_about(work, entity, button, ids),
        previews=button.preview,
        preview=_preview_view(work, shown) if shown is not None else None,
        fields=[field_view(form, f) for f in button.ask.values()],
        errors=[
            {"id": f"f-{p.field}" if p.field in button.ask else "", "label": "", "message": say(p)}
            for p in problems
        ],
        request_id=secrets.token_urlsafe(12),
        fragment=request.headers.get("HX-Request") == "true",
    )


def _preview_view(work: Workspace, shown: Preview) -> dict[str, Any]:
    return {
        "total": shown.count,
        "left_out": [{"reason": work.message(why), "n": n} for why, n in shown.left_out if n],
        "left_out_total": sum(n for _, n in shown.left_out),
        "mark": _fingerprint(),
    }


def _about(work: Workspace, entity: Entity, button: Button, ids: list[int]) -> dict[str, Any]:
    """Return what a dialog says it is about: the button and its records."""
    title, back = "", list_url(entity.name)
    if len(ids) == 1:
        title = title_of(work, entity, RecordService(work).get(entity.name, ids[0]))
        back = record_url(entity.name, ids[0])
    return {
        "action": {
            "label": text_of(button.label),
            "icon": button.icon,
            "color": button.color,
            "confirm": text_of(button.confirm) if button.confirm else "",
        },
        "entity": {"name": entity.name, "label": text_of(entity.label), "icon": entity.icon},
        "title": text_of(button.label),
        "crumbs": [{"label": text_of(entity.label), "url": list_url(entity.name)}],
        "record_title": title,
        "count": len(ids),
        "action_url": button_url(entity.name, button.name),
        "cancel_url": back,
        "hidden": [("ids", i) for i in ids],
    }
