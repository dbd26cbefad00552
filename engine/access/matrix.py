"""The table role × entity × action: read it, and set one cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import Connection, select, text

from engine.access.actor import Actor
from engine.access.changes import record_change, require_administrator
from engine.access.rights import ADMIN, PREFIX, read_roles
from engine.access.sync import actions_of
from engine.access.tables import wy_right_default
from engine.extension import Invalid, Refused
from engine.metadata import Catalog

Cell = tuple[str, str, str]  # (role, entity, action)

_WHERE = """
from ab_permission p join ab_permission_view pv on pv.permission_id = p.id
join ab_view_menu v on v.id = pv.view_menu_id
where p.name = :permission and v.name = :entity
"""
_GIVE = text(f"""
insert into ab_permission_view_role (id, permission_view_id, role_id)
select nextval('ab_permission_view_role_id_seq'), pv.id, :role_id {_WHERE}
and not exists (select from ab_permission_view_role has
  where has.permission_view_id = pv.id and has.role_id = :role_id)
on conflict do nothing
""")
_TAKE = text(f"""
delete from ab_permission_view_role
where role_id = :role_id and permission_view_id in (select pv.id {_WHERE})
""")


@dataclass(frozen=True, slots=True)
class RightsMatrix:
    """Who may do what now, and what the metadata shipped."""

    roles: tuple[str, ...]  # all but Admin, which may do everything
    actions: Mapping[str, tuple[str, ...]]  # of each entity, lines without buttons left out
    granted: frozenset[Cell]
    shipped: frozenset[Cell]

    def is_changed(self, role: str, entity: str, action: str) -> bool:
        """Tell whether an administrator decided this otherwise than the metadata."""
        cell = (role, entity, action)
        return (cell in self.granted) != (cell in self.shipped)


def rights_matrix(connection: Connection, catalog: Catalog) -> RightsMatrix:
    """Read the whole matrix in three statements."""
    roles = connection.scalars(select(Role.name).where(Role.name != ADMIN).order_by(Role.name))
    defaults = wy_right_default.c
    shipped = connection.execute(select(defaults.role, defaults.view, defaults.permission))
    actions = {name: actions_of(entity) for name, entity in catalog.entities.items()}
    return RightsMatrix(
        roles=tuple(roles),
        actions={name: found for name, found in actions.items() if found},
        granted=frozenset(
            (role, entity, action)
            for role, rights in read_roles(connection).items()
            for action, entity in rights
            if entity in catalog.entities
        ),
        shipped=frozenset((role, view, p.removeprefix(PREFIX)) for role, view, p in shipped),
    )


def set_right(
    connection: Connection, catalog: Catalog, cell: Cell, granted: bool, actor: Actor
) -> bool:
    """Grant or take away one right; return whether that changed anything.

    Works from the next request on, in every process. What the metadata ships later does
    not undo it.

    Raises:
        Refused: the actor is no administrator, or the role is Admin.
        Invalid: there is no such role, or no such right.
    """
    require_administrator(actor)
    role, entity, action = cell
    if role == ADMIN:
        raise Refused("The role Admin may do everything; that cannot be changed.")
    if entity not in catalog.entities or action not in actions_of(catalog.entity(entity)):
        raise Invalid("There is no right %(action)s on %(entity)s.", action=action, entity=entity)
    role_id = connection.scalar(select(Role.id).where(Role.name == role))
    if role_id is None:
        raise Invalid("There is no role %(role)s.", role=role)
    values = {"role_id": role_id, "permission": PREFIX + action, "entity": entity}
    changed = connection.execute(_GIVE if granted else _TAKE, values).rowcount > 0
    if changed:
        changes = {f"{PREFIX}{action} on {entity}": (not granted, granted)}
        event = "grant" if granted else "revoke"
        record_change(connection, actor, ("ab_role", role_id), event, changes)
    return changed
