"""Who holds a role, and where: the question of identity.py the other way round."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import (
    Role,
    User,
    assoc_group_role,
    assoc_user_group,
    assoc_user_role,
)
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    any_,
    bindparam,
    exists,
    or_,
    select,
    union,
)

from engine.access.rights import with_included
from engine.access.tables import wy_grant
from engine.metadata import Catalog


def holders(connection: Connection, catalog: Catalog, role: str, today: date) -> list[int]:
    """Return the ids of all active accounts that have the role, or one that includes it."""
    given = wy_grant.alias()
    of_it = and_(given.c.user_id == _HELD.c.user_id, given.c.role_id == _HELD.c.role_id)
    # a role given for a time only is held as long as one of its times is now
    for_ever = ~exists().where(of_it)
    now = exists().where(of_it, _valid(given, today))
    query = _account(catalog, role).where(or_(for_ever, now))
    return list(connection.scalars(query.with_only_columns(_HELD.c.user_id).distinct()))


def holders_over(
    connection: Connection, catalog: Catalog, role: str, today: date, units: Collection[int]
) -> list[tuple[int, int | None]]:
    """Return who has the role in one of these units, with the unit; None is everywhere.

    To reach a record, give its unit and all above it. A person may come several times.
    """
    wanted = bindparam(None, sorted(units), type_=ARRAY(BigInteger), unique=True)
    of_it = and_(wy_grant.c.user_id == _HELD.c.user_id, wy_grant.c.role_id == _HELD.c.role_id)
    query = (
        _account(catalog, role)
        .join(wy_grant, of_it)
        .where(
            _valid(wy_grant, today),
            or_(wy_grant.c.unit_id.is_(None), wy_grant.c.unit_id == any_(wanted)),
        )
        .with_only_columns(_HELD.c.user_id, wy_grant.c.unit_id)
        .distinct()
    )
    return [(row.user_id, row.unit_id) for row in connection.execute(query)]


def units_of(connection: Connection, user_id: int, today: date) -> list[int]:
    """Return the units in which a person has any role today."""
    query = select(wy_grant.c.unit_id).distinct()
    query = query.where(wy_grant.c.user_id == user_id, wy_grant.c.unit_id.is_not(None))
    return list(connection.scalars(query.where(_valid(wy_grant, today))))


_HELD = union(
    select(assoc_user_role.c.user_id, assoc_user_role.c.role_id),
    select(assoc_user_group.c.user_id, assoc_group_role.c.role_id).join(
        assoc_group_role, assoc_group_role.c.group_id == assoc_user_group.c.group_id
    ),
).subquery("held")


def _account(catalog: Catalog, role: str) -> Select[Any]:
    bringing = [one for one in catalog.roles if role in with_included(catalog, frozenset({one}))]
    return (
        select(_HELD.c.user_id)
        .join(Role, Role.id == _HELD.c.role_id)
        .join(User, User.id == _HELD.c.user_id)
        .where(Role.name.in_({role, *bringing}), User.active.is_(True))
    )


def _valid(given: FromClause, today: date) -> ColumnElement[bool]:
    return and_(
        or_(given.c.valid_from.is_(None), given.c.valid_from <= today),
        or_(given.c.valid_to.is_(None), given.c.valid_to >= today),
    )
