"""Deadlines and waits as rows that fire (rule 16): at least once, each decision once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from engine.extension import Invalid, Refused
from engine.flows.calendar import add, calendar_of, subtract
from engine.flows.core.commands import Command
from engine.flows.core.state import OPEN, PENDING, Task, Visit
from engine.metadata.flows import Due, Duration, Node, Step, Wait
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_log as log
from engine.storage.flow_tables import wy_flow_task as tasks
from engine.storage.flow_tables import wy_flow_timer as timers

if TYPE_CHECKING:
    from engine.flows.going import Going

_LIVE = (timers.c.fired_at.is_(None), timers.c.cancelled_at.is_(None))


def sync(work: Workspace, going: Going) -> None:
    """Set the timers of what is open now, and call off those of what is not."""
    case, before = going.stored.case, going.stored.before
    _call_off(work, going)
    _shift(work, going)
    rows: list[dict[str, Any]] = []
    for no, task in case.tasks.items():
        old = before.tasks.get(no)
        if task.state == OPEN and (old is None or old.state != OPEN):
            rows += _of_task(work, going, task)
    for no, visit in case.visits.items():
        if visit.is_active and no not in before.visits and visit.kind == "wait":
            rows += _of_wait(work, going, visit)
    if rows:
        work.connection.execute(insert(timers), rows)


def restart(work: Workspace, going: Going) -> None:
    """Set the timers of what was open before and still is anew: its text has changed."""
    case, before = going.stored.case, going.stored.before
    live = update(timers).where(timers.c.case_id == going.stored.id, *_LIVE)
    work.connection.execute(live.values(cancelled_at=work.now))
    rows: list[dict[str, Any]] = []
    for no, old in before.tasks.items():
        if old.state == OPEN == case.tasks[no].state:
            rows += _of_task(work, going, case.tasks[no])
    for no, visit in case.visits.items():
        if visit.is_active and no in before.visits and visit.kind == "wait":
            rows += _of_wait(work, going, visit)
    if rows:
        work.connection.execute(insert(timers), rows)


def _call_off(work: Workspace, going: Going) -> None:
    case, before = going.stored.case, going.stored.before
    timed = {n.id for n in going.action.nodes() if isinstance(n, Wait) or _has_due(n)}
    closed = [n for n, t in before.tasks.items() if t.state == OPEN != case.tasks[n].state]
    closed = [n for n in closed if case.visits[case.tasks[n].visit].node in timed]
    left = [n for n, v in before.visits.items() if v.is_active and not case.visits[n].is_active]
    left = [n for n in left if case.visits[n].node in timed]
    if not closed and not left:
        return
    is_over = or_(timers.c.task.in_(closed), timers.c.task.is_(None) & timers.c.visit.in_(left))
    gone = update(timers).where(timers.c.case_id == going.stored.id, is_over, *_LIVE)
    work.connection.execute(gone.values(cancelled_at=work.now))


def _has_due(node: Node) -> bool:
    return isinstance(node, Step) and node.due is not None


def _shift(work: Workspace, going: Going) -> None:
    """Time stands still while a case is suspended."""
    before, case, mine = going.stored.before, going.stored.case, going.stored.id
    if not before.suspended or case.suspended or not case.is_running:
        return
    suspended = select(func.max(log.c.at)).where(log.c.case_id == mine, log.c.command == "suspend")
    since = work.connection.execute(suspended).scalar_one()
    # what was begun meanwhile has stood still only since then
    asked = select(tasks.c.opened_at).where(tasks.c.case_id == mine, tasks.c.no == timers.c.task)
    paused = work.now - func.greatest(since, func.coalesce(asked.scalar_subquery(), since))
    live = update(timers).where(timers.c.case_id == mine, *_LIVE)
    work.connection.execute(live.values(due_at=timers.c.due_at + paused))
    stood = work.now - func.greatest(since, tasks.c.opened_at)
    still = update(tasks).where(tasks.c.case_id == mine, tasks.c.state.in_(PENDING))
    work.connection.execute(still.values(due_at=tasks.c.due_at + stood))


def _of_task(work: Workspace, going: Going, task: Task) -> Iterable[dict[str, Any]]:
    visit = going.stored.case.visits[task.visit]
    node = {n.id: n for n in going.action.nodes()}.get(visit.node)
    if not isinstance(node, Step) or node.due is None or task.kind == "hold":
        return []
    end = deadline(work, work.now, node.due.within)
    mine = (tasks.c.case_id == going.stored.id, tasks.c.no == task.no)
    work.connection.execute(update(tasks).where(*mine).values(due_at=end))
    base = {"case_id": going.stored.id, "visit": visit.no, "task": task.no}
    found = [{**base, "kind": "due", "due_at": end}]
    if node.due.remind_before is not None:
        early = subtract(calendar_of(work), end, node.due.remind_before, _zone(work))
        if early > work.now:
            found.append({**base, "kind": "remind", "due_at": early})
    return found


def _of_wait(work: Workspace, going: Going, visit: Visit) -> Iterable[dict[str, Any]]:
    node = {n.id: n for n in going.action.nodes()}[visit.node]
    if not isinstance(node, Wait):
        return []
    base = {"case_id": going.stored.id, "visit": visit.no, "task": None}
    found = []
    if node.delay is not None:
        found.append({**base, "kind": "elapsed", "due_at": deadline(work, work.now, node.delay)})
    if node.until is not None:
        moment = _moment(work, going.live.environment.run(node.until))
        found.append({**base, "kind": "elapsed", "due_at": moment or work.now})
    if node.timeout is not None:
        found.append({**base, "kind": "timeout", "due_at": deadline(work, work.now, node.timeout)})
    return found


def _moment(work: Workspace, value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), _zone(work)) if isinstance(value, date) else None


def deadline(work: Workspace, start: datetime, span: Duration) -> datetime:
    """Return the moment so much later, on the company's calendar."""
    return add(calendar_of(work), start, span, _zone(work))


