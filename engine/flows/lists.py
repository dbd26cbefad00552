"""The four lists: 待辦 to do, 已辦 done, 我發起的 started, 抄送我的 copies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, null, or_, select

from engine.extension import Invalid
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_copy as copies
from engine.storage.flow_tables import wy_flow_task as tasks

KINDS = ("todo", "done", "started", "copies")
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of one of the lists."""

    case_id: int
    task_id: int | None
    cursor: int  # hand it in as `before` to get the next page
    flow: str
    entity: str
    record_id: int
    subject: str
    step: str
    kind: str  # of the task: 'decide', 'opinion', 'resubmit', 'hold' …
    status: str
    state: str  # how the task stands
    initiator_id: int
    on_behalf_of: int | None  # whose task it is, when one is his proxy
    since: datetime
    due_at: datetime | None
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of a list is asked for."""

    kind: str = "todo"
    flow: str = ""
    words: str = ""
    overdue: bool = False
    before: int | None = None
    tasks: frozenset[int] | None = None  # only these, of «todo» and «done»
    size: int = PAGE


def items(work: Workspace, wanted: Wanted) -> list[Item]:
    """Return a page of one's own list, newest first.

    Raises:
        Invalid: there is no such list.
    """
    if wanted.kind not in KINDS:
        raise Invalid("There is no such list.")
    query = _QUERIES[wanted.kind](work, work.actor.user_id or 0)
    if wanted.flow:
        query = query.where(cases.c.flow == wanted.flow)
    for word in wanted.words.split()[:5]:
        query = query.where(cases.c.subject.icontains(word, autoescape=True))
    if wanted.overdue:
        query = query.where(tasks.c.due_at < work.now)
    key = tasks.c.id if wanted.kind in ("todo", "done") else cases.c.id
    if wanted.tasks is not None:
        query = query.where(tasks.c.id.in_(wanted.tasks))
    if wanted.before is not None:
        query = query.where(key < wanted.before)
    query = query.order_by(key.desc()).limit(max(1, min(wanted.size, 200)))
    return [Item(**row) for row in work.connection.execute(query).mappings()]


def counts(work: Workspace) -> dict[str, int]:
    """Return how many tasks wait for the actor, and how many copies are unread."""
    me = work.actor.user_id or 0
    todo = select(func.count()).select_from(tasks.join(cases)).where(_mine(me))
    unread = select(func.count()).where(copies.c.user_id == me, copies.c.read_at.is_(None))
    row = work.connection.execute(
        select(todo.scalar_subquery().label("todo"), unread.scalar_subquery().label("copies"))
    ).one()
    return {"todo": row.todo, "copies": row.copies}


def _mine(me: int) -> ColumnElement[bool]:
    asked = or_(tasks.c.user_id == me, tasks.c.proxy_id == me)
    return and_(tasks.c.state == "open", cases.c.status == "running", asked)


_CASE = (
    cases.c.id.label("case_id"),
    cases.c.flow,
    cases.c.entity,
    cases.c.record_id,
    cases.c.subject,
    cases.c.status,
    cases.c.initiator_id,
)


def _of_task(me: int, since: Any) -> Select[Any]:
    behalf = func.nullif(tasks.c.user_id, me).label("on_behalf_of")
    return select(
        *_CASE,
        tasks.c.id.label("task_id"),
        tasks.c.id.label("cursor"),
        tasks.c.step,
        tasks.c.kind,
        tasks.c.state,
        behalf,
        since.label("since"),
        tasks.c.due_at,
    ).join(cases, cases.c.id == tasks.c.case_id)


def _todo(work: Workspace, me: int) -> Select[Any]:
    return _of_task(me, tasks.c.opened_at).where(_mine(me))


def _done(work: Workspace, me: int) -> Select[Any]:
    decided = and_(tasks.c.decided_by == me, tasks.c.kind != "resubmit")
    return _of_task(me, func.coalesce(tasks.c.closed_at, tasks.c.opened_at)).where(decided)


def _of_case(since: Any, is_new: Any) -> Select[Any]:
    return select(
        *_CASE,
        null().label("task_id"),
        cases.c.id.label("cursor"),
        literal("").label("step"),
        literal("").label("kind"),
        cases.c.status.label("state"),
        null().label("on_behalf_of"),
        since.label("since"),
        null().label("due_at"),
        is_new.label("is_new"),
    )


def _started(work: Workspace, me: int) -> Select[Any]:
    mine = and_(cases.c.initiator_id == me, cases.c.parent_id.is_(None))
    return _of_case(cases.c.started_at, literal(False)).where(mine)


def _copies(work: Workspace, me: int) -> Select[Any]:
    query = _of_case(copies.c.at, copies.c.read_at.is_(None))
    return query.join(copies, copies.c.case_id == cases.c.id).where(copies.c.user_id == me)


_QUERIES = {"todo": _todo, "done": _done, "started": _started, "copies": _copies}
