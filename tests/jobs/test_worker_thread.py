from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from engine.jobs import Served
from engine.jobs.worker_thread import WorkerThread
from engine.storage.outbox import enqueue
from tests.exchange.world import catalog, tables


def until(true: Callable[[], Any], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def states(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        # less what the worker leaves by itself every night
        query = text("select state from wy_outbox where job = 'test.note' order by id")
        return list(connection.scalars(query))


def left(engine: Engine, name: str = "New") -> None:
    with engine.begin() as connection:
        enqueue(connection, "test.note", {"name": name})


@pytest.fixture
def worker(company: Engine):
    found = WorkerThread(company, lambda _: Served(catalog(), tables()))
    yield found
    found.stop()


def test_the_thread_is_woken_by_a_commit(company, worker) -> None:
    worker.start()
    time.sleep(0.5)
    left(company)

    assert until(lambda: states(company)[:1] == ["done"])


def test_two_processes_share_the_work_and_a_forked_child_works_too(company, worker) -> None:
    worker.start()
    child = os.fork()
    if child == 0:
        time.sleep(4)
        os._exit(0)
    for number in range(10):
        left(company, f"N{number}")

    assert until(lambda: set(states(company)) == {"done"})
    with company.connect() as connection:
        made = connection.scalar(text("select count(*) from owner where name ~ '^N[0-9]$'"))
    os.waitpid(child, 0)
    assert made == 10


def test_a_stopped_thread_ends(company, worker) -> None:
    worker.start()
    worker.stop()

    left(company)
    time.sleep(0.3)
    assert states(company)[-1] == "waiting"
