"""What is running, what is stuck, and how long each step takes (監控)."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, request
from sqlalchemy import ColumnElement, and_, extract, func, or_, select

from engine.extension import Conflict, Invalid, NotFound, Refused
from engine.flows.core.commands import Command
from engine.flows.people import Directory
from engine.flows.service import FlowService
from engine.flows.watching import administered
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_task as tasks
from engine.storage.flow_tables import wy_flow_visit as visits
from engine.storage.system_tables import ab_user
from engine.web.approvals import words
from engine.web.approvals.lists import step_title
from engine.web.approvals.shown import ago, at_text
from engine.web.desk import reasons, render
from engine.web.urls import numbers

Answer = Any
View = dict[str, Any]
PAGE = 50
STUCK_DAYS = 3


def monitor_answer(work: Workspace) -> Answer:
    """The cases of the flows one mends."""
    flows = administered(work)
    if not flows:
        raise Refused("Only an administrator of the flow may do this.")
    chosen = request.args.get("flow", "")
    mine = [chosen] if chosen in flows else sorted(flows)
    show = request.args.get("show", "running")
    found = _cases(work, mine, show)
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


def _stuck(work: Workspace) -> ColumnElement[bool]:
    """Held by nobody, held by somebody who has left, or overdue."""
    gone = select(tasks.c.id).join(ab_user, ab_user.c.id == tasks.c.user_id)
    gone = gone.where(tasks.c.case_id == cases.c.id, tasks.c.state == "open", ~ab_user.c.active)
    late = select(tasks.c.id).where(tasks.c.case_id == cases.c.id, tasks.c.state == "open")
    late = late.where(tasks.c.due_at < work.now)
    return or_(cases.c.held, gone.exists(), late.exists())


def _condition(work: Workspace, flows: list[str], show: str) -> ColumnElement[bool]:
    mine = cases.c.flow.in_(flows)
    if show == "stuck":
        return and_(mine, cases.c.status == "running", _stuck(work))
    if show == "ended":
        return and_(mine, cases.c.status != "running")
    return and_(mine, cases.c.status == "running")


def _tabs(work: Workspace, flows: list[str], show: str) -> list[View]:
    say = work.message
    labels = {"running": say("Running"), "stuck": say("Stuck"), "ended": say("Ended")}
    counted = {}
    for name in ("running", "stuck"):
        query = select(func.count()).select_from(
            select(cases.c.id).where(_condition(work, flows, name)).limit(1_000).subquery()
        )
        counted[name] = work.connection.scalar(query) or 0
    return [
        {
            "label": label,
            "url": f"/flows/monitor?show={name}",
            "current": name == show,
            "count": counted.get(name, 0),
        }
        for name, label in labels.items()
    ]


def _cases(work: Workspace, flows: list[str], show: str) -> list[Any]:
    query = select(cases).where(_condition(work, flows, show))
    before = request.args.get("before", type=int)
    if before is not None:
        query = query.where(cases.c.id < before)
    return list(work.connection.execute(query.order_by(cases.c.id.desc()).limit(PAGE)))


def _next(found: list[Any], flow: str, show: str) -> str:
    if len(found) < PAGE:
        return ""
    return f"/flows/monitor?show={show}&flow={flow}&before={found[-1].id}"


def _rows(work: Workspace, found: list[Any]) -> list[View]:
    holders: dict[int, list[Any]] = {}
    query = select(tasks.c.case_id, tasks.c.step, tasks.c.user_id, tasks.c.opened_at).where(
        tasks.c.case_id.in_([row.id for row in found]), tasks.c.state == "open"
    )
    for one in work.connection.execute(query):
        holders.setdefault(one.case_id, []).append(one)
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
    hours = extract("epoch", visits.c.ended_at - visits.c.started_at) / 3_600
    query = (
        select(
            cases.c.flow,
            visits.c.node,
            func.count().label("n"),
            func.avg(hours).label("mean"),
            func.max(hours).label("most"),
        )
        .join(cases, cases.c.id == visits.c.case_id)
        .where(cases.c.flow.in_(flows), visits.c.kind == "step", visits.c.state == "passed")
        .group_by(cases.c.flow, visits.c.node)
        .order_by(func.avg(hours).desc())
        .limit(30)
    )
    return [
        {
            "flow": _title(work, row.flow),
            "step": step_title(work, row.flow, row.node),
            "count": row.n,
            "mean": f"{row.mean:.1f}",
            "most": f"{row.most:.1f}",
        }
        for row in work.connection.execute(query)
    ]


def handover_answer(work: Workspace) -> Answer:
    """Give all a leaver holds to his successor (離職交接)."""
    flows = administered(work)
    if not flows:
        raise Refused("Only an administrator of the flow may do this.")
    people = numbers([request.form.get("leaver", ""), request.form.get("heir", "")])
    if request.method == "GET" or len(people) != 2:
        return _handover_form(work)
    leaver, heir = (int(request.form[name]) for name in ("leaver", "heir"))
    query = (
        select(cases.c.id)
        .join(tasks, tasks.c.case_id == cases.c.id)
        .where(tasks.c.user_id == leaver, tasks.c.state.in_(("open", "waiting", "held")))
        .where(cases.c.flow.in_(flows), cases.c.status == "running")
        .distinct()
        .order_by(cases.c.id)
    )
    done = 0
    for case_id in work.connection.scalars(query).all():
        given = Command(name="hand_over", users=(heir,), data={"leaver": leaver})
        try:
            FlowService(work).act(case_id, given)
            done += 1
        except (Refused, Invalid, Conflict, NotFound) as wrong:
            flash(reasons(wrong) if not isinstance(wrong, NotFound) else str(wrong), "danger")
    flash(work.message("%(n)s processes were handed over.", n=done), "success")
    return redirect("/flows/monitor")


def _handover_form(work: Workspace) -> Answer:
    return render(
        "ui/flows/handover.html",
        title=work.message("Hand over a leaver's tasks"),
        crumbs=[{"label": work.message("Monitor of approvals"), "url": "/flows/monitor"}],
        request_id=secrets.token_urlsafe(12),
    )
