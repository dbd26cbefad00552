"""Run one row of the outbox: the work and the note that it is done are one transaction.

At least once: a machine may die after the work and before the commit, then all of it is
undone and done again. Twice cannot happen within the database, since only the holder of the
lease may finish; what a job does outside of it must stand being done twice. Nor can it be noted
as done when what it wrote is gone: both are in the transaction that was begun for it, or neither.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import secrets
import socket
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from engine.access import SYSTEM, Actor, load_actor
from engine.extension import Invalid, Job, More, NotFound, Refused, jobs
from engine.jobs.catalogs import Catalogs, Served
from engine.jobs.context import JobWork
from engine.jobs.housekeeping import install
from engine.records import Workspace
from engine.storage.outbox import (
    LEASE_SECONDS,
    Claimed,
    LostLease,
    claim,
    fail,
    finish,
    go_on,
    hold,
    progress,
    sweep,
    transaction_of,
)
from engine.wording import translator

log = logging.getLogger(__name__)
# The engine's own packages that bring jobs; importing one registers them.
_WITH_JOBS = (
    "engine.exchange",
    "engine.messages",
    "engine.documents",
    "engine.flows",
    "engine.reports",
)
_REFUSALS = (Invalid, Refused, NotFound)  # trying again would say the same


class EndedTransaction(Exception):
    """What a job wrote may be gone, or is kept already: its transaction ended before its work."""


class Hopeless(Exception):
    """A job that will never succeed; says why, in the language of who left it."""


def import_jobs() -> None:
    """Import what brings jobs; plugins are imported with the catalog."""
    install()
    for package in _WITH_JOBS:
        if importlib.util.find_spec(f"{package}.jobs") is not None:
            importlib.import_module(f"{package}.jobs")


class Runner:
    """Runs rows of one database; may be used by several threads at once."""

    def __init__(
        self,
        engine: Engine,
        current: Callable[[Connection], Served] | None = None,
        *,
        name: str = "",
    ) -> None:
        self._engine = engine
        self._current = current or Catalogs().current
        self._name = name or f"{socket.gethostname()}-{os.getpid()}"
        import_jobs()

    def run_due(self, limit: int = 10) -> int:
        """Take back what silent runners hold, then run due rows; return how many were run."""
        with self._engine.begin() as connection:
            sweep(connection)
        for done in range(limit):
            if not self._run_next(None):
                return done
        return limit

    def run_one(self, outbox_id: int) -> bool:
        """Run that row if it is due and nobody else has it; else do nothing (False)."""
        return self._run_next(outbox_id)

    def _run_next(self, only: int | None) -> bool:
        # one token per claim: a runner that comes back from the dead is another runner
        runner = f"{self._name}-{secrets.token_hex(4)}"
        with self._engine.begin() as connection:
            found = claim(connection, runner, 1, only=only)
        if not found:
            return False
        self._run(found[0])
        return True

    def _run(self, claimed: Claimed) -> None:
        try:
            with _Heart(self._engine, claimed):
                self._work(claimed)
        except LostLease as lost:
            log.warning("%s; what it wrote is rolled back", lost)
        except Exception as error:  # the edge of a job: whatever breaks is noted and tried again
            self._note_failure(claimed, error)

    def _work(self, claimed: Claimed) -> None:
        with self._engine.begin() as connection:
            begun = transaction_of(connection)
            served = self._current(connection)
            language = _language(claimed, served)
            try:
                actor = _actor(connection, claimed, served)
                work = _workspace(connection, served, actor, claimed)
                language = work.language
                result = _job(claimed).run(JobWork(work, claimed.arguments, self._teller(claimed)))
            except _REFUSALS as refusal:
                raise Hopeless(_said(refusal, language)) from refusal
            if transaction_of(connection) != begun:
                raise EndedTransaction(f"{claimed.job} was not done in one transaction")
            if isinstance(result, More):
                go_on(connection, claimed, result)
            else:
                finish(connection, claimed, result)

    def _teller(self, claimed: Claimed) -> Callable[[int, int, str], None]:
        def tell(done: int, total: int, note: str) -> None:
            with self._engine.begin() as own:
                progress(own, claimed, done, total, note)

        return tell

    def _note_failure(self, claimed: Claimed, error: Exception) -> None:
        hopeless = isinstance(error, Hopeless)
        text = str(error) if hopeless else "".join(traceback.format_exception(error, limit=-6))
        with self._engine.begin() as connection:
            state = fail(connection, claimed, text, for_good=hopeless)
        level = logging.ERROR if state == "failed" else logging.WARNING
        log.log(level, "job %s (%s) failed: %s", claimed.id, claimed.job, text)


def _job(claimed: Claimed) -> Job:
    found = jobs().get(claimed.job)
    if found is None:
        raise Refused("There is no work called %(name)s.", name=claimed.job)
    return found


def _said(refusal: Invalid | Refused | NotFound, language: str) -> str:
    translate = translator(language)
    if isinstance(refusal, NotFound):
        return translate("The record may have been deleted, or you may not see it.")
    parts = refusal.problems if isinstance(refusal, Invalid) else (refusal,)
    told = ((translate(one.message), one.params) for one in parts)
    return "; ".join(text % dict(params) if params else text for text, params in told)


def _actor(connection: Connection, claimed: Claimed, served: Served) -> Actor:
    if claimed.user_id is None:
        return SYSTEM
    actor = load_actor(connection, claimed.user_id, served.catalog)
    if actor is None:
        raise Refused("The account that left this work is switched off.")
    return actor


def _workspace(connection: Connection, served: Served, actor: Actor, claimed: Claimed) -> Workspace:
    language = _language(claimed, served, actor.language)
    return Workspace(
        catalog=served.catalog,
        tables=served.tables,
        connection=connection,
        actor=actor,
        now=datetime.now(UTC),
        language=language,
        request_id=f"job-{claimed.id}",
        translate=translator(language),
    )


def _language(claimed: Claimed, served: Served, own: str = "") -> str:
    """Return the language the work was left in, else its owner's, else the product's first."""
    wanted = str(claimed.arguments.get("language") or own)
    known = served.catalog.product.languages
    return wanted if wanted in known else known[0]


class _Heart:
    """Prolongs the lease while the work is going on, however long one statement takes."""

    def __init__(self, engine: Engine, claimed: Claimed) -> None:
        self._engine, self._claimed = engine, claimed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="wuye job heart", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._stop.set()

    def _beat(self) -> None:
        while not self._stop.wait(LEASE_SECONDS / 3):
            try:
                with self._engine.begin() as connection:
                    hold(connection, self._claimed)
            except LostLease:
                return
            except Exception:  # the edge of a thread: a database that is away for a moment
                log.warning("could not prolong the lease of job %s", self._claimed.id)
