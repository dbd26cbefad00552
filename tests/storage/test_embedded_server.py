"""A cluster of its own: these tests start and stop servers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text

from engine.storage import database_url, engine_for
from engine.storage.server import ensure_server, stop_server

_START = """
import sys
from pathlib import Path
from engine.storage.server import ensure_server
print(ensure_server(Path(sys.argv[1]), fast=True))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="wuye-server-") as name:
        Path(name).chmod(0o755)
        yield Path(name)
        stop_server(Path(name))


def test_processes_that_start_at_once_find_one_server(folder: Path) -> None:
    command = [sys.executable, "-c", _START, str(folder)]
    starting = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environ())
        for _ in range(3)
    ]
    urls = {process.communicate(timeout=120)[0].strip() for process in starting}

    assert len(urls) == 1
    with psycopg.connect(urls.pop()) as connection:
        found = connection.execute("SELECT extname FROM pg_extension").fetchall()
        assert {("pg_trgm",), ("btree_gist",)} <= set(found)
        assert connection.execute(
            "SELECT usesuper FROM pg_user WHERE usename = user"
        ).fetchone() == (False,)


def _environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def test_a_stopped_server_comes_back_with_its_data(folder: Path) -> None:
    with psycopg.connect(ensure_server(folder)) as connection:
        connection.execute("CREATE TABLE kept (id int)")

    assert stop_server(folder)
    assert not stop_server(folder)

    with psycopg.connect(ensure_server(folder, fast=True)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        assert connection.execute("SHOW fsync").fetchone() == ("off",)


@pytest.mark.parametrize("left", ["all it left", "a socket without a process"])
def test_a_server_that_was_killed_starts_again_with_its_data(folder: Path, left: str) -> None:
    with psycopg.connect(ensure_server(folder)) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    cluster = folder / "postgres"
    _kill(cluster)
    if left == "a socket without a process":
        (cluster / "postmaster.pid").unlink()
    assert (cluster / ".s.PGSQL.5432").exists()

    with psycopg.connect(ensure_server(folder)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_pid_file_that_names_a_strangers_process_hinders_nothing(folder: Path) -> None:
    ensure_server(folder)
    cluster = folder / "postgres"
    _kill(cluster)
    file = cluster / "postmaster.pid"
    lines = file.read_text().splitlines()
    # After a restart of the machine the number may belong to anybody: here, to this test.
    file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    psycopg.connect(ensure_server(folder)).close()


def _kill(cluster: Path) -> None:
    """End the server as a power cut would, with all its processes."""
    number = int((cluster / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    for one in (number, *map(int, children)):
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while Path(f"/proc/{number}").exists() and time.monotonic() < deadline:
        if Path(f"/proc/{number}/stat").read_text().split()[2] == "Z":
            return
        time.sleep(0.02)


def test_a_long_path_gets_a_socket_elsewhere(folder: Path) -> None:
    deep = folder / ("long" * 20) / ("path" * 10)

    url = ensure_server(deep, fast=True)

    try:
        psycopg.connect(url).close()
    finally:
        stop_server(deep)


def test_a_given_database_is_taken_as_it_is() -> None:
    given = {"DATABASE_URL": "postgresql://me@db.example/wuye", "DATA_DIR": "/nowhere"}

    assert database_url(given) == "postgresql://me@db.example/wuye"


def test_connections_have_zone_name_and_time_limit(database_url: str) -> None:
    engine = engine_for(
        database_url.replace("postgresql+psycopg", "postgres"),
        application_name="test",
        statement_timeout_seconds=1.5,
    )
    with engine.connect() as connection:
        shown = [
            connection.scalar(text(f"SHOW {name}"))
            for name in ("timezone", "application_name", "statement_timeout")
        ]
    engine.dispose()

    assert shown == ["UTC", "test", "1500ms"]


def test_a_forked_child_opens_connections_of_its_own(engine: Engine) -> None:
    with engine.connect() as connection:
        ours = connection.scalar(text("SELECT pg_backend_pid()"))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with engine.connect() as connection:
                theirs = connection.scalar(text("SELECT pg_backend_pid()"))
            os.write(writing, str(theirs).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reading, 20) not in (b"", str(ours).encode())
