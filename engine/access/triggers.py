"""Triggers that keep what processes remember true, and somebody an administrator.

Triggers, because rights are also changed where we do not look: on FAB's own screens, by an
LDAP login, by hand. Whatever writes, the version moves in the same transaction.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from engine.access.rights import ADMIN
from engine.access.tables import ORG, PEOPLE, RIGHTS

_FUNCTIONS = f"""
create or replace function wy_new_version() returns trigger language plpgsql as $$
begin
  update wy_version set value = nextval('wy_version_value') where name = tg_argv[0];
  return null;
end $$;

create or replace function wy_keep_an_admin() returns trigger language plpgsql as $$
declare was boolean;
begin
  if tg_table_name = 'ab_user_role' then
    select true into was from gone join ab_role r on r.id = gone.role_id
      where r.name = '{ADMIN}' limit 1;
  else
    select true into was from gone join came on came.id = gone.id
      join ab_user_role ur on ur.user_id = gone.id
      join ab_role r on r.id = ur.role_id and r.name = '{ADMIN}'
      where gone.active and came.active is not true limit 1;
  end if;
  if was and not exists (
    select from ab_user u join ab_user_role ur on ur.user_id = u.id
      join ab_role r on r.id = ur.role_id where r.name = '{ADMIN}' and u.active
  ) then
    raise exception 'nobody would be left with the role {ADMIN}'
      using errcode = 'restrict_violation', constraint = 'wy_keep_an_admin';
  end if;
  return null;
end $$;

create or replace function wy_keep_admin_role() returns trigger language plpgsql as $$
begin
  raise exception 'the role {ADMIN} keeps its name and place'
    using errcode = 'restrict_violation', constraint = 'wy_keep_an_admin';
end $$
"""
_WRITES = "after insert or update or delete or truncate"
_ADMIN_TRIGGERS = {
    "ab_user_role": "after delete on ab_user_role referencing old table as gone"
    " for each statement execute function wy_keep_an_admin()",
    "ab_user": "after update on ab_user referencing old table as gone new table as came"
    " for each statement execute function wy_keep_an_admin()",
    "ab_role": "before update of name or delete on ab_role for each row"
    f" when (old.name = '{ADMIN}') execute function wy_keep_admin_role()",
}
# Signing in writes the account too, but nothing that is remembered.
_WRITES_OF_PEOPLE = (
    "after update of first_name, last_name, username, password, active or delete or truncate"
)
_PEOPLE_TABLES = {
    "ab_user": _WRITES_OF_PEOPLE,
    "ab_user_role": _WRITES,
    "ab_user_group": _WRITES,
    "ab_group_role": _WRITES,
    "wy_grant": _WRITES,
}
_RIGHTS_TABLES = ("ab_permission_view_role", "ab_role", "ab_permission", "ab_view_menu")


def ensure_triggers(connection: Connection) -> None:
    """Create the functions and the triggers on FAB's tables."""
    connection.exec_driver_sql("create sequence if not exists wy_version_value")
    connection.exec_driver_sql(_FUNCTIONS)
    for table in _RIGHTS_TABLES:
        _version_trigger(connection, table, RIGHTS)
    for table, writes in _PEOPLE_TABLES.items():
        _version_trigger(connection, table, PEOPLE, writes)
    for table, body in _ADMIN_TRIGGERS.items():
        _ensure(connection, table, "wy_keep_an_admin", body)


def ensure_org_trigger(connection: Connection, entity: str) -> None:
    """Have every change of the org tree make processes read it again; its table must exist."""
    _version_trigger(connection, entity, ORG)


def _version_trigger(
    connection: Connection, table: str, version: str, writes: str = _WRITES
) -> None:
    body = f'{writes} on "{table}" for each statement execute function wy_new_version({version!r})'
    _ensure(connection, table, "wy_version", body)


def _ensure(connection: Connection, table: str, name: str, body: str) -> None:
    # Making a trigger locks its table, so it is not made again at each start.
    known = text("select 1 from pg_trigger where tgname = :name and tgrelid = to_regclass(:table)")
    if connection.scalar(known, {"name": name, "table": f'"{table}"'}) is None:
        connection.exec_driver_sql(f"create trigger {name} {body}")
