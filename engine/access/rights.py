"""What each role may do: FAB's tables, remembered by version; and the question itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from weakref import WeakKeyDictionary

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import Connection, Engine, select

from engine.access.actor import Actor, Right, Roles
from engine.metadata import Catalog, Entity
from engine.storage.columns import USER

PREFIX = "can_"  # FAB's, before the name of what may be done
ADMIN = "Admin"
PUBLIC = "Public"

# The right to a line is the right to its record; writing lines is changing the record.
_OF_PARENT = {
    "create": ("change", "create"),
    "change": ("change", "create"),
    "delete": ("change", "create"),
    "import": ("import",),
}
_known: WeakKeyDictionary[Engine, tuple[int, Roles]] = WeakKeyDictionary()


def roles_at(connection: Connection, version: int) -> Roles:
    """Return every role's rights, read from the database once per version and process.

    `version` is the one read in the caller's own statement, before this call: what is read
    here may be newer than it, never older.
    """
    kept = _known.get(connection.engine)
    if kept is not None and kept[0] == version:
        return kept[1]
    found = read_roles(connection)
    _known[connection.engine] = (version, found)
    return found


def read_roles(connection: Connection) -> Roles:
    """Read every role's rights from FAB's tables; `can_` is taken off the names."""
    granted = assoc_permissionview_role.c
    query = (
        select(Role.name, Permission.name, ViewMenu.name)
        .join(granted.role_id.table, granted.role_id == Role.id)
        .join(PermissionView, PermissionView.id == granted.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    )
    found: dict[str, set[Right]] = {}
    for role, permission, view in connection.execute(query):
        found.setdefault(role, set()).add((permission.removeprefix(PREFIX), view))
    return MappingProxyType({role: frozenset(rights) for role, rights in found.items()})


def parent_of(catalog: Catalog, entity: Entity) -> Entity | None:
    """Return the entity whose lines these are, or None."""
    if not entity.part_of:
        return None
    return catalog.entity(entity.field(entity.part_of).options["to"])


def asked_of(catalog: Catalog, entity: str, action: str) -> tuple[str, tuple[str, ...]]:
    """Return where the right to an entity is looked up, and which rights give it.

    Lines have no rights of their own but for their buttons: reading them is reading their
    record, writing them is changing it.
    """
    found = catalog.entity(entity)
    actions: tuple[str, ...] = (action,)
    if action in found.buttons:
        return entity, actions
    while (parent := parent_of(catalog, found)) is not None:
        found, actions = parent, _OF_PARENT.get(action, actions)
    return found.name, actions


def roles_granting(catalog: Catalog, actor: Actor, entity: str, action: str) -> list[str]:
    """Return which of the actor's roles give the right, sorted by name."""

    def granting() -> list[str]:
        owner, actions = asked_of(catalog, entity, action)
        found = {role for one in actions for role in actor.roles_with(one, owner)}
        return sorted(role for role in found if not _hides(catalog, entity, role))

    return actor.once(("roles", id(catalog), entity, action), granting)


def _hides(catalog: Catalog, entity: str, role: str) -> bool:
    """Tell whether a role hides the field by which a record has these lines."""
    below = catalog.entity(entity)
    while (above := parent_of(catalog, below)) is not None:
        holding = {n for n, f in above.fields.items() if f.type == "lines"}
        holding = {n for n in holding if above.fields[n].options["of"] == below.name}
        rule = above.rights.by_role.get(role)
        if holding and rule is not None and holding <= rule.hide:
            return True
        below = above
    return False


def may(catalog: Catalog, actor: Actor, entity: str, action: str) -> bool:
    """Tell whether the actor may do that with some records of the entity.

    `action` is one of metadata's ACTIONS or the name of a button. An entity this catalog
    does not have (yet, or any more) is nobody's. The accounts behind links to `user` may be
    looked up by all who have a role.
    """
    if entity == USER:
        return action == "read" and (actor.is_unlimited or bool(actor.roles))
    if entity not in catalog.entities:
        return False
    if actor.is_unlimited:
        return True
    return bool(roles_granting(catalog, actor, entity, action))


def entities_readable(catalog: Catalog, actor: Actor) -> frozenset[str]:
    """Return the entities of which the actor may read some records."""

    def readable() -> frozenset[str]:
        return frozenset(name for name in catalog.entities if may(catalog, actor, name, "read"))

    return actor.once(("entities", id(catalog)), readable)


def may_use(actor: Actor, permission: str, view: str) -> bool:
    """Tell whether the actor has a permission on one of FAB's own screens or menus."""
    return actor.is_unlimited or bool(actor.roles_with(permission.removeprefix(PREFIX), view))


def with_included(catalog: Catalog, roles: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """Return the roles in force, each with the given ones that bring it (itself among them)."""
    brought: dict[str, set[str]] = {}
    for given in roles:
        waiting = [given]
        while waiting:
            name = waiting.pop()
            if given in brought.setdefault(name, set()):
                continue
            brought[name].add(given)
            declared = catalog.roles.get(name)
            waiting += declared.includes if declared is not None else ()
    return {name: frozenset(by) for name, by in brought.items()}
