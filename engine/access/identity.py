"""Find out who acts: account, roles, grants and versions, in one statement."""

from __future__ import annotations

from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import (
    Role,
    User,
    assoc_group_role,
    assoc_user_group,
    assoc_user_role,
)
from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    RowMapping,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    union,
)

from engine.access.actor import Actor, Units
from engine.access.org import tree_at
from engine.access.rights import ADMIN, roles_at, with_included
from engine.access.tables import wy_grant, wy_preference, wy_version
from engine.metadata import Catalog
from engine.storage.flow_tables import wy_flow_task
from engine.storage.joins import person_name
from engine.storage.work_tables import wy_message

_TODAY = bindparam("today", type_=Date)
_ID = bindparam("user_id", type_=Integer)
Who = ColumnElement[Any]


def _roles(who: Who) -> ColumnElement[Any]:
    direct = select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id == who)
    groups = (
        select(assoc_group_role.c.role_id)
        .join(assoc_user_group, assoc_user_group.c.group_id == assoc_group_role.c.group_id)
        .where(assoc_user_group.c.user_id == who)
    )
    names = select(func.array_agg(Role.name)).where(Role.id.in_(union(direct, groups)))
    return names.scalar_subquery().label("wy_roles")


def _grants(who: Who) -> ColumnElement[Any]:
    given = wy_grant.c
    valid = and_(
        or_(given.valid_from.is_(None), given.valid_from <= _TODAY),
        or_(given.valid_to.is_(None), given.valid_to >= _TODAY),
    )
    rows = func.jsonb_agg(func.jsonb_build_array(Role.name, given.unit_id, valid))
    named = select(rows).select_from(wy_grant).join(Role, Role.id == given.role_id)
    return named.where(given.user_id == who).scalar_subquery().label("wy_grants")


def _versions() -> ColumnElement[Any]:
    pairs = func.jsonb_object_agg(wy_version.c.name, wy_version.c.value)
    return select(pairs).scalar_subquery().label("wy_versions")


def _preferences(who: Who) -> ColumnElement[Any]:
    pairs = func.jsonb_object_agg(wy_preference.c.name, wy_preference.c.value)
    chosen = select(pairs).where(wy_preference.c.user_id == who)
    return chosen.scalar_subquery().label("wy_preferences")


def _unread(who: Who) -> ColumnElement[Any]:
    """Count the messages that wait in the app; every page shows it, without asking again."""
    waiting = select(func.count()).where(
        wy_message.c.channel == "inbox",
        wy_message.c.user_id == who,
        wy_message.c.read_at.is_(None),
    )
    return waiting.scalar_subquery().label("wy_unread")


def _to_decide(who: Who) -> ColumnElement[Any]:
    """Count the approvals that wait for him, his own and those he is asked for as a proxy.

    Two counts and not one with an `or`: each then reads nothing but its own partial index.
    A case that has ended has no open task.
    """
    task = wy_flow_task.c
    own = select(func.count()).where(task.user_id == who, task.state == "open")
    lent = select(func.count()).where(
        task.proxy_id == who, task.user_id != who, task.state == "open"
    )
    return (own.scalar_subquery() + lent.scalar_subquery()).label("wy_to_decide")


def _waiting(who: Who) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return _unread(who), _to_decide(who)


def account_statement(*wanted: Any, who: Who = _ID) -> Select[Any]:
    """Return the one statement that tells all about an active account.

    `wanted` comes first in its rows; `who` gives the user's id. Run it with `parameters`,
    then give the mapping to `actor_from`.
    """
    name = person_name(User.__table__).label("wy_name")
    about = (name, _roles(who), _grants(who), _versions(), _preferences(who), *_waiting(who))
    return select(*wanted, *about).where(User.id == who, User.active.is_(True))


def parameters(catalog: Catalog, user_id: int) -> dict[str, Any]:
    """Return the values the statement needs."""
    return {"user_id": user_id, "today": today_in(catalog)}


def today_in(catalog: Catalog) -> date:
    """Return the day in the company's zone."""
    return datetime.now(ZoneInfo(catalog.product.time_zone)).date()


def what_moves() -> Select[Any]:
    """Return the short statement: the versions, and what changes without one."""
    return select(_versions(), _preferences(_ID), *_waiting(_ID))


def actor_from(
    connection: Connection, catalog: Catalog, row: RowMapping, *, user_id: int, login: str
) -> Actor:
    """Make an Actor of a row of one of the statements above."""
    held = _grants_by_role(row["wy_grants"] or ())
    in_force = frozenset(
        role for role in row["wy_roles"] or () if not _has_ended(held.get(role, ()))
    )
    roles = with_included(catalog, in_force)
    known = row["wy_versions"] or {}
    tree = tree_at(connection, catalog, known.get("org", 0))
    reach: dict[str, Units] = {}
    for role, brought_by in roles.items():
        tops = {unit for by in brought_by for unit, valid in held.get(by, ()) if valid}
        if tops:
            reach[role] = tree.reach(tops)
    return Actor(
        user_id=user_id,
        login=login,
        name=row["wy_name"],
        preferences=MappingProxyType(row["wy_preferences"] or {}),
        roles=frozenset(roles),
        grants=MappingProxyType(reach),
        rights=roles_at(connection, known.get("rights", 0)),
        is_admin=ADMIN in in_force,
        unread=row["wy_unread"] or 0,
        to_decide=row["wy_to_decide"] or 0,
    )


def _grants_by_role(rows: Any) -> dict[str, list[tuple[int | None, bool]]]:
    found: dict[str, list[tuple[int | None, bool]]] = {}
    for role, unit, valid in rows:
        found.setdefault(role, []).append((unit, valid))
    return found


def _has_ended(held: Any) -> bool:
    """Tell whether a role was given for a time only and none of these times is now."""
    return bool(held) and not any(valid for _, valid in held)
