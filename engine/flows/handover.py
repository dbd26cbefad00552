"""Everything somebody holds goes to his successor (離職): one case after the other, by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, or_, select

from engine.extension import Conflict, Invalid, NotFound, Refused
from engine.flows.core.commands import Command
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import PENDING
from engine.flows.monitor import watched_flows
from engine.flows.people import Directory
from engine.flows.service import FlowService
from engine.flows.together import Wrong
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_proxy as proxies
from engine.storage.flow_tables import wy_flow_task as tasks


@dataclass(slots=True)
class HandedOver:
    """What became of a leaver's cases."""

    done: list[int] = field(default_factory=list)
    refused: list[tuple[int, str, Wrong]] = field(default_factory=list)
    # ^ case, what it is about, why


def hand_over_all(work: Workspace, leaver: int, heir: int) -> HandedOver:
    """Hand a person's tasks in all running cases of the actor's flows to another.

    When an administrator of everything does it, the leaver also stands in for nobody from
    now on, and nobody for him.

    Raises:
        FlowRefused: not_admin, inactive, duplicate; nothing is written.
    """
    flows = watched_flows(work)
    if leaver == heir:
        raise FlowRefused("duplicate")
    if not Directory(work.as_flow()).active([heir]):
        raise FlowRefused("inactive")
    found = HandedOver()
    given = Command(name="hand_over", users=(heir,), data={"leaver": leaver})
    for row in _held(work, leaver, flows):
        try:
            FlowService(work).act(row.id, given)
        except (Refused, Invalid, Conflict, NotFound) as wrong:
            found.refused.append((row.id, row.subject, wrong))
        else:
            found.done.append(row.id)
    if work.actor.is_admin:
        _end_proxies(work, leaver)
    return found


def _held(work: Workspace, leaver: int, flows: Sequence[str]) -> Sequence[Any]:
    mine = select(tasks.c.case_id).where(tasks.c.user_id == leaver, tasks.c.state.in_(PENDING))
    # by the row that each locks, so that two people who do this wait for each other in order
    order = (func.coalesce(cases.c.root_id, cases.c.id), cases.c.id)
    query = select(cases.c.id, cases.c.subject).where(
        cases.c.id.in_(mine), cases.c.flow.in_(flows), cases.c.status == "running"
    )
    return work.connection.execute(query.order_by(*order)).all()


def _end_proxies(work: Workspace, leaver: int) -> None:
    concerned = or_(proxies.c.user_id == leaver, proxies.c.proxy_id == leaver)
    ending = proxies.update().where(concerned, proxies.c.ended_at.is_(None))
    work.connection.execute(ending.values(ended_at=work.now))
