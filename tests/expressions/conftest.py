"""A real PostgreSQL for the differential tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url

from tests.expressions.world import METADATA


@pytest.fixture(scope="session")
def connection(new_database: Callable[[], str]) -> Iterator[Connection]:
    """One connection, rolled back at the end; its time zone is not the company's."""
    engine = create_engine(make_url(new_database()))
    with engine.connect() as opened:
        opened.exec_driver_sql("SET TIME ZONE 'America/New_York'")
        METADATA.create_all(opened)
        yield opened
        opened.rollback()
    engine.dispose()
