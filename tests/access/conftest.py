"""The company in a database of its own; each test's changes are rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from sqlalchemy import Connection, Engine, text

from engine.access import Actor, NewUser, create_user, load_actor
from engine.storage.database import engine_for
from tests.access.project import build, company
from tests.databases import rolled_back

Hire = Callable[..., Actor]


@pytest.fixture(scope="session")
def company_engine(filled_database: Callable[..., str]) -> Iterator[Engine]:
    engine = engine_for(filled_database("company", build))
    yield engine
    engine.dispose()


@pytest.fixture
def connection(company_engine: Engine) -> Iterator[Connection]:
    with rolled_back(company_engine) as opened:
        yield opened


@pytest.fixture
def hire(connection: Connection) -> Hire:
    """Return a function that makes a user with roles (role=[units]) and loads the actor."""

    def make(login: str = "ann", **roles: Sequence[int | None]) -> Actor:
        create_user(connection, user(login, roles), method="pbkdf2:sha256:1")
        return again(login)

    def again(login: str) -> Actor:
        found = connection.execute(
            text("select id from ab_user where username = :login"), {"login": login}
        ).scalar_one()
        actor = load_actor(connection, found, company())
        assert actor is not None
        return actor

    return make


def user(login: str, roles: Mapping[str, Sequence[int | None]]) -> NewUser:
    return NewUser(login=login, name=login, password="long enough", roles=roles)
