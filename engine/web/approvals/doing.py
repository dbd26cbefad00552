"""Commands from the screens: the dialog that asks, the post that acts."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, request

from engine.extension import Conflict, Invalid, NotFound, Problem, Refused
from engine.flows.core.commands import Command
from engine.flows.panel import Panel, panel
from engine.flows.people import Directory
from engine.flows.service import FlowService
from engine.metadata.flows import Step
from engine.records import Workspace
from engine.web.approvals import words
from engine.web.approvals.case_page import case_context, edit_fields, reader
from engine.web.approvals.going import go
from engine.web.approvals.shown import title_of
from engine.web.desk import reasons, render
from engine.web.i18n import say
from engine.web.once import answered_before, remember
from engine.web.present.posted import posted_values
from engine.web.urls import numbers

Answer = Any
View = dict[str, Any]
WITH_USERS = {"transfer": False, "delegate": False, "add_sign": True, "copy": True, "assign": True}


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
        FlowService(work).act(case_id, _command(found, name), values=_values(work, found, name))
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
    """Return where to go on: the next thing that waits, or the case itself."""
    return f"/flows/{case_id}"


def _command(found: Panel, name: str) -> Command:
    form = request.form
    need = found.can.get(name)
    task = need if isinstance(need, int) and name != "assign" else _own_task(found)
    data: dict[str, Any] = {}
    if name in ("assign", "force"):
        data["visit"] = form.get("visit", type=int) or (need if name == "assign" else 0)
    if name == "remove_sign":
        data["tasks"] = numbers(form.getlist("tasks"))
    return Command(
        name=name,
        task=task,
        target=form.get("target", "")[:60],
        users=tuple(numbers(form.getlist("users"))),
        mode=form.get("mode", "")[:20],
        comment=form.get("comment", "")[:4_000].strip(),
        data=data,
    )


def _own_task(found: Panel) -> int | None:
    mine = [t.no for t in found.mine if t.state == "open"] or [t.no for t in found.mine]
    return mine[0] if mine else None


def _values(work: Workspace, found: Panel, name: str) -> dict[str, Any]:
    if name not in ("approve", "resubmit") or not found.edit:
        return {}
    entity = work.catalog.entity(found.row.entity)
    fields = [entity.fields[n] for n in sorted(found.edit)]
    return posted_values(work.catalog, entity, request.form, fields)


def _again(work: Workspace, found: Panel, name: str, problems: tuple[Problem, ...]) -> Answer:
    typed = {**_values(work, found, name), "comment": request.form.get("comment", "")}
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
    entity = work.catalog.entity(found.row.entity)
    fields = edit_fields(reader(work, found), found, entity, typed or {}, problems)
    return render(
        "ui/flows/dialog.html",
        title=label,
        crumbs=[{"label": work.message("Approvals"), "url": "/flows/"}],
        action={"label": label, "icon": icon, "color": color, "name": name},
        action_url=f"/flows/{found.row.id}/{name}",
        cancel_url=f"/flows/{found.row.id}",
        subject=found.row.subject,
        with_users=name in WITH_USERS,
        many=WITH_USERS.get(name, False),
        people=_chosen_people(work),
        targets=_targets(work, found, name),
        modes=_modes(work, found, name),
        added=_added(found, name),
        visits=_held_or_active(work, found, name),
        fields=fields if name in ("approve", "resubmit") else [],
        needs_comment=_needs_comment(found, name),
        comment=(typed or {}).get("comment", ""),
        errors=[{"id": "", "label": "", "message": say(p)} for p in problems],
        request_id=secrets.token_urlsafe(12),
    )


def _needs_comment(found: Panel, name: str) -> bool:
    rule = found.flow.rules.comment
    negative = name in ("reject", "return", "terminate", "abstain")
    decides = negative or name == "approve"
    return name == "comment" or (
        negative if rule == "on_negative" else decides and rule == "always"
    )


def _targets(work: Workspace, found: Panel, name: str) -> list[View]:
    if name == "return":
        names = found.can.get("return", [])
    elif name == "jump":
        names = [n.id for n in found.action.nodes() if isinstance(n, Step)]
    else:
        return []
    chosen = request.form.get("target")
    return [
        {"value": one, "label": _target_label(work, found, one), "selected": one == chosen}
        for one in names
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


def _modes(work: Workspace, found: Panel, name: str) -> list[View]:
    say_ = work.message
    choices = {
        "add_sign": [
            ("before", say_("before me: they decide first")),
            ("after", say_("after me: I agree, they follow")),
            ("with", say_("beside me: one more must agree")),
        ],
        "return": [
            ("again", say_("then every step once more")),
            ("back", say_("then straight back to me")),
        ],
        "force": [("approved", say_("Approve")), ("rejected", say_("Refuse"))],
    }.get(name, [])
    first = found.flow.rules.resubmit if name == "return" else choices[0][0] if choices else ""
    first = request.form.get("mode") or first  # what was chosen before something was wrong
    return [{"value": v, "label": text, "checked": v == first} for v, text in choices]


def _added(found: Panel, name: str) -> list[View]:
    if name != "remove_sign":
        return []
    tasks = [found.case.tasks[no] for no in found.can.get("remove_sign", [])]
    return [{"value": t.no, "label": found.names.get(t.user, "")} for t in tasks]


def _held_or_active(work: Workspace, found: Panel, name: str) -> list[View]:
    if name == "assign":
        visits = [v for v in found.case.active_visits() if v.data.get("held")]
    elif name == "force":
        visits = [v for v in found.case.active_visits() if v.kind in ("step", "wait")]
    else:
        return []
    return [{"value": v.no, "label": _target_label(work, found, v.node)} for v in visits]
