"""Play a case again from its log alone: what the rows say must come out (a proof, and a repair)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from engine.extension import NotFound
from engine.flows import store
from engine.flows.core import perform
from engine.flows.core.commands import Command
from engine.flows.core.state import Case
from engine.flows.core.world import Replay
from engine.flows.definitions import pinned
from engine.metadata.flows import Flow
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_definition as definitions


def replayed(work: Workspace, case_id: int) -> Case:
    """Return a case as its log gives it; no rule asks the database or does anything.

    Raises:
        NotFound: there is no such case.
    """
    row = work.connection.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFound("wy_flow_case", case_id)
    case = Case(initiator=row.initiator_id)
    for entry in store.log_of(work.connection, case_id):
        _again(work, case, row, entry)
    return case


def _again(work: Workspace, case: Case, row: Row[Any], entry: Row[Any]) -> None:
    flow = _flow(work, row.flow, entry.digest)
    action, world = flow.actions[row.action], Replay(entry.heard, entry.at)
    if entry.seq == 1:
        chosen = entry.said["data"].get("chosen", {})
        perform.begin(case, action, flow.rules, world, chosen)
    else:
        perform.perform(case, action, flow.rules, world, _command(entry))


def _flow(work: Workspace, name: str, digest: str) -> Flow:
    query = select(definitions.c.id).where(
        definitions.c.flow == name, definitions.c.digest == digest
    )
    return pinned(work, name, work.connection.execute(query).scalar_one())


def _command(entry: Row[Any]) -> Command:
    said = entry.said
    return Command(
        name=entry.command,
        actor=entry.actor_id,
        task=entry.task,
        target=entry.target,
        users=tuple(said["users"]),
        mode=said["mode"],
        comment=entry.comment,
        is_admin=said["admin"],
        data=said["data"],
    )
