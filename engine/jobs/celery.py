"""The Celery app: `celery -A engine.jobs.celery worker --beat`.

A message carries an outbox id and nothing else. Which rows are run is decided by the outbox,
so a message that is lost, late or delivered twice changes nothing; the sweep sends those
again that nobody came for.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from celery import Celery
from celery.signals import worker_process_init
from sqlalchemy import Engine

from engine.jobs.catalogs import Catalogs
from engine.jobs.runner import Runner
from engine.jobs.schedules import leave_due
from engine.storage.database import database_url, engine_for
from engine.storage.outbox import due, sweep

SWEEP_SECONDS = float(os.environ.get("JOB_SWEEP_SECONDS") or 10)
_MOST_AT_ONCE = 500

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
        # a message that no worker took before the next sweep is worthless: another follows
        run.apply_async((outbox_id,), expires=max(30.0, SWEEP_SECONDS * 3))
    return len(waiting)


def send(outbox_id: int) -> None:
    """Tell the workers of a row that was just committed; the sweep finds it otherwise."""
    run.apply_async((outbox_id,), retry=False, ignore_result=True)
