"""The rights the metadata ships, merged into Flask-AppBuilder's tables.

Per role and right, three sides: what was shipped before, what is shipped now, what the
database says. Only the difference of the first two is applied to the third, so what an
administrator granted or took away stays as he left it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

from engine.access.installing import ensure_access, ensure_roles
from engine.access.rights import PREFIX
from engine.access.triggers import ensure_org_trigger
from engine.metadata import Catalog, Entity
from engine.metadata.rights import ACTIONS

_LOCK = text("select pg_advisory_xact_lock(hashtext('wuye rights'))")
_PERMISSIONS = text("""
insert into ab_permission (id, name) select nextval('ab_permission_id_seq'), name
from (select distinct unnest(cast(:permissions as text[])) as name) given
where name not in (select name from ab_permission) on conflict do nothing
""")
_VIEWS = text("""
insert into ab_view_menu (id, name) select nextval('ab_view_menu_id_seq'), name
from (select distinct unnest(cast(:entities as text[])) as name) given
where name not in (select name from ab_view_menu) on conflict do nothing
""")
_PAIRS = text("""
insert into ab_permission_view (id, permission_id, view_menu_id)
select nextval('ab_permission_view_id_seq'), p.id, v.id
from unnest(cast(:permissions as text[]), cast(:entities as text[])) as given (permission, entity)
join ab_permission p on p.name = given.permission join ab_view_menu v on v.name = given.entity
where not exists (select from ab_permission_view pv
  where pv.permission_id = p.id and pv.view_menu_id = v.id)
on conflict do nothing
""")
_SHIPPED = """
with shipped as (
  select * from unnest(
    cast(:roles as text[]), cast(:permissions as text[]), cast(:entities as text[])
  ) as given (role, permission, view)
)"""
_GRANT_NEW = text(f"""{_SHIPPED}
insert into ab_permission_view_role (id, permission_view_id, role_id)
select nextval('ab_permission_view_role_id_seq'), pv.id, r.id
from (table shipped except select role, permission, view from wy_right_default) fresh
join ab_role r on r.name = fresh.role
join ab_permission p on p.name = fresh.permission join ab_view_menu v on v.name = fresh.view
join ab_permission_view pv on pv.permission_id = p.id and pv.view_menu_id = v.id
where not exists (select from ab_permission_view_role has
  where has.permission_view_id = pv.id and has.role_id = r.id)
on conflict do nothing
""")
_TAKE_OLD = text(f"""{_SHIPPED}
delete from ab_permission_view_role has
using (select role, permission, view from wy_right_default except table shipped) gone,
  ab_role r, ab_permission p, ab_view_menu v, ab_permission_view pv
where r.name = gone.role and p.name = gone.permission and v.name = gone.view
  and pv.permission_id = p.id and pv.view_menu_id = v.id
  and has.permission_view_id = pv.id and has.role_id = r.id
""")
_FORGET = text(f"""{_SHIPPED}
delete from wy_right_default d
where (role, permission, view) not in (table shipped)
""")
_REMEMBER = text(f"""{_SHIPPED}
insert into wy_right_default (role, permission, view)
table shipped on conflict do nothing
""")


def sync_rights(connection: Connection, catalog: Catalog) -> None:
    """Bring the database's rights up to what the metadata ships, in the caller's transaction.

    A handful of set-based statements under a lock; a second run changes nothing. Rights of
    an entity that is gone stay in FAB's tables, so that a rollback of the metadata finds an
    administrator's own changes again.
    """
    ensure_access(connection)
    connection.execute(_LOCK)
    if catalog.organization is not None:
        ensure_org_trigger(connection, catalog.organization.entity)
    ensure_roles(connection, list(catalog.roles))
    _sync_names(connection, catalog)
    shipped = _columns(shipped_rights(catalog), ("roles", "permissions", "entities"))
    for statement in (_GRANT_NEW, _TAKE_OLD, _FORGET, _REMEMBER):
        connection.execute(statement, shipped)


def shipped_rights(catalog: Catalog) -> set[tuple[str, str, str]]:
    """Return every (role, permission, entity) the metadata grants."""
    return {
        (role, PREFIX + action, entity.name)
        for entity in catalog.entities.values()
        for role, rights in entity.rights.by_role.items()
        for action in rights.can
    }


def actions_of(entity: Entity) -> tuple[str, ...]:
    """Return what rights there are for an entity; none for lines, whose record has them."""
    return (*ACTIONS, *entity.buttons) if not entity.part_of else tuple(entity.buttons)


def _sync_names(connection: Connection, catalog: Catalog) -> None:
    pairs = {
        (PREFIX + action, entity.name)
        for entity in catalog.entities.values()
        for action in actions_of(entity)
    }
    names = _columns(pairs, ("permissions", "entities"))
    for statement in (_PERMISSIONS, _VIEWS, _PAIRS):
        connection.execute(statement, names)


def _columns(rows: Iterable[tuple[str, ...]], names: tuple[str, ...]) -> dict[str, list[str]]:
    ordered = sorted(rows)
    return {name: [row[i] for row in ordered] for i, name in enumerate(names)}
