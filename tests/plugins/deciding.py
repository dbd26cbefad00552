"""Play an approval through as the people whose turn it is, with their rights and no more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from engine.access import load_actor
from engine.flows.core.commands import Command
from engine.flows.service import FlowService
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_case, wy_flow_task

VERBS = {"approved": "approve", "rejected": "reject", "returned": "return"}


def as_user(work: Workspace, user: int) -> Workspace:
    """Return the same piece of work as somebody else's."""
    actor = load_actor(work.connection, user, work.catalog)
    assert actor is not None
    return replace(work, actor=actor, memo={})


def open_task(work: Workspace, case: int) -> Any:
    """Return the first open task of a case; None when nobody's turn it is."""
    query = select(wy_flow_task).where(wy_flow_task.c.case_id == case)
    query = query.where(wy_flow_task.c.state == "open").order_by(wy_flow_task.c.no)
    return work.connection.execute(query.limit(1)).first()


def status_of(work: Workspace, case: int) -> str:
    query = select(wy_flow_case.c.status).where(wy_flow_case.c.id == case)
    return str(work.connection.scalar(query))


def say(work: Workspace, case: int, verb: str, **values: Any) -> str:
    """Let the one whose turn it is say something; return his step."""
    task = open_task(work, case)
    assert task is not None, "nobody's turn"
    given = Command(name=verb, task=task.no, comment="so", target="initiator")
    FlowService(as_user(work, task.user_id)).act(case, given, values=values)
    return str(task.step)


def play(work: Workspace, case: int, outcome: str = "approved") -> list[str]:
    """Let everybody in turn agree, or the first refuse or return; return the steps taken."""
    verb, done = VERBS[outcome], list[str]()
    while open_task(work, case) is not None and not (verb == "return" and done):
        done.append(say(work, case, verb))
    assert outcome == "returned" or status_of(work, case) == outcome
    return done
