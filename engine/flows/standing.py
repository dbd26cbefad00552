"""Standing proxies: who decides in one's place for a time (代理)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from engine.extension import Invalid, InvalidValue, NotFound, Problem
from engine.fieldtypes.reading import read_text
from engine.flows.people import Directory
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_proxy as proxies

MOST_DAYS = 366
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A proxy that somebody wishes to give himself."""

    proxy: int | None
    first: date | None
    last: date | None
    flows: Sequence[str] = ()  # none: all
    reason: str = ""


def mine(work: Workspace) -> Sequence[Row[Any]]:
    """Return the proxies one has given or been given, newest first."""
    me = work.actor.user_id
    query = select(proxies).where(or_(proxies.c.user_id == me, proxies.c.proxy_id == me))
    return work.connection.execute(query.order_by(proxies.c.id.desc()).limit(MOST_SHOWN)).all()


def state_of(work: Workspace, row: Row[Any]) -> str:
    """Return how a proxy stands: 'ended', 'in_force', 'coming'."""
    if row.ended_at is not None or row.valid_to < work.today:
        return "ended"
    return "in_force" if row.valid_from <= work.today else "coming"


def add(work: Workspace, wish: Standing) -> int:
    """Let somebody decide in the actor's place; return the proxy's number.

    Raises:
        Invalid: names each thing that is wrong.
    """
    problems = [*_who(work, wish), *_when(work, wish)]
    try:
        reason = read_text(wish.reason) or ""
    except InvalidValue as wrong:
        problems.append(Problem(wrong.message, wrong.params, "reason"))
    problems += [
        Problem("There is no flow %(name)s.", {"name": one}, "flows", "unknown")
        for one in wish.flows
        if one not in work.catalog.flows
    ]
    if problems:
        raise Invalid(problems)
    row = {
        "user_id": work.actor.user_id,
        "proxy_id": wish.proxy,
        "valid_from": wish.first,
        "valid_to": wish.last,
        "flows": list(dict.fromkeys(wish.flows)),
        "reason": reason[:200],
        "created_by": work.actor.user_id,
    }
    made = work.connection.execute(insert(proxies).values(row).returning(proxies.c.id))
    return int(made.scalar_one())


def _who(work: Workspace, wish: Standing) -> list[Problem]:
    if wish.proxy is None or not Directory(work.as_flow()).active([wish.proxy]):
        return [Problem("Choose who stands in for you.", {}, "proxy")]
    if wish.proxy == work.actor.user_id:
        return [Problem("Nobody can be his own proxy.", {}, "proxy")]
    return []


def _when(work: Workspace, wish: Standing) -> list[Problem]:
    first, last = wish.first, wish.last
    if first is None or last is None or last < first:
        return [Problem("The last day is before the first.", {}, "to")]
    if last < work.today or (last - first).days > MOST_DAYS:
        return [Problem("A proxy is for the time to come, a year at the most.", {}, "to")]
    return []


def end(work: Workspace, proxy_id: int) -> None:
    """End a proxy of one's own; tasks that it let the other see stay as they are.

    Raises:
        NotFound: there is none that the actor gave and that has not ended.
    """
    own = (proxies.c.id == proxy_id, proxies.c.user_id == work.actor.user_id)
    ended = update(proxies).where(*own, proxies.c.ended_at.is_(None)).values(ended_at=work.now)
    if work.connection.execute(ended).rowcount != 1:
        raise NotFound("proxy", proxy_id)
