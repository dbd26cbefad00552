"""Make what access stands on: Flask-AppBuilder's tables, ours, and the first roles."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from engine.access.rights import ADMIN, PUBLIC
from engine.access.tables import ACCESS, ORG, PEOPLE, RIGHTS, wy_version
from engine.access.triggers import ensure_triggers

_EDITION = 3  # raise it when what is made here changes
_LOCK = "select pg_advisory_xact_lock(hashtext('wuye access'))"


def ensure_access(connection: Connection) -> None:
    """Create what is missing; one statement when nothing is.

    Stands being called at every start by any number of processes. Uses the caller's
    transaction.
    """
    if _is_complete(connection):
        return
    connection.execute(text(_LOCK))
    Model.metadata.create_all(connection)
    ACCESS.create_all(connection)
    rows = [{"name": name, "value": 0} for name in (RIGHTS, ORG, PEOPLE)]
    connection.execute(insert(wy_version).on_conflict_do_nothing(), rows)
    ensure_triggers(connection)
    ensure_roles(connection, [ADMIN, PUBLIC])
    connection.exec_driver_sql(f"comment on table wy_version is 'edition {_EDITION}'")


def ensure_roles(connection: Connection, names: list[str]) -> None:
    """Create the roles that do not exist."""
    connection.execute(
        text(
            "insert into ab_role (id, name) select nextval('ab_role_id_seq'), name"
            " from unnest(cast(:names as text[])) name"
            " where name not in (select name from ab_role) on conflict do nothing"
        ),
        {"names": names},
    )


def _is_complete(connection: Connection) -> bool:
    found = connection.scalar(text("select obj_description(to_regclass('wy_version'), 'pg_class')"))
    return found == f"edition {_EDITION}"
