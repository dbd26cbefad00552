"""The worker inside the app, for installations without a broker: one command runs all.

Each process has one thread. It is woken by NOTIFY and looks by itself now and then; rows are
handed out by the outbox, so any number of processes may do this at once.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import Connection, Engine

from engine.jobs.catalogs import Catalogs, Served
from engine.jobs.runner import Runner
from engine.jobs.schedules import leave_due
from engine.storage.outbox import CHANNEL

log = logging.getLogger(__name__)
LOOK_SECONDS = 15.0  # without being woken: rows whose time has come, silent runners
_LONGEST_PAUSE_SECONDS = 30.0


class WorkerThread:
    """Runs outbox rows in the background of this process, and of each process forked from it."""

    def __init__(
        self, engine: Engine, current: Callable[[Connection], Served] | None = None
    ) -> None:
        self._engine = engine
        self._catalogs = Catalogs()  # asked unless something else says what is in force
        self._current = current or self._catalogs.current
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._pid = 0

    def start(self) -> None:
        """Start in this process, once; a child of a fork starts its own."""
        if self._pid == 0:
            os.register_at_fork(after_in_child=self._start_in_child)
        self._start()

    def _start_in_child(self) -> None:
        # only the thread that forked lives on in the child; a stopped worker stays stopped
        if not self._stop.is_set():
            self._catalogs.forget_lock()
            self._start()

    def _start(self) -> None:
        if self._pid == os.getpid() and self._thread is not None and self._thread.is_alive():
            return
        self._pid = os.getpid()
        self._stop = threading.Event()
        # not in the thread: a fork while it imports would leave the child half a module
        runner = Runner(self._engine, self._current)
        self._thread = threading.Thread(
            target=self._work, args=(runner,), name="wuye jobs", daemon=True
        )
        self._thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Let the row at hand be finished, and end."""
        self._stop.set()
        if self._thread is not None and self._pid == os.getpid():
            self._thread.join(timeout_seconds)

    def _work(self, runner: Runner) -> None:
        pause = 0.5
        while not self._stop.is_set():
            try:
                self._listen(runner)
                pause = 0.5
            except Exception:  # the edge of a thread: whatever breaks, it must go on
                log.warning("the job worker starts again in %.1f s", pause, exc_info=True)
                self._stop.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _listen(self, runner: Runner) -> None:
        url = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True, application_name="wuye jobs") as ear:
            ear.execute(f"listen {CHANNEL}")
            while not self._stop.is_set():
                self._look(runner)
                waited = 0.0
                while waited < LOOK_SECONDS and not self._stop.is_set():
                    if any(True for _ in ear.notifies(timeout=1.0, stop_after=1)):
                        break
                    waited += 1.0

    def _look(self, runner: Runner) -> None:
        with self._engine.begin() as connection:
            zone = ZoneInfo(self._current(connection).catalog.product.time_zone)
            leave_due(connection, datetime.now(UTC), zone)
        while runner.run_due() and not self._stop.is_set():
            pass
