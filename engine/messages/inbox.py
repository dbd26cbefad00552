"""What waits for a person in the app."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select, update

from engine.records import Workspace
from engine.storage.work_tables import wy_message as table

INBOX = "inbox"


def unread_of(work: Workspace, *, limit: int = 50, before: int | None = None) -> list[Row[Any]]:
    """Return the actor's own messages, newest first, read ones too."""
    query = (
        select(table)
        .where(table.c.channel == INBOX, table.c.user_id == work.actor.user_id)
        .order_by(table.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(table.c.id < before)
    return list(work.connection.execute(query))


def unread_count(work: Workspace) -> int:
    """Return how many messages the actor has not read."""
    query = select(func.count()).where(
        table.c.channel == INBOX,
        table.c.user_id == work.actor.user_id,
        table.c.read_at.is_(None),
    )
    return work.connection.scalar(query) or 0


def mark_read(work: Workspace, message_id: int | None = None) -> int:
    """Note that the actor has read one message, or all; return how many."""
    change = update(table).where(
        table.c.channel == INBOX,
        table.c.user_id == work.actor.user_id,
        table.c.read_at.is_(None),
    )
    if message_id is not None:
        change = change.where(table.c.id == message_id)
    return work.connection.execute(change.values(read_at=work.now)).rowcount
