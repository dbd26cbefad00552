"""What must be so before an approval begins."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from engine.extension import NotFound, Refused
from engine.fieldtypes import field_type
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import Case
from engine.flows.definitions import flow_for
from engine.flows.live import Live
from engine.metadata import Formula
from engine.metadata.flows import Flow, FlowAction
from engine.records import Workspace, is_allowed, resolve, title_field
from engine.records.rows import fetch_one
from engine.storage.flow_tables import wy_flow_case as cases


def must_start(work: Workspace, live: Live) -> None:
    """Refuse who may not start this action of this record now.

    Raises:
        FlowRefused: wrong_state, may_not_start, condition, already_running.
    """
    reason = why_not(work, live)
    if reason:
        raise FlowRefused(reason)


def startable(work: Workspace, entity: str, record: dict[str, Any]) -> list[tuple[FlowAction, str]]:
    """Return the actions of a record's flow, each with what stands against it; '' if nothing."""
    flow = flow_for(work, entity, record)
    if flow is None:
        return []
    case = Case(initiator=work.actor.user_id or 0)
    return [
        (act, why_not(work, Live(work, flow, act, record, case))) for act in flow.actions.values()
    ]


def why_not(work: Workspace, live: Live) -> str:
    """Return the name of what stands against starting; '' if nothing does."""
    act, record = live.action, live.record
    if record.get(live.flow.status) not in act.sources:
        return "already_running" if is_running(work, live) else "wrong_state"
    if not may_start(work, live):
        return "may_not_start"
    if is_running(work, live):
        return "already_running"
    if act.when is not None and not live.holds(act.when):
        return "condition"
    return ""


def may_start(work: Workspace, live: Live) -> bool:
    """Tell whether the actor is among those who start it; else who may change the record."""
    if work.actor.is_admin:
        return True
    if live.action.who:
        return work.actor.user_id in live.people(live.action.who, "")
    if not is_allowed(work, live.flow.entity, "change"):
        return False
    try:
        fetch_one(work, live.flow.entity, live.record["id"], action="change")
    except (NotFound, Refused):
        return False
    return True


def is_running(work: Workspace, live: Live, but: int | None = None) -> bool:
    """Tell whether an approval of the record is going on, be it a sub-flow of another's.

    `but` is an outermost case whose own sub-flows do not count.
    """
    query = select(cases.c.id).where(
        cases.c.entity == live.flow.entity,
        cases.c.record_id == live.record["id"],
        cases.c.status == "running",
    )
    if but is not None:
        query = query.where(func.coalesce(cases.c.root_id, cases.c.id) != but)
    return work.connection.scalar(query.limit(1)) is not None


def previous(work: Workspace, entity: str, record_id: int) -> int | None:
    """Return the last approval of a record, which a new one follows."""
    query = select(cases.c.id).where(cases.c.entity == entity, cases.c.record_id == record_id)
    query = query.where(cases.c.parent_id.is_(None), cases.c.status != "running")
    return work.connection.scalar(query.order_by(cases.c.id.desc()).limit(1))


def first_action(flow: Flow) -> FlowAction:
    """Return the action by which a sub-flow runs: the one that takes time from the first state."""
    first = {state.name for state in flow.states.values() if state.initial}
    able = [act for act in flow.actions.values() if act.steps is not None]
    return next((act for act in able if first & set(act.sources)), able[0])


def subject_of(live: Live) -> str:
    """Return the sentence that names a case; of the entity's title when the flow has none."""
    if not live.flow.subject:
        entity = live.work.catalog.entity(live.flow.entity)
        shown = _shown(live, entity.title, live.record.get(entity.title))
        return f"{live.flow.title.in_(live.work.language)} {shown}".strip()
    return "".join(_part(live, one) for one in live.flow.subject).strip()


def _part(live: Live, part: str | Formula) -> str:
    if isinstance(part, str):
        return part
    return _shown(live, part.text, live.environment.run(part))


def _shown(live: Live, path: str, value: Any) -> str:
    if value is None:
        return ""
    try:
        field = resolve(live.work.catalog, live.flow.entity, path)[1]
    except KeyError:
        return str(value)
    if field.type == "link":
        title = title_field(live.work.catalog, field.options["to"])
        return _shown(live, f"{path}.{title}", live.environment.value((*path.split("."), title)))
    return field_type(field.type).text(field, value, live.work.style)
