"""Standing proxies: who decides in one's place for a time (代理)."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from flask import flash, redirect, request

from engine.extension import Invalid
from engine.flows import standing
from engine.flows.people import Directory
from engine.records import Workspace
from engine.web.desk import reasons, render
from engine.web.urls import numbers

Answer = Any


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
    found = standing.mine(work)
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
            "state": _state(work, standing.state_of(work, row)),
        }
        for row in found
    ]


def _title(work: Workspace, flow: str) -> str:
    found = work.catalog.flows.get(flow)
    return found.title.in_(work.language) if found else flow


def _state(work: Workspace, name: str) -> str:
    say = work.message
    return {"ended": say("Ended"), "in_force": say("In force"), "coming": say("Coming")}[name]


def _add(work: Workspace) -> None:
    form = request.form
    people = numbers([form.get("proxy", "")])
    wish = standing.Standing(
        proxy=people[0] if people else None,
        first=_day(form.get("from", "")),
        last=_day(form.get("to", "")),
        flows=[f for f in form.getlist("flows") if f],
        reason=form.get("reason", ""),
    )
    standing.add(work, wish)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def end_answer(work: Workspace, proxy_id: int) -> Answer:
    """End a proxy of one's own; tasks that it let him see stay as they are."""
    standing.end(work, proxy_id)
    flash(work.message("Saved."), "success")
    return redirect("/flows/proxies")
