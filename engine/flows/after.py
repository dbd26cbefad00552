"""What a command leaves: rows, log, the record's state, timers, messages; one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from engine.flows import children, notices, readers, store, timers
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import RESUBMIT, RUNNING, Task
from engine.flows.core.turn import Turn
from engine.flows.definitions import pinned
from engine.flows.edits import names
from engine.flows.live import change_as_flow
from engine.metadata.flows import Step
from engine.records import EVERY, Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_log as log
from engine.storage.snapshot import plain

if TYPE_CHECKING:
    from engine.flows.going import Going


def write(work: Workspace, going: Going, turn: Turn) -> dict[str, Any]:
    """Write everything; return the answer that a repeated request gets again."""
    stored, case = going.stored, going.stored.case
    move_record(going)
    store.save(
        work.connection, stored, {no: task_columns(going, t) for no, t in case.tasks.items()}
    )
    answer = {"case_id": stored.id, "status": case.status, "seq": case.seq}
    _log(work, going, answer)
    _update_case(work, going)
    timers.sync(work, going)
    _turn_of_events(going)
    children.end_unwanted(work, going)
    for who, step in turn.copies:
        going.live.notes.append((who, "cc", step))
    readers.sync(work, going)
    notices.tell(work, going)
    return answer


def task_columns(going: Going, task: Task) -> dict[str, Any]:
    """Return what a task's row says beside the task itself."""
    visit = going.stored.case.visits[task.visit]
    node = {n.id: n for n in going.action.nodes()}.get(visit.node)
    entity = going.live.work.catalog.entity(going.flow.entity)
    edit = node.edit if isinstance(node, Step) else going.action.edit
    hide = node.hide if isinstance(node, Step) else "none"
    return {
        "step": visit.node,
        "edit": [EVERY] if edit == "all" else sorted(names(edit, entity.fields)),
        "hide": sorted(names(hide, entity.fields)),
    }


def record_state(going: Going) -> str:
    """Return the state the record has by the case: the flow alone sets it."""
    case, act = going.stored.case, going.action
    if case.status != RUNNING:
        return act.then.get(case.status, "")
    nodes = {n.id: n for n in act.nodes()}
    state = act.during
    for visit in case.active_visits():
        node = nodes.get(visit.node)
        if visit.node == RESUBMIT:
            return act.then.get("returned", act.during)
        if isinstance(node, Step) and node.status:
            state = node.status
    return state


def move_record(going: Going) -> None:
    """Give the record the state its case says.

    A sub-flow leaves it alone while a case around it holds the same field of the same record.
    """
    live = going.live
    if going.stored.row.parent_id is not None and _is_held_above(going):
        return
    state, field = record_state(going), going.flow.status
    if state and live.record.get(field) != state:
        change_as_flow(live.work, going.flow.entity, live.record["id"], {field: state})
        live.reload()


def _is_held_above(going: Going) -> bool:
    row, work = going.stored.row, going.live.work
    above = select(cases).where(cases.c.id == row.parent_id).cte("above", recursive=True)
    above = above.union(select(cases).where(cases.c.id == above.c.parent_id))
    same = (above.c.entity == row.entity, above.c.record_id == row.record_id)
    found = work.connection.execute(select(above.c.flow, above.c.definition_id).where(*same))
    flows = [pinned(work, one.flow, one.definition_id) for one in found.all()]
    return any(flow.status == going.flow.status for flow in flows)


def _log(work: Workspace, going: Going, answer: dict[str, Any]) -> None:
    given, stored = going.given, going.stored
    task = stored.case.tasks.get(given.task or 0)
    behalf = task.user if task is not None and given.actor not in (None, task.user) else None
    said = {"users": given.users, "mode": given.mode, "data": given.data, "admin": given.is_admin}
    row = {
        "case_id": stored.id,
        "seq": stored.case.seq,
        "at": work.now,
        "command": given.name,
        "actor_id": given.actor,
        "on_behalf_of": behalf,
        "step": stored.case.visits[task.visit].node if task is not None else "",
        "task": given.task,
        "target": given.target,
        "comment": given.comment,
        "from_status": stored.before.status if stored.before.seq else "",
        "to_status": stored.case.status,
        "said": plain(said),
        "heard": plain({"all": going.heard})["all"],
        "changes": plain(going.changes),
        "answer": answer,
        "digest": going.flow.digest,
        "request_id": going.request_id,
        "ip": work.ip,
    }
    work.connection.execute(insert(log).values(row))


def _update_case(work: Workspace, going: Going) -> None:
    case = going.stored.case
    held = any(v.is_active and v.data.get("held") for v in case.visits.values())
    values = {
        "status": case.status,
        "suspended": case.suspended,
        "round": case.round,
        "seq": case.seq,
        "held": held,
        "data": {"chosen": case.chosen, "events": case.events},
        "moved_at": work.now,
        "ended_at": None if case.is_running else work.now,
    }
    where = (cases.c.id == going.stored.id, cases.c.seq == going.stored.before.seq)
    if work.connection.execute(update(cases).where(*where).values(values)).rowcount != 1:
        raise FlowRefused("already_done")


def _turn_of_events(going: Going) -> None:
    """Do what the outcome calls for, or its coming back to the initiator."""
    case, before = going.stored.case, going.stored.before
    event = ""
    if before.is_running and not case.is_running:
        event = case.status
    elif any(v.node == RESUBMIT and no not in before.visits for no, v in case.visits.items()):
        event = "returned"
    going.live.run(going.action.after.get(event, ()), "")
