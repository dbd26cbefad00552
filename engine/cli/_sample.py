"""The demo company: what `wuye demo` and `wuye serve --demo` write into an empty database."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.metadata import Catalog

DEMO_PASSWORD = "demo2026"
SEED = 2026


def load_demo(
    connection: Connection, catalog: Catalog, password: str, seed: int = SEED
) -> list[str]:
    """Write the sample company and its accounts; return lines that name the logins.

    All in the caller's transaction. A database with records is left as it is.
    """
    from engine.access import NewUser, create_admin, create_users
    from engine.cli._sample_past import relive
    from engine.extension import samples
    from engine.storage import tables_of

    importlib.import_module("plugins.demo")
    tables = tables_of(catalog)
    if _is_filled(connection, catalog, tables):
        return _logins(connection, password)
    company = next(iter(samples().values())).run(connection, tables, seed)
    units = _unit_ids(connection, catalog, tables)
    accounts = [
        NewUser(login=u.login, name=u.name, password=password, roles={u.role: [units[u.unit]]})
        for u in company.users
    ]
    admin = create_admin(connection, "admin", "系統管理員", password)
    user_ids = {**create_users(connection, accounts), "admin": admin}
    company.finish(connection, tables, user_ids)
    relive(connection, catalog, company, user_ids)
    return _logins(connection, password)


def _is_filled(connection: Connection, catalog: Catalog, tables: Any) -> bool:
    from sqlalchemy import select

    if catalog.organization is None:
        return True
    table = tables.table(catalog.organization.entity)
    return connection.execute(select(table.c.id).limit(1)).first() is not None


def _unit_ids(connection: Connection, catalog: Catalog, tables: Any) -> dict[str, int]:
    from sqlalchemy import select

    assert catalog.organization is not None  # a company without a tree has no sample
    table = tables.table(catalog.organization.entity)
    rows = connection.execute(select(table.c.code, table.c.id))
    return {row.code: row.id for row in rows}


def _logins(connection: Connection, password: str) -> list[str]:
    """Return one login of each role, of those who hold one only."""
    from sqlalchemy import func, select

    from engine.storage.system_tables import ab_role, ab_user, ab_user_role

    first = func.min(ab_user.c.username)
    joined = ab_user_role.join(ab_user, ab_user.c.id == ab_user_role.c.user_id).join(
        ab_role, ab_role.c.id == ab_user_role.c.role_id
    )
    query = select(ab_role.c.name, first).select_from(joined).group_by(ab_role.c.name)
    rows = connection.execute(query.order_by(ab_role.c.name)).all()
    return [f"logins (password {password}):", *(f"  {role:<18} {login}" for role, login in rows)]