def _zone(work: Workspace) -> ZoneInfo:
    return ZoneInfo(work.catalog.product.time_zone)


def due_now(connection: Connection, now: datetime, limit: int = 200) -> list[int]:
    """Return the ids of timers whose moment has come, in cases that go on."""
    query = (
        select(timers.c.id)
        .join(cases, cases.c.id == timers.c.case_id)
        .where(timers.c.due_at <= now, *_LIVE, ~cases.c.suspended)
        .order_by(timers.c.due_at, timers.c.id)
        .limit(limit)
    )
    return list(connection.scalars(query))


def fire(work: Workspace, timer_id: int) -> str:
    """Let a timer do what it is for; return what came of it.

    The case is locked first, as by every decision: a timer that lost the race does nothing.
    """
    from engine.flows import notices, store
    from engine.flows.service import FlowService

    connection = work.connection
    case_id = select(timers.c.case_id).where(timers.c.id == timer_id)
    store.lock(connection, connection.execute(case_id).scalar_one())
    still = select(timers).where(timers.c.id == timer_id, *_LIVE).with_for_update()
    row = connection.execute(still).one_or_none()
    if row is None:
        return "gone"
    if row.kind == "remind" or (row.kind == "due" and _due_of(work, row).then == "remind"):
        return remind(work, row)
    done = update(timers).where(timers.c.id == timer_id).values(fired_at=work.now)
    connection.execute(done)
    try:
        FlowService(_system(work)).act(row.case_id, _command(row))
    except (Refused, Invalid) as refused:  # nobody above him, or a field is empty: people must look
        notices.remind(work, row.case_id, [row.task], late=True, to_admins=True)
        return str(getattr(refused, "code", "invalid"))
    return "done"


def _command(row: Row[Any]) -> Command:
    if row.kind == "due":
        return Command(name="due", task=row.task)
    return Command(name="elapsed", mode=row.kind, data={"visit": row.visit})


def _system(work: Workspace) -> Workspace:
    return replace(work, actor=replace(work.actor, user_id=None))


def _due_of(work: Workspace, row: Row[Any]) -> Due:
    from engine.flows.definitions import pinned

    case = work.connection.execute(select(cases).where(cases.c.id == row.case_id)).one()
    action = pinned(work, case.flow, case.definition_id).actions[case.action]
    step = select(tasks.c.step).where(tasks.c.case_id == case.id, tasks.c.no == row.task)
    name = work.connection.scalar(step)
    node = next(n for n in action.nodes() if n.id == name)
    assert isinstance(node, Step)
    assert node.due is not None
    return node.due


def remind(work: Workspace, row: Row[Any]) -> str:
    """Tell who is late, and set the next reminder."""
    from engine.flows import notices

    rule = _due_of(work, row)
    notices.remind(work, row.case_id, [row.task], late=row.kind == "due" or row.times > 0)
    again = rule.remind_every is not None and row.times + 1 < rule.remind_max
    values: dict[str, Any] = {"times": row.times + 1, "fired_at": work.now}
    if row.kind == "due" and again and rule.remind_every is not None:
        values = {"times": row.times + 1}
        values["due_at"] = deadline(work, work.now, rule.remind_every)
    work.connection.execute(update(timers).where(timers.c.id == row.id).values(values))
    return "reminded"
