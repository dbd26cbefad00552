"""What may be changed in a record that people decide on (rules 20 and 22 of flows.md).

The state says what is open in it; beyond that only what the step in hand lets its people edit.
The state itself is the approval's: nothing else ever writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import exists, or_, select

from engine.extension import Refused
from engine.metadata import Catalog
from engine.metadata.flows import Fields, Flow
from engine.records.workspace import Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_task as tasks

EVERY = "*"  # in wy_flow_task.edit: every field


def flows_of(catalog: Catalog, entity: str) -> tuple[Flow, ...]:
    """Return the flows that govern an entity, in the order of their names."""
    known: dict[str, tuple[Flow, ...]] | None = vars(catalog).get("_flows_of")
    if known is None:
        known = {}
        for flow in catalog.flows.values():
            known[flow.entity] = (*known.get(flow.entity, ()), flow)
        vars(catalog)["_flows_of"] = known
    return known.get(entity, ())


def editable_in(flows: Iterable[Flow], record: Mapping[str, Any]) -> Fields:
    """Return what every flow leaves open in a record, each by the state that it keeps there."""
    states = ((flow.states, str(record.get(flow.status))) for flow in flows)
    found: list[Fields] = [known[state].edit for known, state in states if state in known]
    if not found or all(one == "all" for one in found):
        return "all"
    named = [one for one in found if not isinstance(one, str)]
    if len(named) + found.count("all") < len(found):
        return "none"
    common = frozenset.intersection(*named)
    return common or "none"


def must_begin(work: Workspace, entity: str, values: Mapping[str, Any]) -> None:
    """Refuse a new record that claims to be decided on already.

    Raises:
        Refused: its state is not where its flows begin.
    """
    for flow in flows_of(work.catalog, entity):
        state = values.get(flow.status)
        first = [s.name for s in flow.states.values() if s.initial]
        if not work.by_flow and state is not None and state not in first:
            raise Refused("The state changes with the approval only.")


def must_be_free(
    work: Workspace, entity: str, old: Mapping[str, Any], touched: Iterable[str]
) -> None:
    """Refuse a change that would get round an approval.

    Raises:
        Refused: the state is not anybody's to set, or closes these fields.
    """
    flows = flows_of(work.catalog, entity)
    if not flows or work.by_flow:
        return
    changed = set(touched)
    if changed & {flow.status for flow in flows}:
        raise Refused("The state changes with the approval only.")
    allowed = editable_in(flows, old)
    left = set() if allowed == "all" else changed - (frozenset() if allowed == "none" else allowed)
    if left and not left <= _editable_by(work, entity, old["id"], left):
        raise Refused("This record is under approval or decided; it cannot be changed now.")


def _editable_by(work: Workspace, entity: str, record_id: int, wanted: set[str]) -> set[str]:
    """Return what the actor's own open tasks let him edit."""
    me = work.actor.user_id
    query = (
        select(tasks.c.edit)
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(cases.c.entity == entity, cases.c.record_id == record_id)
        .where(cases.c.status == "running", ~cases.c.suspended, tasks.c.state == "open")
        .where(or_(tasks.c.user_id == me, tasks.c.proxy_id == me))
    )
    fields = {name for edit in work.connection.scalars(query) for name in edit}
    return wanted if EVERY in fields else fields


def must_be_deletable(work: Workspace, entity: str, old: Mapping[str, Any]) -> None:
    """Refuse to delete a record that is under approval or decided.

    Raises:
        Refused: it is.
    """
    flows = flows_of(work.catalog, entity)
    if not flows:
        return
    running = exists().where(
        cases.c.entity == entity, cases.c.record_id == old["id"], cases.c.status == "running"
    )
    closed = editable_in(flows, old) != "all"
    if closed or work.connection.scalar(select(running)):
        raise Refused("This record is under approval or decided; it cannot be deleted.")
