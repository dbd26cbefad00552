"""Leave in the outbox what is due by its schedule."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from engine.extension import schedules
from engine.storage.outbox import enqueue
from engine.storage.work_tables import wy_outbox


def leave_due(connection: Connection, now: datetime, zone: ZoneInfo) -> int:
    """Leave what is due in the outbox; return how many rows.

    Any number of processes may call this at any moment: a turn's row carries the turn in
    its key, and is not written again once it is there.
    """
    left = 0
    for one in schedules().values():
        slot = one.slot(now, zone)
        key = f"schedule {slot}"
        if not slot or _was_left(connection, one.job, key):
            continue
        enqueue(connection, one.job, one.arguments, key=key)
        left += 1
    return left


def _was_left(connection: Connection, job: str, key: str) -> bool:
    query = select(wy_outbox.c.id).where(wy_outbox.c.job == job, wy_outbox.c.key == key)
    return connection.scalar(query.limit(1)) is not None
