"""Which database, and the pool of connections to it."""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.engine import make_url

from engine.storage.snapshot import to_json


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
        pool_pre_ping=True,
        pool_recycle=1800,
        json_serializer=to_json,
        json_deserializer=json.loads,
        connect_args={
            "application_name": application_name,
            "options": options,
            "prepare_threshold": 3,  # the generic screens send the same few statements again
        },
    )
    _forget_in_children(engine)
    return engine


def psycopg_url(url: str) -> URL:
    """Return any spelling of a PostgreSQL URL as SQLAlchemy's for psycopg 3."""
    known = make_url(url.replace("postgres://", "postgresql://", 1))
    return known.set(drivername="postgresql+psycopg")


def _forget_in_children(engine: Engine) -> None:
    # A connection shared by parent and child mixes up their answers.
    known = weakref.ref(engine)

    def forget() -> None:
        found = known()
        if found is not None:
            found.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
