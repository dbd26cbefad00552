"""The company in a database of its own; each test's changes are rolled back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, Engine

from engine.records import Workspace
from engine.storage import FileStore
from engine.storage.database import engine_for
from tests.conftest import _drop, _on_server
from tests.exchange.world import build, work_as

WorkAs = Callable[..., Workspace]


@pytest.fixture(scope="session")
def company_engine(cluster_url: URL, template_database: str) -> Iterator[Engine]:
    name = f"{template_database}_{secrets.token_hex(4)}"
    with _on_server(cluster_url).connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template_database}"')
    found = engine_for(cluster_url.set(database=name).render_as_string(hide_password=False))
    build(found)
    yield found
    found.dispose()
    _drop(cluster_url, name)


@pytest.fixture
def connection(company_engine: Engine) -> Iterator[Connection]:
    with company_engine.connect() as opened, opened.begin() as transaction:
        yield opened
        transaction.rollback()


@pytest.fixture
def work(connection: Connection) -> WorkAs:
    """Return a function from a login to that person's workspace in the test's transaction."""
    return lambda login="ann", language="zh_Hant": work_as(connection, login, language)


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(str(tmp_path / "files"))
