"""Who holds a role, and where: the question of identity.py the other way round."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

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
    Connection,
    Date,
    Subquery,
    Text,
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
    values = {"roles": _bringing(catalog, role), "today": today}
    return list(connection.scalars(_EVERYWHERE, values))


def holders_over(
    connection: Connection, catalog: Catalog, role: str, today: date, units: Collection[int]
) -> list[tuple[int, int | None]]:
    """Return who has the role in one of these units, with the unit; None is everywhere.

    To reach a record, give its unit and all above it. A person may come several times.
    """
    values = {"roles": _bringing(catalog, role), "today": today, "units": sorted(units)}
    return [(row.user_id, row.unit_id) for row in connection.execute(_OVER, values)]


def units_of(connection: Connection, user_id: int, today: date) -> list[int]:
    """Return the units in which a person has any role today."""
    query = select(wy_grant.c.unit_id).distinct().where(_VALID)
    query = query.where(wy_grant.c.user_id == user_id, wy_grant.c.unit_id.is_not(None))
    return list(connection.scalars(query, {"today": today}))


def _bringing(catalog: Catalog, role: str) -> list[str]:
    """Return the roles that include the role, and itself."""
    found = {one for one in catalog.roles if role in with_included(catalog, frozenset({one}))}
    return sorted({role, *found})


# -- statements, built once: that costs more than running them -------------------------------


def _held() -> Subquery:
    """Return who was given one of the roles, himself or by a group.

    Named in each half: PostgreSQL would else join every role of every account first.
    """
    of_it = select(Role.id).where(Role.name == any_(bindparam("roles", type_=ARRAY(Text))))
    direct, by_group = assoc_user_role.c, assoc_group_role.c
    return union(
        select(direct.user_id, direct.role_id).where(direct.role_id.in_(of_it)),
        select(assoc_user_group.c.user_id, by_group.role_id)
        .join(assoc_group_role, by_group.group_id == assoc_user_group.c.group_id)
        .where(by_group.role_id.in_(of_it)),
    ).subquery("held")


_TODAY = bindparam("today", type_=Date)
_VALID = and_(
    or_(wy_grant.c.valid_from.is_(None), wy_grant.c.valid_from <= _TODAY),
    or_(wy_grant.c.valid_to.is_(None), wy_grant.c.valid_to >= _TODAY),
)
_HELD = _held()
_OF_IT = and_(wy_grant.c.user_id == _HELD.c.user_id, wy_grant.c.role_id == _HELD.c.role_id)
_ACTIVE = (
    select(_HELD.c.user_id)
    .join(User, User.id == _HELD.c.user_id)
    .where(User.active.is_(True))
    .distinct()
)
# a role given for a time only is held as long as one of its times is now
_EVERYWHERE = _ACTIVE.where(or_(~exists().where(_OF_IT), exists().where(_OF_IT, _VALID)))
_UNITS = bindparam("units", type_=ARRAY(BigInteger))
_OVER = (
    _ACTIVE.join(wy_grant, _OF_IT)
    .add_columns(wy_grant.c.unit_id)
    .where(_VALID, or_(wy_grant.c.unit_id.is_(None), wy_grant.c.unit_id == any_(_UNITS)))
)
