"""Standing proxies: who decides in one's place for a time (代理)."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from flask import flash, redirect, request
from sqlalchemy import insert, or_, select, update

from engine.extension import Invalid, NotFound, Problem
from engine.flows.people import Directory
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_proxy as proxies
from engine.web.desk import reasons, render
from engine.web.urls import numbers

Answer = Any
MOST_DAYS = 366


def proxies_answer(work: Workspace) -> Answer:
    """One's own proxies, and a form for a new one."""
    if request.method == "POST":
        try:
            _add(work)
        except Invalid as wrong:
            flash(reasons(wrong), "danger")
        else:
            flash(work.message("Saved."), "success")
        return redirect("/flows/proxies")
    return render(
        "ui/flows/proxies.html",
        title=work.message("Proxies"),
        crumbs=[{"label": work.message("Approvals"), "url": "/flows/"}],
        rows=_rows(work),
        flows=[
            {"value": name, "label": flow.title.in_(work.language)}
            for name, flow in sorted(work.catalog.flows.items())
        ],
        today=work.today.isoformat(),
        request_id=secrets.token_urlsafe(12),
    )


def _rows(work: Workspace) -> list[dict[str, Any]]:
    me = work.actor.user_id
    mine = or_(proxies.c.user_id == me, proxies.c.proxy_id == me)
    query = select(proxies).where(mine).order_by(proxies.c.id.desc()).limit(100)
    found = list(work.connection.execute(query))
    names = Directory(work.as_flow()).names([u for r in found for u in (r.user_id, r.proxy_id)])
    return [
        {
            "id": row.id,
            "user": names.get(row.user_id, ""),
            "proxy": names.get(row.proxy_id, ""),
            "from": row.valid_from.isoformat(),
            "to": row.valid_to.isoformat(),
            "flows": [_title(work, f) for f in row.flows],
            "reason": row.reason,
            "mine": row.user_id == me,
            "state": _state(work, row),
        }
        for row in found
    ]


def _title(work: Workspace, flow: str) -> str:
    found = work.catalog.flows.get(flow)
    return found.title.in_(work.language) if found else flow


def _state(work: Workspace, row: Any) -> str:
    if row.ended_at is not None or row.valid_to < work.today:
        return work.message("Ended")
    return work.message("In force") if row.valid_from <= work.today else work.message("Coming")


def _add(work: Workspace) -> None:
    me = work.actor.user_id
    people = numbers([request.form.get("proxy", "")])
    begin, end = (_day(request.form.get(name, "")) for name in ("from", "to"))
    problems = []
    if not people or not Directory(work.as_flow()).active(people):
        problems.append(Problem("Choose who stands in for you.", {}, "proxy"))
    elif people[0] == me:
        problems.append(Problem("Nobody can be his own proxy.", {}, "proxy"))
    if begin is None or end is None or end < begin:
        problems.append(Problem("The last day is before the first.", {}, "to"))
    elif end < work.today or (end - begin).days > MOST_DAYS:
        problems.append(Problem("A proxy is for the time to come, a year at the most.", {}, "to"))
    flows = [f for f in request.form.getlist("flows") if f in work.catalog.flows]
    if problems:
        raise Invalid(problems)
    row = {
        "user_id": me,
        "proxy_id": people[0],
        "valid_from": begin,
        "valid_to": end,
        "flows": flows,
        "reason": request.form.get("reason", "")[:200],
        "created_by": me,
    }
    work.connection.execute(insert(proxies).values(row))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def end_answer(work: Workspace, proxy_id: int) -> Answer:
    """End a proxy of one's own; tasks that it let him see stay as they are."""
    mine = (proxies.c.id == proxy_id, proxies.c.user_id == work.actor.user_id)
    ended = update(proxies).where(*mine, proxies.c.ended_at.is_(None)).values(ended_at=work.now)
    if work.connection.execute(ended).rowcount != 1:
        raise NotFound("proxy", proxy_id)
    flash(work.message("Saved."), "success")
    return redirect("/flows/proxies")
