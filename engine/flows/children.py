"""Sub-flows of a case: which are still wanted, and the end of those that are not (rule 26)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.flows.core.commands import Command
from engine.flows.core.state import RUNNING, Visit
from engine.flows.core.turn import Child
from engine.metadata.flows import Subflow
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_visit as visits

if TYPE_CHECKING:
    from engine.flows.going import Going


@dataclass(frozen=True, slots=True)
class ChildOf:
    """Whose sub-flow a case is."""

    case_id: int
    visit: int
    root_id: int
    depth: int

    def columns(self) -> dict[str, Any]:
        """Return the case's columns."""
        return {
            "parent_id": self.case_id,
            "parent_visit": self.visit,
            "root_id": self.root_id,
            "depth": self.depth,
        }


def is_wanted(work: Workspace, going: Going, child: Child) -> bool:
    """Tell whether a sub-flow is to be started still: one before it may have decided already."""
    if not child.node.wait:
        return True
    mine = (visits.c.case_id == going.stored.id, visits.c.no == child.visit)
    return work.connection.scalar(select(visits.c.state).where(*mine)) == "active"


def end_unwanted(work: Workspace, going: Going) -> None:
    """Call off the sub-flows that this command has left without anybody waiting for them."""
    left = [v.no for v in going.stored.case.visits.values() if _was_left(going, v)]
    if not left:
        return
    query = select(cases.c.id).where(
        cases.c.parent_id == going.stored.id,
        cases.c.parent_visit.in_(left),
        cases.c.status == RUNNING,
    )
    system = replace(work, actor=replace(work.actor, user_id=None))
    for child in work.connection.scalars(query.order_by(cases.c.id)).all():
        _end(system, child)


def _was_left(going: Going, visit: Visit) -> bool:
    before = going.stored.before.visits.get(visit.no)
    if visit.kind != "subflow" or visit.is_active or before is None or not before.is_active:
        return False
    node = {n.id: n for n in going.action.nodes()}.get(visit.node)
    return isinstance(node, Subflow) and node.wait


def _end(system: Workspace, case_id: int) -> None:
    from engine.flows.service import FlowService

    FlowService(system).act(case_id, Command(name="parent_ended"))
