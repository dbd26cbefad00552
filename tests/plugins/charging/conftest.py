"""The company of models.yaml in a database; each test's changes are rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, Engine

from engine.storage.database import engine_for
from tests.databases import rolled_back
from tests.plugins.charging.world import World


@pytest.fixture(scope="session")
def charging_engine(product_database: Callable[[], str]) -> Iterator[Engine]:
    engine = engine_for(product_database())
    yield engine
    engine.dispose()


@pytest.fixture
def connection(charging_engine: Engine) -> Iterator[Connection]:
    with rolled_back(charging_engine) as opened:
        yield opened


@pytest.fixture
def world(connection: Connection) -> World:
    return World(connection).settle()
