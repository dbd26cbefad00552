"""The company in a database of its own; each test's changes are rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from engine.records import Workspace
from engine.storage import FileStore
from engine.storage.database import engine_for
from tests.databases import rolled_back
from tests.exchange.world import build, work_as

WorkAs = Callable[..., Workspace]


@pytest.fixture(scope="session")
def company_engine(filled_database: Callable[..., str]) -> Iterator[Engine]:
    found = engine_for(filled_database("exchange", build))
    yield found
    found.dispose()


@pytest.fixture
def connection(company_engine: Engine) -> Iterator[Connection]:
    with rolled_back(company_engine) as opened:
        yield opened


@pytest.fixture
def work(connection: Connection) -> WorkAs:
    """Return a function from a login to that person's workspace in the test's transaction."""
    return lambda login="ann", language="zh_Hant": work_as(connection, login, language)


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(str(tmp_path / "files"))
