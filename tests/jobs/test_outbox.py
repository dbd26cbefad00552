from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from engine.storage import outbox
from engine.storage.outbox import Claimed, LostLease, claim, enqueue, fail, finish


def rows(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text("select * from wy_outbox order by id")))


def left(engine: Engine, **more: Any) -> int:
    with engine.begin() as connection:
        return enqueue(connection, "test.job", {"a": 1}, **more)


def claimed(engine: Engine, runner: str = "one", limit: int = 1) -> list[Claimed]:
    with engine.begin() as connection:
        return claim(connection, runner, limit)


def expire(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("update wy_outbox set lease_until = now() - interval '1 s'"))


def test_a_key_keeps_one_row_while_it_is_open(engine) -> None:
    first = left(engine, key="k")

    assert left(engine, key="k") == first
    [mine] = claimed(engine)
    assert left(engine, key="k") == first
    with engine.begin() as connection:
        finish(connection, mine, {"ok": True})
    assert left(engine, key="k") != first


def test_a_row_is_there_only_when_its_transaction_is_committed(engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        enqueue(connection, "test.job", {})
        transaction.rollback()

    assert claimed(engine) == []


def test_notify_comes_at_commit_not_before(engine) -> None:
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as ear:
        ear.execute(f"listen {outbox.CHANNEL}")
        with engine.begin() as connection:
            enqueue(connection, "test.job", {})
            assert list(ear.notifies(timeout=0.2, stop_after=1)) == []

        assert [n.payload for n in ear.notifies(timeout=5, stop_after=1)] == ["test.job"]


def test_the_most_urgent_row_is_first_and_a_later_one_waits(engine) -> None:
    low = left(engine)
    high = left(engine, priority=5)
    left(engine, run_after=datetime.now(UTC) + timedelta(hours=1))

    assert [c.id for c in claimed(engine, limit=5)] == [high, low]


def test_two_runners_never_get_the_same_row(engine) -> None:
    for _ in range(40):
        left(engine)
    got: dict[str, list[int]] = {"a": [], "b": [], "c": []}

    def take(name: str) -> None:
        while found := claimed(engine, name, 3):
            got[name] += [c.id for c in found]

    threads = [threading.Thread(target=take, args=(n,)) for n in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    taken = [i for ids in got.values() for i in ids]
    assert sorted(taken) == sorted({r.id for r in rows(engine)})


def test_a_failure_waits_longer_each_time_and_then_is_a_dead_letter(engine) -> None:
    left(engine)
    with engine.begin() as connection:
        connection.execute(text("update wy_outbox set max_attempts = 2"))
    [first] = claimed(engine)
    with engine.begin() as connection:
        assert fail(connection, first, "no luck") == "waiting"

    [row] = rows(engine)
    assert timedelta(seconds=4) < row.run_after - datetime.now(UTC) < timedelta(seconds=7)
    assert (row.last_error, row.attempts) == ("no luck", 1)
    assert claimed(engine) == []
    with engine.begin() as connection:
        connection.execute(text("update wy_outbox set run_after = now()"))
    [second] = claimed(engine)
    with engine.begin() as connection:
        assert fail(connection, second, "again") == "failed"
    assert rows(engine)[0].finished_at is not None


def test_a_dead_letter_can_be_retried_and_a_waiting_row_cancelled(engine) -> None:
    number = left(engine)
    with engine.begin() as connection:
        assert not outbox.retry(connection, number)
        assert outbox.cancel(connection, number)
        assert not outbox.cancel(connection, number)
    assert claimed(engine) == []
    with engine.begin() as connection:
        assert outbox.retry(connection, number)

    assert [c.id for c in claimed(engine)] == [number]


def test_a_retry_does_not_double_a_newer_open_row_of_the_same_key(engine) -> None:
    old = left(engine, key="k")
    with engine.begin() as connection:
        outbox.cancel(connection, old)
    left(engine, key="k")

    with engine.begin() as connection:
        assert not outbox.retry(connection, old)


def test_whoever_lost_the_lease_cannot_finish(engine) -> None:
    left(engine)
    [dead] = claimed(engine, "dead")
    expire(engine)
    with engine.begin() as connection:
        assert outbox.sweep(connection) == 1
    [alive] = claimed(engine, "alive")

    for late in (lambda c: finish(c, dead, None), lambda c: outbox.progress(c, dead, 1, 2)):
        with pytest.raises(LostLease), engine.begin() as connection:
            late(connection)
    with engine.begin() as connection:
        finish(connection, alive, None)
    assert rows(engine)[0].state == "done"


def test_holding_the_lease_keeps_the_sweep_away(engine) -> None:
    left(engine)
    [mine] = claimed(engine)
    expire(engine)
    with engine.begin() as connection:
        outbox.hold(connection, mine)
        assert outbox.sweep(connection) == 0


def test_a_row_whose_runner_dies_every_time_ends_as_a_dead_letter(engine) -> None:
    left(engine)
    with engine.begin() as connection:
        connection.execute(text("update wy_outbox set max_attempts = 1"))
    claimed(engine)
    expire(engine)
    with engine.begin() as connection:
        outbox.sweep(connection)

    assert rows(engine)[0].state == "failed"
