"""One case as a person sees it: the map, who holds it, the log, and what he may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select, update

from engine.extension import NotFound
from engine.flows import allowed, forecast, store
from engine.flows.attachments import Attached, files_of
from engine.flows.choices import chosen_by
from engine.flows.core.commands import Command
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import OPEN, Case, Task
from engine.flows.definitions import pinned
from engine.flows.edits import names
from engine.metadata.flows import PREVIOUS, Flow, FlowAction, Node, Step
from engine.records import Workspace, is_allowed
from engine.records.rows import fetch_one
from engine.records.shown import as_reader, case_shown, reading, upwards
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_copy as copies
from engine.storage.flow_tables import wy_flow_log as log


@dataclass(slots=True)
class Panel:
    """All that a screen shows of a case."""

    row: Row[Any]
    flow: Flow
    action: FlowAction
    case: Case
    is_admin: bool
    mine: list[Task] = field(default_factory=list)  # pending tasks of the actor
    can: dict[str, Any] = field(default_factory=dict)  # command -> what it needs
    edit: frozenset[str] = frozenset()
    require: frozenset[str] = frozenset()
    hide: frozenset[str] = frozenset()
    coming: list[forecast.Coming] = field(default_factory=list)
    choices: list[forecast.Coming] = field(default_factory=list)  # whose people he may name now
    log: list[Row[Any]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    files: dict[int, list[Attached]] = field(default_factory=dict)  # by the number of the entry
    last_task: int | None = None  # the actor's newest, whatever became of it


def panel(work: Workspace, case_id: int) -> Panel:
    """Return a case for who may see it: its people, who may read the record, its administrators.

    Raises:
        NotFound: there is none, or not for him.
    """
    row = work.connection.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFound("wy_flow_case", case_id)
    flow = pinned(work, row.flow, row.definition_id)
    action = flow.actions[row.action]
    stored = store.load(work.connection, row)
    record = fetch_one(work.as_flow(), row.entity, row.record_id)
    live = forecast.DryRun(work, flow, action, record, stored.case)
    is_admin = work.actor.is_admin or work.actor.user_id in live.administrators()
    if not is_admin and not _may_see(work, row):
        raise NotFound("wy_flow_case", case_id)
    found = Panel(row, flow, action, stored.case, is_admin)
    _fill(work, found, live)
    return found


def may_see(work: Workspace, case_id: int) -> bool:
    """Tell whether the actor may see a case."""
    try:
        panel(work, case_id)
    except NotFound:
        return False
    return True


def _may_see(work: Workspace, row: Row[Any]) -> bool:
    return case_shown(work, row.entity, row.record_id) is not None or reads(work, row)


def reads(work: Workspace, row: Row[Any]) -> bool:
    """Tell whether the actor's own rights show him a case's record."""
    if not is_allowed(work, row.entity, "read"):
        return False
    try:
        fetch_one(work, row.entity, row.record_id)
    except NotFound:
        return False
    return True


def reader(work: Workspace, found: Panel) -> Workspace:
    """Return the work that reads the record: by one's own right, or by what the case lends."""
    row = found.row
    if reads(work, row):
        return work
    lent = None if found.is_admin else as_reader(work, row.entity, row.record_id)
    return lent or reading(work, row.entity, row.record_id)


def mender_of(work: Workspace, entity: str, record_id: int) -> Workspace | None:
    """Return the work in which an administrator reads what an approval of a record shows him.

    None for everybody else, and for who reads such a record by his own right.
    """
    for at, number in upwards(work, entity, record_id):
        query = select(cases.c.id).where(cases.c.entity == at, cases.c.record_id == number)
        for case in work.connection.scalars(query.order_by(cases.c.id.desc())).all():
            try:
                found = panel(work, case)
            except (NotFound, FlowRefused):  # not his to see, or nobody's until it is moved
                continue
            if found.is_admin and not reads(work, found.row):
                return reading(work, at, number, found.hide)
    return None


def _fill(work: Workspace, found: Panel, live: forecast.DryRun) -> None:
    me = work.actor.user_id
    case = found.case
    mine = [t for t in case.tasks.values() if me in (t.user, t.proxy)]
    found.mine = [t for t in mine if t.is_pending]
    found.last_task = max((t.no for t in mine), default=None)
    entity = work.catalog.entity(found.flow.entity)
    for task in found.mine:
        node = node_of(found, task)
        if task.state == OPEN and isinstance(node, Step):
            found.edit |= names(node.edit, entity.fields)
            found.require |= names(node.require, entity.fields)
            found.hide |= names(node.hide, entity.fields)
        elif task.state == OPEN and node is None:
            found.edit |= names(found.action.edit, entity.fields)
    found.edit -= {found.flow.status}
    found.log = list(
        work.connection.execute(
            select(log).where(log.c.case_id == found.row.id).order_by(log.c.seq)
        )
    )
    found.files = files_of(work, found.row.id)
    if case.is_running:
        found.can = allowed.commands(work, found, live)
        found.choices = _choices(found, live)
        found.coming = forecast.from_here(case, live)
        live.case = case
    found.names = live.directory.names(_people(found))


def _choices(found: Panel, live: forecast.DryRun) -> list[forecast.Coming]:
    if "approve" not in found.can or all(chosen_by(n) != PREVIOUS for n in found.action.nodes()):
        return []
    me, task = live.work.actor.user_id, found.can["approve"]
    given = Command(name="approve", actor=me, task=task)
    return forecast.next_to_choose(found.case, live, given)


def node_of(found: Panel, task: Task) -> Node | None:
    """Return the node of a task."""
    name = found.case.visits[task.visit].node
    return next((n for n in found.action.nodes() if n.id == name), None)


def _people(found: Panel) -> Iterable[int]:
    users: set[int | None] = {found.case.initiator, *(one.actor_id for one in found.log)}
    for task in found.case.tasks.values():
        users |= {task.user, task.proxy, task.decided_by}
    for one in (*found.coming, *found.choices):
        users |= set(one.people)
    return sorted(user for user in users if user)


def mark_read(work: Workspace, case_id: int) -> None:
    """Note that the actor has seen his copy."""
    mine = (copies.c.case_id == case_id, copies.c.user_id == work.actor.user_id)
    unread = update(copies).where(*mine, copies.c.read_at.is_(None))
    work.connection.execute(unread.values(read_at=work.now))
