"""The company in a database of its own; each test's changes are rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from sqlalchemy import Connection, Engine

from engine.access import Actor, NewUser, create_user, ensure_access, load_actor, sync_rights
from engine.storage.apply import apply
from engine.storage.database import engine_for
from engine.storage.server import ensure_server
from tests.access.project import company, fill

Hire = Callable[..., Actor]


@pytest.fixture(scope="session")
def company_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = engine_for(ensure_server(tmp_path_factory.mktemp("pg"), fast=True))
    with engine.begin() as opened:
        ensure_access(opened)
        apply(opened, company(), author="test")
        sync_rights(opened, company())
        fill(opened)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(company_engine: Engine) -> Iterator[Connection]:
    with company_engine.connect() as opened, opened.begin() as transaction:
        yield opened
        transaction.rollback()


@pytest.fixture
def hire(connection: Connection) -> Hire:
    """Return a function that makes a user with roles (role=[units]) and loads the actor."""

    def make(login: str = "ann", **roles: Sequence[int | None]) -> Actor:
        create_user(connection, user(login, roles), method="pbkdf2:sha256:1")
        return again(login)

    def again(login: str) -> Actor:
        from sqlalchemy import text

        found = connection.execute(
            text("select id from ab_user where username = :login"), {"login": login}
        ).scalar_one()
        actor = load_actor(connection, found, company())
        assert actor is not None
        return actor

    return make


def user(login: str, roles: Mapping[str, Sequence[int | None]]) -> NewUser:
    return NewUser(login=login, name=login, password="long enough", roles=roles)
