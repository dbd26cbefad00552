"""Commands from the screens: the dialog that asks, the post that acts."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, request

from engine.extension import Conflict, Invalid, NotFound, Problem, Refused
from engine.flows.attachments import FIELD, OWNER
from engine.flows.core.commands import Command
from engine.flows.needs import EDITING, Needs, Said, command, needs
from engine.flows.panel import Panel, may_see, panel, reader
from engine.flows.people import Directory
from engine.flows.service import FlowService
from engine.records import Workspace
from engine.web.approvals import words
from engine.web.approvals.case_page import case_context, edit_fields
from engine.web.approvals.choosing import boxes, choices_of, chosen_people, errors
from engine.web.approvals.going import go
from engine.web.approvals.shown import title_of
from engine.web.desk import reasons, render
from engine.web.once import answered_before, remember
from engine.web.present.posted import posted_values
from engine.web.urls import numbers
from engine.web.views.files import keep_file, take_uploads

Answer = Any
View = dict[str, Any]


def command_answer(work: Workspace, case_id: int, name: str) -> Answer:
    """Ask what a command needs (GET), or carry it out (POST)."""
    if name not in words.COMMANDS or name == "hand_over":
        raise NotFound("command", name)
    found = panel(work, case_id)
    if request.method == "GET":
        _must_offer(found, name)
        return _dialog(work, found, name)
    before = answered_before(work)
    if before:
        return go(before)
    try:
        given = _command(found, name)
        values, files = _values(work, found, name), kept_files(work)
        FlowService(work).act(
            case_id, given, values=values, files=files, can_choose=name == "approve"
        )
    except Invalid as wrong:
        return _again(work, found, name, wrong.problems)
    except (Refused, Conflict) as wrong:
        flash(reasons(wrong), "danger")
        return go(f"/flows/{case_id}")
    flash(work.message("Done: %(what)s", what=words.command_label(name)), "success")
    target = _after(work, case_id)
    remember(work, target)
    return go(target)


def _must_offer(found: Panel, name: str) -> None:
    if name not in found.can:
        raise Refused("This cannot be done now.")


def _after(work: Workspace, case_id: int) -> str:
    """Return where to go on: the case; the list, when he gave his part in it away."""
    return f"/flows/{case_id}" if may_see(work, case_id) else "/flows/"


def _command(found: Panel, name: str) -> Command:
    form = request.form
    said = Said(
        target=form.get("target", "")[:60],
        users=tuple(numbers(form.getlist("users"))),
        mode=form.get("mode", "")[:20],
        comment=form.get("comment", ""),
        visit=form.get("visit", 0, type=int),
        tasks=tuple(numbers(form.getlist("tasks"))),
        chosen=chosen_people() if name == "approve" else {},
    )
    return command(found, name, said)


def kept_files(work: Workspace) -> list[int]:
    """Keep the files that came with the form; return their numbers."""
    given = [f for f in request.files.getlist("files") if f.filename]
    return [keep_file(work, f, OWNER, None, FIELD) for f in given]


def _values(work: Workspace, found: Panel, name: str) -> dict[str, Any]:
    if name not in EDITING or not found.edit:
        return {}
    entity = work.catalog.entity(found.row.entity)
    fields = [entity.fields[n] for n in sorted(found.edit)]
    values = posted_values(work.catalog, entity, request.form, fields)
    return {**values, **take_uploads(work, entity, fields)}


def _again(work: Workspace, found: Panel, name: str, problems: tuple[Problem, ...]) -> Answer:
    entity = work.catalog.entity(found.row.entity)
    fields = [entity.fields[n] for n in sorted(found.edit)] if name in EDITING else []
    typed = posted_values(work.catalog, entity, request.form, fields)
    typed["comment"] = request.form.get("comment", "")
    if name in ("approve", "resubmit", "reject") and request.headers.get("HX-Request") != "true":
        context = case_context(work, found, typed, problems)
        return render("ui/flows/case.html", **context), 422
    return _dialog(work, found, name, typed, problems), 422


def _dialog(
    work: Workspace,
    found: Panel,
    name: str,
    typed: dict[str, Any] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Answer:
    label, icon, color = words.COMMANDS[name]
    need = needs(found, name)
    entity = work.catalog.entity(found.row.entity)
    fields = edit_fields(reader(work, found), found, entity, typed or {}, problems)
    fields = fields if name in EDITING else []
    if name == "approve":
        fields += boxes(work, choices_of(work, found, problems), problems).values()
    return render(
        "ui/flows/dialog.html",
        title=label,
        crumbs=[{"label": work.message("Approvals"), "url": "/flows/"}],
        action={"label": label, "icon": icon, "color": color, "name": name},
        action_url=f"/flows/{found.row.id}/{name}",
        cancel_url=f"/flows/{found.row.id}",
        subject=found.row.subject,
        with_users=bool(need.users),
        people=_chosen_people(work),
        many=need.users == "many",
        targets=_targets(work, found, need),
        modes=_modes(work, need),
        added=_added(found, need),
        visits=_visits(work, found, need),
        fields=fields,
        needs_comment=need.comment,
        comment=(typed or {}).get("comment", ""),
        errors=errors(problems, fields),
        request_id=secrets.token_urlsafe(12),
    )


def _targets(work: Workspace, found: Panel, need: Needs) -> list[View]:
    chosen = request.form.get("target")
    return [
        {"value": one, "label": _target_label(work, found, one), "selected": one == chosen}
        for one in need.targets
    ]


def _target_label(work: Workspace, found: Panel, name: str) -> str:
    if name == "initiator":
        who = found.names.get(found.case.initiator, "")
        return work.message("the initiator, %(name)s", name=who)
    node = next((n for n in found.action.nodes() if n.id == name), None)
    return title_of(work, node) if node is not None else name


def _chosen_people(work: Workspace) -> list[View]:
    """Return the people chosen before something was wrong."""
    names = Directory(work.as_flow()).names(numbers(request.form.getlist("users")))
    return [{"value": user, "label": name} for user, name in names.items()]


def _modes(work: Workspace, need: Needs) -> list[View]:
    labels = {
        "before": work.message("before me: they decide first"),
        "after": work.message("after me: I agree, they follow"),
        "with": work.message("beside me: one more must agree"),
        "again": work.message("then every step once more"),
        "back": work.message("then straight back to me"),
        "approved": work.message("Approve"),
        "rejected": work.message("Refuse"),
    }
    chosen = request.form.get("mode") or need.mode  # what was chosen before something was wrong
    return [{"value": m, "label": labels[m], "checked": m == chosen} for m in need.modes]


def _added(found: Panel, need: Needs) -> list[View]:
    tasks = [found.case.tasks[no] for no in need.tasks]
    return [{"value": t.no, "label": found.names.get(t.user, "")} for t in tasks]


def _visits(work: Workspace, found: Panel, need: Needs) -> list[View]:
    visits = [found.case.visits[no] for no in need.visits]
    return [{"value": v.no, "label": _target_label(work, found, v.node)} for v in visits]
