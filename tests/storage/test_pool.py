"""Connections that rest in the pool, and the server that goes away meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from engine.storage import engine_for

_PID = text("select pg_backend_pid()")


@pytest.fixture
def pooled(shared_engine: Engine) -> Iterator[Engine]:
    """An engine of one's own: the shared one keeps no pool."""
    engine = engine_for(shared_engine.url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()


def test_a_rested_connection_is_taken_again(pooled: Engine) -> None:
    pids = []
    for _ in range(2):
        with pooled.connect() as connection:
            pids.append(connection.scalar(_PID))

    assert pids[0] == pids[1]


def test_connections_that_died_in_the_pool_are_replaced(
    pooled: Engine, shared_engine: Engine
) -> None:
    with pooled.connect() as one, pooled.connect() as two:
        dead = {one.scalar(_PID), two.scalar(_PID)}
    with shared_engine.connect() as other:
        for pid in dead:
            assert other.scalar(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    with pooled.connect() as one, pooled.connect() as two:
        assert not dead & {one.scalar(_PID), two.scalar(_PID)}
