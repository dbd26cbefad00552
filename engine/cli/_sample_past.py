"""The approvals of a sample, through the service that people use, each at its own moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from engine.access import load_actor
from engine.extension import Deed, Invalid, Refused, SampleCompany, StandIn
from engine.flows import standing
from engine.flows.core.commands import Command
from engine.flows.service import FlowService
from engine.metadata import Catalog
from engine.records import Workspace
from engine.storage import tables_of
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_task as tasks


def relive(
    connection: Connection,
    catalog: Catalog,
    company: SampleCompany,
    user_ids: Mapping[str, int],
    *,
    now: datetime | None = None,
) -> list[tuple[Deed, str]]:
    """Let the sample's people do what they have done; return the deeds that were refused.

    Days that the books of a sample are made for differ: what the rules refuse on one of them
    is left out, with all that would have followed on that record.
    """
    moment = now or datetime.now(UTC)
    for one in company.stand_ins():
        giver = _work(connection, catalog, user_ids[one.login], moment)
        standing.add(giver, _wish(one, user_ids))
    refused: list[tuple[Deed, str]] = []
    over: set[tuple[str, int]] = set()
    for deed in sorted(company.deeds(connection), key=lambda one: one.at or moment):
        if (deed.entity, deed.record) in over:
            continue
        work = _work(connection, catalog, user_ids[deed.login], deed.at or moment)
        try:
            _do(work, deed, user_ids)
        except (Refused, Invalid) as why:
            refused.append((deed, str(why)))
            over.add((deed.entity, deed.record))
    return refused


def _wish(one: StandIn, user_ids: Mapping[str, int]) -> standing.Standing:
    return standing.Standing(
        proxy=user_ids[one.proxy], first=one.first, last=one.last, reason=one.reason
    )


def _work(connection: Connection, catalog: Catalog, user_id: int, now: datetime) -> Workspace:
    actor = load_actor(connection, user_id, catalog)
    assert actor is not None
    return Workspace(
        catalog=catalog, tables=tables_of(catalog), connection=connection, actor=actor, now=now
    )


def _do(work: Workspace, deed: Deed, user_ids: Mapping[str, int]) -> None:
    service = FlowService(work)
    running = select(cases.c.id).where(
        cases.c.entity == deed.entity,
        cases.c.record_id == deed.record,
        cases.c.status == "running",
        cases.c.parent_id.is_(None),
    )
    case = work.connection.scalar(running)
    if case is None:
        service.start(deed.entity, deed.record, deed.what, comment=deed.comment)
        return
    task = _task(work, case)
    given = Command(
        name=deed.what,
        task=task.no if task is not None else None,
        users=tuple(user_ids[login] for login in deed.users),
        mode=deed.mode,
        target=deed.target,
        comment=deed.comment,
        data={"visit": task.visit} if task is not None and deed.what == "assign" else {},
    )
    service.act(case, given)


def _task(work: Workspace, case: int) -> Any:
    """Return the open task that is the actor's, as himself before as a proxy."""
    me = work.actor.user_id
    mine = select(tasks).where(tasks.c.case_id == case, tasks.c.state == "open")
    mine = mine.where((tasks.c.user_id == me) | (tasks.c.proxy_id == me))
    return work.connection.execute(mine.order_by(tasks.c.user_id != me, tasks.c.no)).first()
