"""Give a person a role within a part of the organization, and take it back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from sqlalchemy import Connection, Row, delete, insert, select, text

from engine.access.actor import Actor
from engine.access.changes import keeping_an_admin, record_change, require_administrator
from engine.access.tables import wy_grant
from engine.extension import Invalid, NotFound

_HOLD = text(
    "insert into ab_user_role (id, user_id, role_id)"
    " select nextval('ab_user_role_id_seq'), :user_id, :role_id"
    " where not exists (select from ab_user_role where user_id = :user_id and role_id = :role_id)"
    " on conflict do nothing"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role in a part of the organization, for a time."""

    user_id: int
    role: str
    unit_id: int | None = None  # None: everywhere
    valid_from: date | None = None
    valid_to: date | None = None  # the last day


def grant(connection: Connection, given: Grant, actor: Actor) -> int:
    """Give the role and its reach; return the grant's id.

    Raises:
        Refused: the actor is no administrator.
        Invalid: there is no such user or role, or the time ends before it begins.
    """
    require_administrator(actor)
    if given.valid_from and given.valid_to and given.valid_to < given.valid_from:
        raise Invalid("The last day is before the first.")
    role_id = connection.scalar(select(Role.id).where(Role.name == given.role))
    if role_id is None:
        raise Invalid("There is no role %(role)s.", role=given.role)
    if connection.scalar(select(User.id).where(User.id == given.user_id)) is None:
        raise Invalid("There is no such user.")
    connection.execute(_HOLD, {"user_id": given.user_id, "role_id": role_id})
    row = {name: one for name, one in asdict(given).items() if name != "role"}
    row |= {"role_id": role_id, "created_by": actor.user_id}
    made = connection.execute(insert(wy_grant).values(row).returning(wy_grant.c.id)).scalar_one()
    changes = {f"{given.role} @ {given.unit_id or '*'}": (False, True)}
    record_change(connection, actor, ("ab_user", given.user_id), "grant", changes)
    return made


def revoke(connection: Connection, grant_id: int, actor: Actor) -> None:
    """Take a grant back; with a role's last grant goes the role.

    Raises:
        Refused: the actor is no administrator, or nobody would be left with Admin.
        NotFound: there is no such grant.
    """
    require_administrator(actor)
    found = _grant_row(connection, grant_id)
    connection.execute(delete(wy_grant).where(wy_grant.c.id == grant_id))
    left = select(wy_grant.c.id).where(
        wy_grant.c.user_id == found.user_id, wy_grant.c.role_id == found.role_id
    )
    if connection.execute(left.limit(1)).first() is None:
        _take_role(connection, found.user_id, found.role_id)
    changes = {f"{found.name} @ {found.unit_id or '*'}": (True, False)}
    record_change(connection, actor, ("ab_user", found.user_id), "revoke", changes)


def revoke_role(connection: Connection, user_id: int, role: str, actor: Actor) -> None:
    """Take a role from a person with all its grants.

    Raises:
        Refused: the actor is no administrator, or nobody would be left with Admin.
        NotFound: there is no such role.
    """
    require_administrator(actor)
    role_id = connection.scalar(select(Role.id).where(Role.name == role))
    if role_id is None:
        raise NotFound("role", role)
    with keeping_an_admin(connection):
        connection.execute(
            delete(wy_grant).where(wy_grant.c.user_id == user_id, wy_grant.c.role_id == role_id)
        )
        _take_role(connection, user_id, role_id)
    record_change(connection, actor, ("ab_user", user_id), "revoke", {role: (True, False)})


def grants_of(connection: Connection, user_id: int) -> list[tuple[int, Grant]]:
    """Return the grants of a person with their ids, ended ones too."""
    query = (
        select(wy_grant, Role.name)
        .join(Role, Role.id == wy_grant.c.role_id)
        .where(wy_grant.c.user_id == user_id)
        .order_by(Role.name, wy_grant.c.id)
    )
    return [
        (
            row.id,
            Grant(
                user_id=row.user_id,
                role=row.name,
                unit_id=row.unit_id,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            ),
        )
        for row in connection.execute(query)
    ]


def _grant_row(connection: Connection, grant_id: int) -> Row[Any]:
    query = (
        select(wy_grant.c.user_id, wy_grant.c.role_id, wy_grant.c.unit_id, Role.name)
        .join(Role, Role.id == wy_grant.c.role_id)
        .where(wy_grant.c.id == grant_id)
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        raise NotFound("grant", grant_id)
    return found


def _take_role(connection: Connection, user_id: int, role_id: int) -> None:
    with keeping_an_admin(connection):
        connection.execute(
            delete(assoc_user_role).where(
                assoc_user_role.c.user_id == user_id, assoc_user_role.c.role_id == role_id
            )
        )
