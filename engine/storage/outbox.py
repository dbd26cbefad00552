"""Leave work for later, in the transaction that makes it necessary; and hand it out again.

A row is claimed with a lease. Whoever loses the lease (a dead machine, a network cut) loses
the work: `finish` refuses, and with it everything the job wrote in the same transaction.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Text,
    Update,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from engine.extension import More
from engine.storage.snapshot import plain
from engine.storage.work_tables import wy_outbox

CHANNEL = "wuye_outbox"  # NOTIFY wakes the runners when the transaction is committed
LEASE_SECONDS = 120
_FIRST_PAUSE_SECONDS = 5
_LONGEST_PAUSE_SECONDS = 3_600
_LONGEST_ERROR = 4_000
_OPEN = wy_outbox.c.state.in_(("waiting", "running"))
_NOW: ColumnElement[datetime] = func.clock_timestamp()


class LostLease(Exception):
    """The row is no longer this runner's: it was cancelled, or given to another."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that was handed to a runner."""

    id: int
    job: str
    arguments: Mapping[str, Any]
    user_id: int | None
    attempt: int  # counted from 1; with the runner's name it proves whose the lease is
    runner: str


def enqueue(
    connection: Connection,
    job: str,
    arguments: Mapping[str, Any],
    *,
    key: str = "",
    user_id: int | None = None,
    run_after: datetime | None = None,
    priority: int = 0,
) -> int:
    """Write a row of the outbox; return its id.

    While a row of the same job and key waits or runs, no second is written and the first
    one's id is returned.
    """
    values: dict[str, Any] = {
        "job": job,
        "arguments": plain(arguments),
        "key": key,
        "created_by": user_id,
        "priority": priority,
    }
    if run_after is not None:
        values["run_after"] = run_after
    statement = insert(wy_outbox).values(values)
    statement = statement.on_conflict_do_nothing(
        index_elements=["job", "key"],
        index_where=text("key <> '' AND state IN ('waiting', 'running')"),
    )
    made = connection.scalar(statement.returning(wy_outbox.c.id))
    if made is None:
        return _waiting(connection, job, key) or enqueue(
            connection,
            job,
            arguments,
            key=key,
            user_id=user_id,
            run_after=run_after,
            priority=priority,
        )
    _wake(connection, job)
    return int(made)


def _waiting(connection: Connection, job: str, key: str) -> int | None:
    query = select(wy_outbox.c.id).where(wy_outbox.c.job == job, wy_outbox.c.key == key, _OPEN)
    return connection.scalar(query.order_by(wy_outbox.c.id.desc()).limit(1))


def _wake(connection: Connection, job: str) -> None:
    connection.execute(select(func.pg_notify(CHANNEL, job)))


def claim(
    connection: Connection, runner: str, limit: int = 1, *, only: int | None = None
) -> list[Claimed]:
    """Take due rows, the most urgent first; rows that others are taking are passed over.

    With `only`, that row or nothing: what a broker's message asks for. Commit at once, so
    that the lease is known to all before the work begins.
    """
    due = select(wy_outbox.c.id).where(
        wy_outbox.c.state == "waiting", wy_outbox.c.run_after <= _NOW
    )
    if only is not None:
        due = due.where(wy_outbox.c.id == only)
    order = (wy_outbox.c.priority.desc(), wy_outbox.c.run_after, wy_outbox.c.id)
    # a CTE, since a subquery might be run again and take more than the limit
    taking = due.order_by(*order).limit(limit).with_for_update(skip_locked=True).cte("due")
    taken = (
        update(wy_outbox)
        .where(wy_outbox.c.id.in_(select(taking.c.id)))
        .values(
            state="running",
            attempts=wy_outbox.c.attempts + 1,
            started_at=_NOW,
            lease_until=_lease(),
            runner=runner,
        )
        .returning(wy_outbox)
    )
    rows = sorted(connection.execute(taken), key=lambda r: (-r.priority, r.run_after, r.id))
    return [Claimed(r.id, r.job, r.arguments, r.created_by, r.attempts, runner) for r in rows]


def _lease() -> ColumnElement[datetime]:
    return _NOW + timedelta(seconds=LEASE_SECONDS)


def _mine(claimed: Claimed) -> Update:
    return update(wy_outbox).where(
        wy_outbox.c.id == claimed.id,
        wy_outbox.c.state == "running",
        wy_outbox.c.runner == claimed.runner,
        wy_outbox.c.attempts == claimed.attempt,
    )


def _must_be_one(connection: Connection, statement: Update, claimed: Claimed) -> None:
    if connection.execute(statement).rowcount != 1:
        raise LostLease(f"job {claimed.id} ({claimed.job}) is no longer {claimed.runner!r}'s")


def transaction_of(connection: Connection) -> str:
    """Return the number of the transaction that a connection is in."""
    return str(connection.scalar(select(cast(func.pg_current_xact_id(), Text))))


def finish(connection: Connection, claimed: Claimed, result: Mapping[str, Any] | None) -> None:
    """Note that the work is done, in the transaction that did it.

    Raises:
        LostLease: then nothing of that transaction may be committed.
    """
    values = {"state": "done", "finished_at": _NOW, "lease_until": None, "last_error": ""}
    done = _mine(claimed).values(**values, result=None if result is None else plain(result))
    _must_be_one(connection, done, claimed)


