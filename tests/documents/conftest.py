"""The company of models.yaml with something to print; each test is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

import engine.documents  # noqa: F401  -- defines wy_print before a plan is made
import plugins.charging.prints  # noqa: F401  -- registers what the prints need
from engine.access import ensure_access, sync_rights
from engine.storage.apply import apply
from engine.storage.database import engine_for
from tests.documents.paper import write_head
from tests.plugins.charging.world import World, company


@pytest.fixture(scope="session")
def company_engine(new_database) -> Iterator[Engine]:
    found = engine_for(new_database())
    with found.begin() as opened:
        ensure_access(opened)
        apply(opened, company(), author="test")
        sync_rights(opened, company())
    yield found
    found.dispose()


@pytest.fixture
def connection(company_engine: Engine) -> Iterator[Connection]:
    with company_engine.connect() as opened, opened.begin() as transaction:
        yield opened
        transaction.rollback()


@pytest.fixture
def world(connection: Connection) -> World:
    found = World(connection).settle()
    write_head(found)
    return found
