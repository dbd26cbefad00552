"""Standing proxies; and for who mends the flows, the monitor and the handing over."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request

from engine.extension import Invalid, Problem
from engine.flows import monitor, standing
from engine.flows.handover import hand_over_all
from engine.records import Workspace
from engine.web.api.flows.reading import LARGEST_ACCOUNT, Sent, argument
from engine.web.api.flows.wire import moment, names_of, person, refusal_json
from engine.web.api.idempotency import once
from engine.web.api.routes import Answer, bp
from engine.web.desk import current_work

Json = dict[str, Any]


@bp.get("/flows/proxies")
def flow_proxies() -> Answer:
    """The proxies the caller has given or been given, newest first."""
    work = current_work()
    rows = standing.mine(work)
    names = names_of(work, [user for row in rows for user in (row.user_id, row.proxy_id)])
    return jsonify(
        items=[
            {
                "id": row.id,
                "user": person(names, row.user_id),
                "proxy": person(names, row.proxy_id),
                "from": row.valid_from.isoformat(),
                "to": row.valid_to.isoformat(),
                "flows": row.flows,
                "reason": row.reason,
                "mine": row.user_id == work.actor.user_id,
                "state": standing.state_of(work, row),
            }
            for row in rows
        ]
    )


@bp.post("/flows/proxies")
def flow_give_proxy() -> Answer:
    """Let somebody decide in the caller's place from a day to a day."""
    work = current_work()
    sent = Sent("proxy", "from", "to", "flows", "reason")
    wish = standing.Standing(
        proxy=sent.number("proxy", LARGEST_ACCOUNT),
        first=sent.day("from"),
        last=sent.day("to"),
        flows=sent.texts("flows"),
        reason=sent.text("reason", 200),
    )
    sent.must_be_good()
    return once(work, lambda: ({"id": standing.add(work, wish)}, 201))


@bp.post("/flows/proxies/<int:proxy_id>/end")
def flow_end_proxy(proxy_id: int) -> Answer:
    """End a proxy the caller gave."""
    work = current_work()

    def run() -> tuple[Any, int]:
        standing.end(work, proxy_id)
        return {"ended": proxy_id}, 200

    return once(work, run)


@bp.get("/flows/monitor")
def flow_monitor() -> Answer:
    """The cases of the flows the caller mends: `show` running, stuck, ended."""
    work, arguments = current_work(), request.args
    flows = monitor.watched_flows(work, arguments.get("flow", ""))
    size = argument("size", 200) or monitor.PAGE
    show, before = arguments.get("show", "running"), argument("before")
    rows = monitor.cases_of(work, flows, show, before=before, size=size)
    return jsonify(
        items=_cases(work, rows),
        counts=monitor.counted(work, flows),
        next=rows[-1].id if len(rows) == size else None,
    )


def _cases(work: Workspace, rows: Any) -> list[Json]:
    holders = monitor.holders_of(work, [row.id for row in rows])
    users = [one.user_id for many in holders.values() for one in many]
    names = names_of(work, [*users, *(row.initiator_id for row in rows)])
    return [
        {
            "case": row.id,
            "flow": row.flow,
            "entity": row.entity,
            "record_id": row.record_id,
            "subject": row.subject,
            "status": row.status,
            "suspended": row.suspended,
            "held": row.held,
            "initiator": person(names, row.initiator_id),
            "started_at": moment(row.started_at),
            "moved_at": moment(row.moved_at),
            "ended_at": moment(row.ended_at),
            "holders": [
                {
                    "step": one.step,
                    "person": person(names, one.user_id),
                    "since": moment(one.opened_at),
                }
                for one in holders.get(row.id, ())
            ],
        }
        for row in rows
    ]


@bp.get("/flows/monitor/times")
def flow_times() -> Answer:
    """How long each step of the flows the caller mends takes, in hours, slowest first."""
    work = current_work()
    flows = monitor.watched_flows(work, request.args.get("flow", ""))
    return jsonify(
        items=[
            {
                "flow": row.flow,
                "step": row.node,
                "count": row.n,
                "mean_hours": round(float(row.mean), 2),
                "most_hours": round(float(row.most), 2),
            }
            for row in monitor.times(work, flows)
        ]
    )


@bp.post("/flows/handover")
def flow_handover() -> Answer:
    """Give all that `leaver` holds in the caller's flows to `heir`."""
    work = current_work()
    sent = Sent("leaver", "heir")
    leaver, heir = (sent.number(name, LARGEST_ACCOUNT) for name in ("leaver", "heir"))
    sent.must_be_good()
    if leaver is None or heir is None:
        missing = [name for name, one in (("leaver", leaver), ("heir", heir)) if one is None]
        raise Invalid(
            [Problem("This field is required.", {}, name, "required") for name in missing]
        )

    def run() -> tuple[Any, int]:
        found = hand_over_all(work, leaver, heir)
        refused = [
            {"case": case, "subject": subject} | refusal_json(wrong)
            for case, subject, wrong in found.refused
        ]
        return {"done": found.done, "refused": refused}, 200

    return once(work, run)
