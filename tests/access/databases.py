"""Databases that several tests share."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, NullPool, create_engine, text

from engine.access import ensure_access, sync_rights
from engine.storage.apply import apply
from engine.storage.database import engine_for
from tests.access.project import company, fill


@contextmanager
def company_database(cluster: URL, template: str) -> Iterator[str]:
    """Give the URL of a new database with the company in it."""
    name = f"{template}_{secrets.token_hex(4)}"
    server = create_engine(cluster, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    url = cluster.set(database=name).render_as_string(hide_password=False)
    engine = engine_for(url)
    with engine.begin() as connection:
        ensure_access(connection)
        apply(connection, company(), author="test")
        sync_rights(connection, company())
        fill(connection)
    engine.dispose()
    yield url
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
