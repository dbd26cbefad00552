"""Work that nobody asks for and that must be done: what is old is cleared away."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from sqlalchemy import delete

from engine.exchange.jobs import CLEAN
from engine.extension import job, schedule
from engine.flows.jobs import TIMERS
from engine.storage.work_tables import wy_idempotency, wy_outbox

KEPT_FOR = timedelta(days=30)
_ANSWERS_KEPT_FOR = timedelta(days=2)


@job("jobs.clean")
def clean_job(context: Any) -> dict[str, Any]:
    """Forget jobs that were done long ago (dead letters stay), and answers to old presses."""
    old = context.now - KEPT_FOR
    done = wy_outbox.c.state.in_(("done", "cancelled")) & (wy_outbox.c.finished_at < old)
    jobs = context.connection.execute(delete(wy_outbox).where(done)).rowcount
    presses = wy_idempotency.c.created_at < context.now - _ANSWERS_KEPT_FOR
    answers = context.connection.execute(delete(wy_idempotency).where(presses)).rowcount
    return {"jobs": jobs, "answers": answers}


def install() -> None:
    """Let it come every night; deadlines of approvals are looked at all the time."""
    schedule("jobs.clean", at=time(3, 20))
    schedule(CLEAN, at=time(3, 40))
    schedule(TIMERS, every=timedelta(seconds=30))
