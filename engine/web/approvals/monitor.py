"""What is running, what is stuck, and how long each step takes (監控)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request

from engine.flows import monitor
from engine.flows.core.refusals import FlowRefused
from engine.flows.handover import hand_over_all
from engine.flows.people import Directory
from engine.records import Workspace
from engine.web.approvals import words
from engine.web.approvals.going import why_text
from engine.web.approvals.lists import step_title
from engine.web.approvals.shown import ago, at_text
from engine.web.desk import reasons, render
from engine.web.once import answered_before, remember
from engine.web.urls import numbers

Answer = Any
View = dict[str, Any]


def monitor_answer(work: Workspace) -> Answer:
    """The cases of the flows one mends."""
    flows = monitor.watched_flows(work)
    chosen = request.args.get("flow", "")
    mine = [chosen] if chosen in flows else flows
    show = request.args.get("show", "running")
    before = request.args.get("before", type=int)
    found = monitor.cases_of(work, mine, show, before=before)
    return render(
        "ui/flows/monitor.html",
        title=work.message("Monitor of approvals"),
        crumbs=[{"label": work.message("Approvals"), "url": "/flows/"}],
        flows=[{"value": f, "label": _title(work, f)} for f in sorted(flows)],
        flow=chosen,
        show=show,
        tabs=_tabs(work, mine, show),
        rows=_rows(work, found),
        times=_times(work, mine),
        next_url=_next(found, chosen, show),
        request_id=secrets.token_urlsafe(12),
    )


def _title(work: Workspace, flow: str) -> str:
    found = work.catalog.flows.get(flow)
    return found.title.in_(work.language) if found else flow


def _tabs(work: Workspace, flows: list[str], show: str) -> list[View]:
    say = work.message
    labels = {"running": say("Running"), "stuck": say("Stuck"), "ended": say("Ended")}
    counted = monitor.counted(work, flows)
    return [
        {
            "label": label,
            "url": f"/flows/monitor?show={name}",
            "current": name == show,
            "count": counted.get(name, 0),
        }
        for name, label in labels.items()
    ]


def _next(found: Sequence[Any], flow: str, show: str) -> str:
    if len(found) < monitor.PAGE:
        return ""
    return f"/flows/monitor?show={show}&flow={flow}&before={found[-1].id}"


def _rows(work: Workspace, found: Sequence[Any]) -> list[View]:
    holders = monitor.holders_of(work, [row.id for row in found])
    users = [o.user_id for many in holders.values() for o in many]
    names = Directory(work.as_flow()).names([*users, *(row.initiator_id for row in found)])
    return [_row(work, row, holders.get(row.id, []), names) for row in found]


def _row(work: Workspace, row: Any, holders: list[Any], names: dict[int, str]) -> View:
    since = min((one.opened_at for one in holders), default=row.moved_at)
    return {
        "url": f"/flows/{row.id}",
        "subject": row.subject,
        "flow": _title(work, row.flow),
        "initiator": names.get(row.initiator_id, ""),
        "step": " ".join(dict.fromkeys(step_title(work, row.flow, o.step) for o in holders)),
        "holders": work.message(", ").join(names.get(o.user_id, "") for o in holders[:5]),
        "waits": ago(work, since) if row.status == "running" else "",
        "held": row.held,
        "started": at_text(work, row.started_at),
        "ended": at_text(work, row.ended_at),
        "badge": words.status_badge(row.status, suspended=row.suspended),
    }


def _times(work: Workspace, flows: list[str]) -> list[View]:
    """Return how long each step takes, of those that were passed."""
    return [
        {
            "flow": _title(work, row.flow),
            "step": step_title(work, row.flow, row.node),
            "count": row.n,
            "mean": f"{row.mean:.1f}",
            "most": f"{row.most:.1f}",
        }
        for row in monitor.times(work, flows)
    ]


def handover_answer(work: Workspace) -> Answer:
    """Give all a leaver holds to his successor (離職交接)."""
    monitor.watched_flows(work)  # else it is not his to do
    people = [numbers([request.form.get(name, "")]) for name in ("leaver", "heir")]
    if request.method == "GET" or not all(people):
        return _handover_form(work)
    before = answered_before(work)
    if before:
        return redirect(before)
    try:
        found = hand_over_all(work, people[0][0], people[1][0])
    except FlowRefused as wrong:
        flash(reasons(wrong), "danger")
        return redirect("/flows/handover")
    for _, subject, why in found.refused:
        flash(f"{subject}: {why_text(work, why)}", "danger")
    flash(work.message("%(n)s processes were handed over.", n=len(found.done)), "success")
    remember(work, "/flows/monitor")
    return redirect("/flows/monitor")


def _handover_form(work: Workspace) -> Answer:
    return render(
        "ui/flows/handover.html",
        title=work.message("Hand over a leaver's tasks"),
        crumbs=[{"label": work.message("Monitor of approvals"), "url": "/flows/monitor"}],
        request_id=secrets.token_urlsafe(12),
    )
