"""What is running, what is stuck, and how long each step takes (監控); for who mends the flows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, extract, func, or_, select

from engine.extension import Invalid
from engine.flows.core.refusals import FlowRefused
from engine.flows.watching import administered
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_task as tasks
from engine.storage.flow_tables import wy_flow_visit as visits
from engine.storage.system_tables import ab_user

KINDS = ("running", "stuck", "ended")
PAGE = 50
MOST_COUNTED = 1_000
MOST_STEPS = 30


def watched_flows(work: Workspace, flow: str = "") -> list[str]:
    """Return the flows the actor mends; only one of them if that is asked for.

    Raises:
        FlowRefused: not_admin; there are none, or this is none of them.
    """
    mine = administered(work)
    if not mine or (flow and flow not in mine):
        raise FlowRefused("not_admin")
    return [flow] if flow else mine


def cases_of(
    work: Workspace,
    flows: Collection[str],
    kind: str,
    *,
    before: int | None = None,
    size: int = PAGE,
) -> Sequence[Row[Any]]:
    """Return a page of the cases of some flows, newest first.

    Raises:
        Invalid: there is no such list.
    """
    query = select(cases).where(_condition(work, flows, kind))
    if before is not None:
        query = query.where(cases.c.id < before)
    return work.connection.execute(query.order_by(cases.c.id.desc()).limit(size)).all()


def counted(work: Workspace, flows: Collection[str]) -> dict[str, int]:
    """Return how many are running and stuck, as far as is worth counting."""
    found = {}
    for kind in ("running", "stuck"):
        some = select(cases.c.id).where(_condition(work, flows, kind)).limit(MOST_COUNTED)
        number = work.connection.scalar(select(func.count()).select_from(some.subquery()))
        found[kind] = number or 0
    return found


def holders_of(work: Workspace, case_ids: Collection[int]) -> dict[int, list[Any]]:
    """Return who holds some cases since when, by case: step, user_id, opened_at."""
    query = (
        select(tasks.c.case_id, tasks.c.step, tasks.c.user_id, tasks.c.opened_at)
        .where(tasks.c.case_id.in_(case_ids), tasks.c.state == "open")
        .order_by(tasks.c.id)
    )
    found: dict[int, list[Any]] = {}
    for one in work.connection.execute(query):
        found.setdefault(one.case_id, []).append(one)
    return found


def times(work: Workspace, flows: Collection[str]) -> Sequence[Row[Any]]:
    """Return how long each step takes, of those passed: flow, node, n, mean and most in hours."""
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
        .limit(MOST_STEPS)
    )
    return work.connection.execute(query).all()


def _condition(work: Workspace, flows: Collection[str], kind: str) -> ColumnElement[bool]:
    if kind not in KINDS:
        raise Invalid("There is no such list.")
    mine = cases.c.flow.in_(flows)
    if kind == "ended":
        return and_(mine, cases.c.status != "running")
    running = and_(mine, cases.c.status == "running")
    return and_(running, _stuck(work)) if kind == "stuck" else running


def _stuck(work: Workspace) -> ColumnElement[bool]:
    """Held by nobody, held by somebody who has left, or overdue."""
    open_ = select(tasks.c.id).where(tasks.c.case_id == cases.c.id, tasks.c.state == "open")
    gone = open_.join(ab_user, ab_user.c.id == tasks.c.user_id).where(~ab_user.c.active)
    late = open_.where(tasks.c.due_at < work.now)
    return or_(cases.c.held, gone.exists(), late.exists())
