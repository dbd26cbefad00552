"""The four lists, and deciding on many at once."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, request

from engine.extension import NotFound
from engine.flows import together
from engine.flows.lists import KINDS, PAGE, Item, Wanted, counts, items
from engine.flows.people import Directory
from engine.flows.watching import administered
from engine.records import Workspace
from engine.web.approvals import words
from engine.web.approvals.going import why_text
from engine.web.approvals.shown import ago, at_text
from engine.web.desk import render
from engine.web.once import answered_before, remember
from engine.web.urls import numbers

Answer = Any
View = dict[str, Any]


def inbox_answer(work: Workspace) -> Answer:
    """One of the four lists, with its filters in the address."""
    kind = request.args.get("list", "todo")
    if kind not in KINDS:
        raise NotFound("list", kind)
    wanted = Wanted(
        kind=kind,
        flow=request.args.get("flow", ""),
        words=request.args.get("q", "")[:100],
        overdue=request.args.get("overdue") == "1" and kind == "todo",
        before=request.args.get("before", type=int),
    )
    found = items(work, wanted)
    return render(
        "ui/flows/inbox.html",
        title=work.message("Approvals"),
        crumbs=[],
        kind=kind,
        tabs=_tabs(work, kind),
        rows=_rows(work, found),
        flows=_flows(work),
        wanted=wanted,
        next_url=_next(found),
        empty=_empty(work, wanted),
        monitor_url="/flows/monitor" if administered(work) else "",
        proxies_url="/flows/proxies",
        request_id=secrets.token_urlsafe(12),
    )


def _tabs(work: Workspace, kind: str) -> list[View]:
    waiting = counts(work)
    return [
        {
            "name": name,
            "label": str(words.LISTS[name]),
            "url": f"/flows/?list={name}",
            "current": name == kind,
            "count": waiting.get(name, 0),
        }
        for name in KINDS
    ]


def _empty(work: Workspace, wanted: Wanted) -> View:
    """Return what an empty list says: nothing yet, or nothing of what was searched for."""
    if wanted.words or wanted.flow or wanted.overdue:
        return {"title": work.message("Nothing matches."), "hint": ""}
    title, hint = words.EMPTY[wanted.kind]
    return {"title": str(title), "hint": str(hint)}


def _next(found: list[Item]) -> str:
    if len(found) < PAGE:
        return ""
    kept = {k: v for k, v in request.args.items() if k != "before"}
    return "?" + urlencode({**kept, "before": found[-1].cursor})


def _flows(work: Workspace) -> list[View]:
    return [
        {"value": name, "label": flow.title.in_(work.language)}
        for name, flow in sorted(work.catalog.flows.items())
    ]


def _rows(work: Workspace, found: list[Item]) -> list[View]:
    people = Directory(work.as_flow()).names(
        [u for one in found for u in (one.initiator_id, one.on_behalf_of) if u]
    )
    return [_row(work, one, people) for one in found]


def _row(work: Workspace, one: Item, people: dict[int, str]) -> View:
    flow = work.catalog.flows.get(one.flow)
    late = one.due_at is not None and one.due_at < work.now and one.state == "open"
    behalf = people.get(one.on_behalf_of or 0, "") if one.state == "open" else ""
    return {
        "case": one.case_id,
        "task": one.task_id,
        "url": f"/flows/{one.case_id}",
        "subject": one.subject,
        "flow": flow.title.in_(work.language) if flow else one.flow,
        "step": step_title(work, one.flow, one.step),
        "kind": str(words.KINDS.get(one.kind, "")),
        "initiator": people.get(one.initiator_id, ""),
        "behalf": behalf,
        "since": at_text(work, one.since),
        "waits": ago(work, one.since) if one.state == "open" else "",
        "due": at_text(work, one.due_at) if one.state == "open" else "",
        "late": late,
        "badge": words.status_badge(one.status),
        "said": str(words.TASK.get(one.state, "")),
        "is_new": one.is_new,
        "can_bulk": one.state == "open" and one.kind in together.DECIDABLE,
    }


def step_title(work: Workspace, flow: str, step: str) -> str:
    """Return a step's title as the flow is called now; its name when it is gone."""
    found = work.catalog.flows.get(flow)
    for action in found.actions.values() if found else ():
        for node in action.nodes():
            if node.id == step and node.title:
                return node.title.in_(work.language)
    return work.message("Back at the initiator") if step == "resubmit" else step


def bulk_answer(work: Workspace) -> Answer:
    """Agree to many tasks: first a preview, then each in a transaction of its own."""
    chosen = numbers(request.form.getlist("ids"))[: together.MOST_AT_ONCE]
    mine = together.waiting(work, chosen)
    if request.form.get("confirmed") != "1":
        return _preview(work, mine, len(chosen) - len(mine))
    before = answered_before(work)
    if before:
        return redirect(before)
    found = together.approve(work, mine, request.form.get("comment", ""))
    flash(work.message("%(n)s approved.", n=sum(one.wrong is None for one in found)), "success")
    for one in found:
        if one.wrong is not None:
            flash(f"{one.subject}: {why_text(work, one.wrong)}", "danger")
    remember(work, "/flows/")
    return redirect("/flows/")


def _preview(work: Workspace, found: list[Item], gone: int) -> Answer:
    return render(
        "ui/flows/bulk.html",
        title=work.message("Approve together"),
        crumbs=[{"label": work.message("Approvals"), "url": "/flows/"}],
        rows=_rows(work, found),
        gone=gone,
        request_id=secrets.token_urlsafe(12),
    )
