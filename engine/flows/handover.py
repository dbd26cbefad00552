"""Everything somebody holds goes to his successor (離職): one case after the other, by number."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from engine.flows.core.commands import Command
from engine.flows.core.state import PENDING
from engine.flows.service import FlowService
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_proxy as proxies
from engine.storage.flow_tables import wy_flow_task as tasks


def hand_over_all(work: Workspace, leaver: int, heir: int) -> int:
    """Hand a person's tasks in all running cases to another; return in how many there were any.

    He stands in for nobody from now on, and nobody for him.

    Raises:
        FlowRefused: not_admin, inactive; nothing is written.
    """
    mine = select(tasks.c.case_id).where(tasks.c.user_id == leaver, tasks.c.state.in_(PENDING))
    # by the row that each locks, so that two people who do this wait for each other in order
    order = (func.coalesce(cases.c.root_id, cases.c.id), cases.c.id)
    query = select(cases.c.id).where(cases.c.id.in_(mine), cases.c.status == "running")
    service = FlowService(work)
    with work.connection.begin_nested():
        found = work.connection.scalars(query.order_by(*order)).all()
        for case_id in found:
            given = Command(name="hand_over", users=(heir,), data={"leaver": leaver})
            service.act(case_id, given)
        _end_proxies(work, leaver)
    return len(found)


def _end_proxies(work: Workspace, leaver: int) -> None:
    concerned = or_(proxies.c.user_id == leaver, proxies.c.proxy_id == leaver)
    ending = proxies.update().where(concerned, proxies.c.ended_at.is_(None))
    work.connection.execute(ending.values(ended_at=work.now))
