"""The company of models.yaml with something to print; each test is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

import plugins.charging.prints  # noqa: F401  -- registers what the prints need
from engine.storage.database import engine_for
from tests.databases import rolled_back
from tests.documents.paper import write_head
from tests.plugins.charging.world import World


@pytest.fixture(scope="session")
def company_engine(product_database) -> Iterator[Engine]:
    found = engine_for(product_database())
    yield found
    found.dispose()


@pytest.fixture
def connection(company_engine: Engine) -> Iterator[Connection]:
    with rolled_back(company_engine) as opened:
        yield opened


@pytest.fixture
def world(connection: Connection) -> World:
    found = World(connection).settle()
    write_head(found)
    return found
