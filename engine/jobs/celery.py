"""The Celery app: `celery -A engine.jobs.celery worker --beat`.

A message carries an outbox id and nothing else. Which rows are run is decided by the outbox,
so a message that is lost, late or delivered twice changes nothing; the sweep sends those
again that nobody came for.
"""

from __future__ import annotations

import logging
import os
import threading
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from celery import Celery
from celery.signals import worker_process_init, worker_ready, worker_shutdown
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from engine.jobs.catalogs import Catalogs
from engine.jobs.runner import Runner
from engine.jobs.schedules import leave_due
from engine.storage.database import database_url, engine_for
from engine.storage.outbox import CHANNEL, due, sweep

log = logging.getLogger(__name__)

SWEEP_SECONDS = float(os.environ.get("JOB_SWEEP_SECONDS") or 10)
_MOST_AT_ONCE = 500
_DUE = (
    "select id from wy_outbox where state = 'waiting' and run_after <= now()"
    " order by priority desc, run_after, id limit 100"
)

app = Celery("wuye", broker=os.environ.get("CELERY_BROKER_URL") or "memory://")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a broker that is away comes back
    task_default_queue="wuye",
    timezone="UTC",
    beat_schedule={"sweep": {"task": "wuye.sweep", "schedule": SWEEP_SECONDS}},
)
_parts: dict[str, Any] = {}


def _engine() -> Engine:
    if "engine" not in _parts:
        _parts["engine"] = engine_for(database_url(), application_name="wuye worker")
    found: Engine = _parts["engine"]
    return found


def _catalogs() -> Catalogs:
    found: Catalogs = _parts.setdefault("catalogs", Catalogs())
    return found


def _runner() -> Runner:
    if "runner" not in _parts:
        _parts["runner"] = Runner(_engine(), _catalogs().current)
    found: Runner = _parts["runner"]
    return found


@worker_process_init.connect
def _start_afresh(**_: Any) -> None:
    # names and connections of the parent are not the child's
    _parts.clear()


@app.task(name="wuye.run")
def run(outbox_id: int) -> bool:
    """Run a row if it is due and nobody has it."""
    return _runner().run_one(outbox_id)


@app.task(name="wuye.sweep", expires=SWEEP_SECONDS * 3)
def sweep_outbox() -> int:
    """Leave what is scheduled, take back what silent runners hold, send what is due."""
    with _engine().begin() as connection:
        zone = ZoneInfo(_catalogs().current(connection).catalog.product.time_zone)
        leave_due(connection, datetime.now(UTC), zone)
        sweep(connection)
    with _engine().begin() as connection:
        waiting = due(connection, _MOST_AT_ONCE)
    for outbox_id in waiting:
        send(outbox_id)
    return len(waiting)


class _Ear:
    """Sends rows the moment they are committed; without it the sweep finds them a little later."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="wuye ear", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                self._hear()
            except Exception:  # the edge of a thread: database or broker may be away for a while
                log.warning("the ear for new jobs listens again in 5 s", exc_info=True)
                self._stop.wait(5)

    def _hear(self) -> None:
        # a connection of its own: the parent's pool is not to be shared with its children
        url = make_url(database_url().replace("postgres://", "postgresql://", 1))
        text = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(text, autocommit=True, application_name="wuye ear") as ear:
            ear.execute(f"listen {CHANNEL}")
            while not self._stop.is_set():
                if any(True for _ in ear.notifies(timeout=1.0, stop_after=1)):
                    for (outbox_id,) in ear.execute(_DUE).fetchall():
                        send(outbox_id)


def send(outbox_id: int) -> None:
    """Tell the workers of a row; a message that no worker takes soon is worthless."""
    run.apply_async((outbox_id,), expires=max(30.0, SWEEP_SECONDS * 3), retry=False)


_ear = _Ear()


@worker_ready.connect
def _start_ear(**_: Any) -> None:
    _ear.start()


@worker_shutdown.connect
def _stop_ear(**_: Any) -> None:
    _ear.stop()
