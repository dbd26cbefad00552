"""The company of the scenarios in a database of its own; each test's changes are rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from engine.access import load_actor
from engine.metadata import Catalog
from engine.records import RecordService, Workspace
from engine.storage.database import engine_for
from tests.flows.company import UNITS, catalog, install, tables

NOW = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
Work = Callable[..., Workspace]
NewRequest = Callable[..., int]


@pytest.fixture(scope="session")
def flow_engine(new_database: Callable[[], str]) -> Iterator[Engine]:
    """The company, shared by this worker's tests: what is committed in it stays."""
    engine = engine_for(new_database())
    with engine.begin() as connection:
        install(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def own_engine(engine: Engine) -> Engine:
    """The company in a database of this test's own, for several connections at once."""
    with engine.begin() as connection:
        install(connection)
    return engine


@pytest.fixture
def connection(flow_engine: Engine) -> Iterator[Connection]:
    with flow_engine.connect() as opened, opened.begin() as transaction:
        yield opened
        transaction.rollback()


@pytest.fixture
def people(connection: Connection) -> Mapping[str, int]:
    """Login -> id of everybody in PEOPLE."""
    return people_now(connection)


@pytest.fixture
def work(connection: Connection) -> Work:
    """A function: work("bob", of=catalog, now=…) is bob's piece of work in this transaction."""

    def make(login: str = "ann", of: Catalog | None = None, now: datetime = NOW) -> Workspace:
        return workspace(connection, login, of, now)

    return make


@pytest.fixture
def new_request(work: Work) -> NewRequest:
    """A function that creates a request as somebody; returns its id.

    `new_request("ann", amount=500, lines=["paper", "ink"])`. `lines` are items' names or maps
    of values; the unit is Sales.
    """

    def make(by: str = "ann", lines: list[Any] | None = None, **values: Any) -> int:
        rows = [one if isinstance(one, dict) else {"item": one} for one in lines or ()]
        given = {"title": "A request", "unit": UNITS["sales"][0], "lines": rows, **values}
        return int(RecordService(work(by)).create("request", given)["id"])

    return make


def people_now(connection: Connection) -> dict[str, int]:
    """Return login -> id of all accounts."""
    rows = connection.execute(text("select username, id from ab_user"))
    return {row.username: row.id for row in rows}


def workspace(
    connection: Connection, login: str, of: Catalog | None = None, now: datetime = NOW
) -> Workspace:
    """Return somebody's piece of work in a transaction."""
    query = text("select id from ab_user where username = :login")
    user_id = connection.execute(query, {"login": login}).scalar_one()
    found = of or catalog()
    actor = load_actor(connection, user_id, found)
    assert actor is not None, f"{login} is switched off"
    return Workspace(catalog=found, tables=tables(), connection=connection, actor=actor, now=now)
