"""The company of models.yaml in a database; each test's changes are rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from engine.access import ensure_access, sync_rights
from engine.storage.apply import apply
from engine.storage.database import engine_for
from engine.storage.server import ensure_server
from tests.plugins.charging.world import World, company


@pytest.fixture(scope="session")
def charging_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = engine_for(ensure_server(tmp_path_factory.mktemp("pg"), fast=True))
    with engine.begin() as opened:
        ensure_access(opened)
        apply(opened, company(), author="test")
        sync_rights(opened, company())
    yield engine
    engine.dispose()


@pytest.fixture
def connection(charging_engine: Engine) -> Iterator[Connection]:
    with charging_engine.connect() as opened, opened.begin() as transaction:
        yield opened
        transaction.rollback()


@pytest.fixture
def world(connection: Connection) -> World:
    return World(connection).settle()
