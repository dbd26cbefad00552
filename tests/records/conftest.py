"""The shop in a database of its own; each test's changes are rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, text

from engine.access import NewUser, create_user, load_actor
from engine.records import RecordService, Workspace
from engine.storage.database import engine_for
from tests.databases import rolled_back
from tests.records.shop import build, catalog, tables

NOW = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
As = Callable[..., RecordService]


@pytest.fixture(scope="session")
def shop_engine(filled_database: Callable[..., str]) -> Iterator[Engine]:
    engine = engine_for(filled_database("shop", build))
    yield engine
    engine.dispose()


@pytest.fixture
def connection(shop_engine: Engine) -> Iterator[Connection]:
    with rolled_back(shop_engine) as opened:
        yield opened


@pytest.fixture
def as_(connection: Connection) -> As:
    """A function that gives the record service of somebody: as_(clerk=[2])."""

    def make(login: str = "", **roles: Sequence[int | None]) -> RecordService:
        name = login or "-".join(f"{r}{u}" for r, u in roles.items()).replace(" ", "")
        known = connection.execute(
            text("select id from ab_user where username = :n"), {"n": name}
        ).scalar()
        if known is None:
            user = NewUser(login=name, name=name, password="long enough", roles=roles)
            create_user(connection, user, method="pbkdf2:sha256:1")
            known = connection.execute(
                text("select id from ab_user where username = :n"), {"n": name}
            ).scalar_one()
        actor = load_actor(connection, known, catalog())
        assert actor is not None
        return RecordService(
            Workspace(
                catalog=catalog(), tables=tables(), connection=connection, actor=actor, now=NOW
            )
        )

    return make
