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


def runners(engine: Engine) -> set[str]:
    """The processes that have done something; a runner is named host-process-claim."""
    with engine.connect() as connection:
        query = text("select runner from wy_outbox where job = 'test.note' and state = 'done'")
        return {str(name).rsplit("-", 1)[0] for name in connection.scalars(query)}


def test_two_processes_share_the_work_and_a_forked_child_works_too(company, worker) -> None:
    worker.start()
    end_of, ending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ending)
        os.read(end_of, 1)  # until the parent is through, or gone
        worker.stop(120)  # ends what it has in hand: a killed one's is taken back much later
        os._exit(0)
    os.close(end_of)
    count = 0
    end = time.monotonic() + 120
    while len(runners(company)) < 2 and time.monotonic() < end:
        for _ in range(10):
            left(company, f"N{count}")
            count += 1
        time.sleep(0.2)
    all_done = until(lambda: set(states(company)) == {"done"}, 120)
    both = len(runners(company))
    os.close(ending)
    os.waitpid(child, 0)

    assert both == 2
    assert all_done
    with company.connect() as connection:
        names = connection.scalars(text("select name from owner where name ~ '^N[0-9]+$'")).all()
    assert sorted(names) == sorted(f"N{number}" for number in range(count))


def test_a_stopped_thread_ends(company, worker) -> None:
    worker.start()
    worker.stop()

    left(company)
    time.sleep(0.3)
    assert states(company)[-1] == "waiting"