def go_on(connection: Connection, claimed: Claimed, more: More) -> None:
    """Note that a part is done, in the transaction that did it; the rest waits to be run.

    A part that was done is no failed attempt of the next.

    Raises:
        LostLease: then nothing of that transaction may be committed.
    """
    values = {"arguments": plain(more.arguments), "done": more.done, "total": more.total}
    values |= {"note": more.note[:500], "last_error": "", "lease_until": None}
    rest = _mine(claimed).values(**values, state="waiting", attempts=0, run_after=_NOW)
    _must_be_one(connection, rest, claimed)
    _wake(connection, claimed.job)


def progress(
    connection: Connection, claimed: Claimed, done: int, total: int, note: str = ""
) -> None:
    """Tell the screens how far the work is, and hold the lease; in a transaction of its own.

    Raises:
        LostLease: stop; somebody cancelled it, or another runner has it.
    """
    told = _mine(claimed).values(done=done, total=total, note=note[:500], lease_until=_lease())
    _must_be_one(connection, told, claimed)


def hold(connection: Connection, claimed: Claimed) -> None:
    """Prolong the lease; in a transaction of its own.

    Raises:
        LostLease: somebody cancelled it, or another runner has it.
    """
    _must_be_one(connection, _mine(claimed).values(lease_until=_lease()), claimed)


def fail(connection: Connection, claimed: Claimed, error: str, *, for_good: bool = False) -> str:
    """Note a failure; return the new state: 'waiting' for another try, or 'failed'.

    The pause doubles with each attempt. `for_good`: trying again would not help. A lease
    that was lost changes nothing ('').
    """
    last = or_(wy_outbox.c.attempts >= wy_outbox.c.max_attempts, literal(for_good))
    statement = _mine(claimed).values(
        state=case((last, "failed"), else_="waiting"),
        finished_at=case((last, _NOW), else_=None),
        run_after=_NOW + _pause(claimed.attempt),
        lease_until=None,
        last_error=error[-_LONGEST_ERROR:].replace("\x00", ""),
    )
    return str(connection.scalar(statement.returning(wy_outbox.c.state)) or "")


def _pause(attempt: int) -> timedelta:
    # A little chance keeps a hundred failed jobs from knocking at the same moment again.
    seconds = min(_FIRST_PAUSE_SECONDS * 2 ** (attempt - 1), _LONGEST_PAUSE_SECONDS)
    return timedelta(seconds=seconds * random.uniform(1.0, 1.2))


def sweep(connection: Connection) -> int:
    """Take rows back from runners that are silent; return how many."""
    last = wy_outbox.c.attempts >= wy_outbox.c.max_attempts
    lost = (
        update(wy_outbox)
        .where(wy_outbox.c.state == "running", wy_outbox.c.lease_until < _NOW)
        .values(
            state=case((last, "failed"), else_="waiting"),
            finished_at=case((last, _NOW), else_=None),
            lease_until=None,
            last_error="The runner fell silent.",
        )
    )
    return connection.execute(lost).rowcount


def due(connection: Connection, limit: int = 1_000) -> Sequence[int]:
    """Return the ids of rows that could be run now, the most urgent first."""
    query = select(wy_outbox.c.id).where(
        wy_outbox.c.state == "waiting", wy_outbox.c.run_after <= _NOW
    )
    order = (wy_outbox.c.priority.desc(), wy_outbox.c.run_after, wy_outbox.c.id)
    return connection.scalars(query.order_by(*order).limit(limit)).all()


def retry(connection: Connection, outbox_id: int) -> bool:
    """Let a failed or cancelled row be tried again; False when it is neither.

    A newer row of the same job and key that is still open stands in its place.
    """
    statement = (
        update(wy_outbox)
        .where(wy_outbox.c.id == outbox_id, wy_outbox.c.state.in_(("failed", "cancelled")))
        .where(~_another_is_open())
        .values(state="waiting", attempts=0, run_after=_NOW, finished_at=None, done=0, note="")
        .returning(wy_outbox.c.job)
    )
    job = connection.scalar(statement)
    if job is not None:
        _wake(connection, job)
    return job is not None


def _another_is_open() -> ColumnElement[bool]:
    other = wy_outbox.alias()
    same = (other.c.job == wy_outbox.c.job, other.c.key == wy_outbox.c.key, other.c.key != "")
    is_open = other.c.state.in_(("waiting", "running"))
    return select(other.c.id).where(*same, is_open, other.c.id != wy_outbox.c.id).exists()


def cancel(connection: Connection, outbox_id: int) -> bool:
    """Stop a row that waits or runs; False when it does neither.

    What a running job has written is rolled back when it next tells its progress, or at
    its end.
    """
    statement = (
        update(wy_outbox)
        .where(wy_outbox.c.id == outbox_id, _OPEN)
        .values(state="cancelled", finished_at=_NOW, lease_until=None)
    )
    return connection.execute(statement).rowcount == 1


def outbox_row(connection: Connection, outbox_id: int) -> Row[Any] | None:
    """Return a row as it stands; None when there is none."""
    return connection.execute(select(wy_outbox).where(wy_outbox.c.id == outbox_id)).one_or_none()
