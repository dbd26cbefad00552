from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from tests.storage.schema_texts import CatalogOf, Database


@pytest.fixture(scope="module")
def shared_connection(shared_engine: Engine) -> Iterator[Connection]:
    """One transaction for all tests of a module: for those that only ask, and for Hypothesis."""
    with shared_engine.connect() as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def database(connection: Connection, catalog_of: CatalogOf) -> Database:
    """Plan and apply within one transaction; see schema_texts.Database."""
    return Database(connection, catalog_of)
