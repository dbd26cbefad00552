"""Take a running case over to the newest text of its flow; an administrator's act (rule 15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from engine.extension import NotFound
from engine.flows import store, timers
from engine.flows.after import task_columns
from engine.flows.core import perform
from engine.flows.core.commands import Command
from engine.flows.core.migrate import homeless as lacking
from engine.flows.core.migrate import places
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.turn import Turn
from engine.flows.core.world import Recorder
from engine.flows.definitions import definition_id, pinned
from engine.flows.forecast import DryRun
from engine.flows.going import Answer, Going
from engine.flows.live import Live
from engine.flows.panel import Panel, panel
from engine.flows.service import FlowService
from engine.metadata.flows import Flow, FlowAction, Node
from engine.records import Workspace
from engine.records.rows import fetch_one
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_task as tasks


def migrate(work: Workspace, case_id: int, steps: Mapping[str, str]) -> Answer:
    """Move a case to the flow as it is now; `steps` maps old names to new, others stay.

    Deadlines and waits begin anew.

    Raises:
        NotFound: there is no such case, or no flow of that name any more.
        FlowRefused: not_admin, not_running, up_to_date, no_place; nothing is written.
    """
    with work.connection.begin_nested():
        row = store.lock(work.connection, case_id)
        flow, action = _newest(work, row)
        stored = store.load(work.connection, row)
        record = fetch_one(work.as_flow(), row.entity, row.record_id, lock=True)
        live = Live(work, flow, action, record, stored.case)
        me = work.actor.user_id
        is_admin = work.actor.is_admin or me in live.administrators()
        data = {"steps": dict(steps)}
        given = Command(name="migrate", actor=me, is_admin=is_admin, data=data)
        heard = Recorder(live)
        going = Going(stored, flow, action, live, given, heard=heard.heard)
        turn = perform.perform(stored.case, action, flow.rules, heard, given)
        _pin(work, going)
        return FlowService(work).finish(going, turn)


def _newest(work: Workspace, row: Row[Any]) -> tuple[Flow, FlowAction]:
    flow = work.catalog.flows.get(row.flow)
    action = flow.actions.get(row.action) if flow is not None else None
    if flow is None:
        raise NotFound("flow", row.flow)
    if action is None or action.steps is None or flow.entity != row.entity:
        raise FlowRefused("no_place")
    return flow, action


@dataclass(frozen=True, slots=True)
class Homeless:
    """Something that is going on and has no place in the newest text under its name."""

    step: str
    title: str
    places: tuple[tuple[str, str], ...]  # what it may become: name, title


def outdated(work: Workspace, found: Panel) -> bool:
    """Tell whether the case follows an older text than its flow has now."""
    now = work.catalog.flows.get(found.row.flow)
    return found.case.is_running and now is not None and now.digest != found.flow.digest


def may_mend(work: Workspace, case_id: int) -> bool:
    """Tell whether the actor may move a case, even one whose own text fits no more."""
    try:
        homeless(work, case_id)
    except (FlowRefused, NotFound):
        return False
    return True


def must_see(work: Workspace, case_id: int) -> None:
    """Refuse who may not see a case; one whose text fits no more nobody can, and it is moved.

    Raises:
        NotFound: there is none, or not for him.
    """
    try:
        panel(work, case_id)
    except FlowRefused as refused:
        if refused.code != "unfit":
            raise


def homeless(work: Workspace, case_id: int) -> list[Homeless]:
    """Return what must be given a place before a case can follow the newest text.

    Raises:
        NotFound: there is no such case, or no flow of that name any more.
        FlowRefused: not_admin, not_running, no_place.
    """
    row = work.connection.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFound("wy_flow_case", case_id)
    flow, action = _newest(work, row)
    case = store.load(work.connection, row).case
    record = fetch_one(work.as_flow(), row.entity, row.record_id)
    live = DryRun(work, flow, action, record, case)
    if not (work.actor.is_admin or work.actor.user_id in live.administrators()):
        raise FlowRefused("not_admin")
    if not case.is_running:
        raise FlowRefused("not_running")
    turn, titles = Turn(case, action, flow.rules, live), _titles(work, row)
    return [
        Homeless(
            visit.node,
            titles.get(visit.node, visit.node),
            tuple((node.id, _title(work, node)) for node in places(turn, visit)),
        )
        for visit in lacking(turn)
    ]


def _titles(work: Workspace, row: Row[Any]) -> dict[str, str]:
    """Return what the steps are called in the text the case follows; none if it fits no more."""
    try:
        old = pinned(work, row.flow, row.definition_id).actions[row.action]
    except FlowRefused:
        return {}
    return {node.id: _title(work, node) for node in old.nodes()}


def _title(work: Workspace, node: Node) -> str:
    return node.title.in_(work.language) if node.title else node.id


def _pin(work: Workspace, going: Going) -> None:
    """Let the rows follow the new text from here on."""
    newest = definition_id(work.connection, work.catalog, going.flow)
    if newest == going.stored.row.definition_id:
        raise FlowRefused("up_to_date")
    mine = update(cases).where(cases.c.id == going.stored.id)
    work.connection.execute(mine.values(definition_id=newest))
    rows = [
        {"_no": no, **task_columns(going, task)}
        for no, task in going.stored.case.tasks.items()
        if no in going.stored.before.tasks
    ]
    one = update(tasks).where(tasks.c.case_id == going.stored.id, tasks.c.no == bindparam("_no"))
    if rows:
        names = ("step", "edit", "hide")
        work.connection.execute(one.values({name: bindparam(name) for name in names}), rows)
    timers.restart(work, going)
