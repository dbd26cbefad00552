"""The same press twice is one press: answers kept by the request's id."""

from __future__ import annotations

import hashlib

from flask import request
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert

from engine.records import Workspace
from engine.storage.work_tables import wy_idempotency


def _key() -> str:
    """Return the press's name: the form's id, and what was typed.

    Who goes back in the browser, types something else and saves again sends the same id,
    and means another press.
    """
    given = request.form.get("_request", "").replace("\0", "")[:60]
    return f"{given}:{_hash()[:32]}" if given else ""


def _hash() -> str:
    parts = [request.path, *(f"{k}={v}" for k, v in sorted(request.form.items(multi=True)))]
    parts += sorted(f"{k}={f.filename}" for k, f in request.files.items(multi=True))
    kept = [p for p in parts if not p.startswith("csrf_token=")]
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()


def answered_before(work: Workspace) -> str:
    """Return where the first press of this form led to; '' when this is the first.

    Takes the key for this transaction: a second press that runs at the same time waits,
    and then finds the first one's answer.
    """
    key = _key()
    if not key or work.actor.user_id is None:
        return ""
    table = wy_idempotency
    taken = (
        pg_insert(table)
        .values(user_id=work.actor.user_id, key=key, request_hash=_hash())
        .on_conflict_do_nothing()
        .returning(table.c.key)
    )
    if work.connection.scalar(taken):
        return ""
    found = work.connection.execute(
        select(table.c.answer).where(table.c.user_id == work.actor.user_id, table.c.key == key)
    ).scalar()
    return found.decode() if found else request.path


def remember(work: Workspace, url: str) -> None:
    """Keep where this press led to."""
    key = _key()
    if not key or work.actor.user_id is None:
        return
    table = wy_idempotency
    work.connection.execute(
        table.update()
        .where(table.c.user_id == work.actor.user_id, table.c.key == key)
        .values(answer=url.encode(), status=302)
    )
