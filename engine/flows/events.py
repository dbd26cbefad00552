"""A plugin tells flows that something they wait for has happened (`wait: …, event: …`)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select

from engine.flows.core.commands import Command
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import RUNNING
from engine.flows.going import is_in_hand
from engine.flows.service import FlowService
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_case as cases


def tell(work: Workspace, entity: str, record_id: int, name: str) -> None:
    """Tell every running approval of a record that an event has come, in this transaction.

    Raises:
        FlowRefused: not_waiting, in_hand, suspended; nothing is written.
    """
    system = replace(work, actor=replace(work.actor, user_id=None))
    data = {} if work.actor.user_id is None else {"by": work.actor.user_id}
    given = Command(name="event", target=name, data=data)
    why, heard = "not_waiting", False
    with work.connection.begin_nested():
        for case in _running(work, entity, record_id):
            if is_in_hand(work, case):
                why = "in_hand"
                continue
            heard = _hears(system, case, given) or heard
        if not heard:
            raise FlowRefused(why)


def _running(work: Workspace, entity: str, record_id: int) -> list[int]:
    # by the row that each locks, so that two who tell of something wait for each other in order
    order = (func.coalesce(cases.c.root_id, cases.c.id), cases.c.id)
    query = select(cases.c.id).where(
        cases.c.entity == entity, cases.c.record_id == record_id, cases.c.status == RUNNING
    )
    return list(work.connection.scalars(query.order_by(*order)))


def _hears(system: Workspace, case: int, given: Command) -> bool:
    try:
        FlowService(system).act(case, given)
    except FlowRefused as refused:
        if refused.code in ("not_waiting", "not_running"):  # another one may wait for it
            return False
        raise
    return True
