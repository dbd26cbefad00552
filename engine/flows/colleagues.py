"""Colleagues by name, for those who act in approvals."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from engine.access import may
from engine.extension import Refused
from engine.records import Workspace
from engine.storage.columns import USER
from engine.storage.flow_tables import wy_flow_task as tasks
from engine.storage.joins import person_name
from engine.storage.system_tables import ab_user

PAGE = 20


@dataclass(frozen=True, slots=True)
class Colleague:
    """An account that may be asked."""

    id: int
    name: str
    login: str


def colleagues(work: Workspace, words: str) -> tuple[list[Colleague], bool]:
    """Return those who are called so, and whether there are more.

    Raises:
        Refused: the actor has no role, and nobody asks him anything either.
    """
    if not may(work.catalog, work.actor, USER, "read") and not _is_asked(work):
        raise Refused("You have no right to do this here.")
    name = person_name(ab_user)
    query = select(ab_user.c.id, name.label("name"), ab_user.c.username).where(ab_user.c.active)
    for word in words.replace("\0", " ").split()[:4]:
        by_login = ab_user.c.username.icontains(word, autoescape=True)
        query = query.where(or_(name.icontains(word, autoescape=True), by_login))
    rows = work.connection.execute(query.order_by(name, ab_user.c.id).limit(PAGE + 1)).all()
    return [Colleague(r.id, r.name, r.username) for r in rows[:PAGE]], len(rows) > PAGE


def _is_asked(work: Workspace) -> bool:
    me = work.actor.user_id
    mine = or_(tasks.c.user_id == me, tasks.c.proxy_id == me)
    query = select(tasks.c.id).where(mine, tasks.c.state == "open").limit(1)
    return work.connection.scalar(query) is not None
