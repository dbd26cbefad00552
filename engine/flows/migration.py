"""Take a running case over to the newest text of its flow; an administrator's act (rule 15)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, update

from engine.extension import NotFound
from engine.flows import store, timers
from engine.flows.after import task_columns
from engine.flows.core import perform
from engine.flows.core.commands import Command
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.world import Recorder
from engine.flows.definitions import definition_id
from engine.flows.going import Answer, Going
from engine.flows.live import Live
from engine.flows.service import FlowService
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
        flow = work.catalog.flows.get(row.flow)
        action = flow.actions.get(row.action) if flow is not None else None
        if flow is None:
            raise NotFound("flow", row.flow)
        if action is None or action.steps is None or flow.entity != row.entity:
            raise FlowRefused("no_place")
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
