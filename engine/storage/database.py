"""Which database, and the pool of connections to it."""

from __future__ import annotations

import json
import os
import select
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError

from engine.storage.snapshot import to_json
from engine.storage.writes import count_writes


def database_url(environ: Mapping[str, str] | None = None) -> str:
    """Return `DATABASE_URL`, else the URL of the embedded server, which is started if needed.

    The embedded one keeps its files under `DATA_DIR`, by default `var` in the working folder.
    """
    environ = os.environ if environ is None else environ
    given = environ.get("DATABASE_URL", "").strip()
    if given:
        return given
    from engine.storage.server import ensure_server

    return ensure_server(Path(environ.get("DATA_DIR") or "var"))


def engine_for(
    url: str,
    *,
    application_name: str = "wuye",
    statement_timeout_seconds: float = 0,
    pool_size: int = 5,
    max_overflow: int = 10,
) -> Engine:
    """Return an engine with its own pool, in UTC; 0 seconds means no statement timeout.

    Takes any spelling of a PostgreSQL URL (`postgres://`, `postgresql://`). A forked child
    starts with an empty pool of its own.
    """
    options = f"-c timezone=UTC -c statement_timeout={int(statement_timeout_seconds * 1000)}"
    engine = create_engine(
        psycopg_url(url),
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_recycle=1800,
        json_serializer=to_json,
        json_deserializer=json.loads,
        connect_args={
            "application_name": application_name,
            "options": options,
            "prepare_threshold": 3,  # the generic screens send the same few statements again
        },
    )
    _refuse_the_dead(engine)
    _forget_in_children(engine)
    count_writes(engine)
    return engine


def psycopg_url(url: str) -> URL:
    """Return any spelling of a PostgreSQL URL as SQLAlchemy's for psycopg 3."""
    known = make_url(url.replace("postgres://", "postgresql://", 1))
    return known.set(drivername="postgresql+psycopg")


_SILENT_SECONDS = 10.0  # so long a firewall may be trusted to keep an idle connection


def _refuse_the_dead(engine: Engine) -> None:
    """Have connections that died in the pool replaced, and ask only those that may have.

    Asking each one, as SQLAlchemy's own ping does, costs every request two round trips. A
    server that goes away closes the socket, and that is seen without asking.
    """

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["wuye rested"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def look(connection: Any, record: Any, _fairy: Any) -> None:
        rested = record.info.pop("wuye rested", None)
        if rested is None or not (_has_word(connection) or _is_long_ago(rested)):
            return
        try:
            engine.dialect.do_ping(connection)
        except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
            raise InvalidatePoolError from error


def _is_long_ago(moment: float) -> bool:
    return time.monotonic() - moment > _SILENT_SECONDS


def _has_word(connection: Any) -> bool:
    """Tell whether something waits to be read on an idle connection: most often its end."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _forget_in_children(engine: Engine) -> None:
    # A connection shared by parent and child mixes up their answers.
    known = weakref.ref(engine)

    def forget() -> None:
        found = known()
        if found is not None:
            found.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
