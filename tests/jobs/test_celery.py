"""A real Redis and a real Celery worker; the broker is killed while work is waiting."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from engine.storage.outbox import enqueue
from tests.jobs.test_worker_thread import states, until

pytestmark = [pytest.mark.broker, pytest.mark.slow]
GENEROUS = 180  # seconds: a lease that a dying worker holds runs out within them
ROOT = Path(__file__).resolve().parents[2]


class Redis:
    """A Redis server of this test's own, with nothing kept on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no"],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("there is no redis-server here")
    found = Redis(tmp_path)
    yield found
    found.kill()


@pytest.fixture
def worker(company: Engine, redis: Redis, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {
        "DATABASE_URL": company.url.render_as_string(hide_password=False),
        "CELERY_BROKER_URL": redis.url,
        "JOB_SWEEP_SECONDS": "1",
        "DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "celery", "-A", "tests.jobs.celery_app", "worker", "--beat"]
    command += ["--concurrency", "2", "--schedule", str(tmp_path / "beat"), "--loglevel", "WARNING"]
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=log)
        yield process
        process.terminate()
        try:
            process.wait(120)  # what it has in hand is done first
        finally:
            process.kill()


def left(engine: Engine, count: int) -> None:
    with engine.begin() as connection:
        for number in range(count):
            enqueue(connection, "test.note", {"name": f"N{number}"})


def made(engine: Engine) -> int:
    with engine.connect() as connection:
        query = text("select count(*) from owner where name ~ '^N[0-9]+$'")
        return int(connection.scalar(query) or 0)


@pytest.mark.usefixtures("worker")
def test_losing_the_broker_loses_nothing_and_doubles_nothing(company: Engine, redis: Redis) -> None:
    left(company, 20)
    assert until(lambda: states(company).count("done") >= 20, GENEROUS)

    redis.kill()
    left(company, 20)
    assert "waiting" in states(company)
    redis.start()

    assert until(lambda: not set(states(company)) & {"waiting", "running"}, GENEROUS)
    assert set(states(company)) == {"done"}
    assert made(company) == 40
