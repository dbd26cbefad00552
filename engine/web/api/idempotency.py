"""Writes that may be sent twice: the header Idempotency-Key makes them one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from engine.extension import Conflict, Invalid
from engine.records import Workspace
from engine.storage.work_tables import wy_idempotency as table

HEADER = "Idempotency-Key"
Run = Callable[[], tuple[Any, int]]


def once(work: Workspace, run: Run) -> Any:
    """Run a write and answer it; the same key again gets the first answer, and writes nothing.

    A second call that comes while the first runs waits for it. A write that failed leaves no
    key, so that it can be sent again.

    Raises:
        Conflict: the key was used for another request.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        answer, status = run()
        return jsonify(answer), status
    if len(key) > 200:
        raise Invalid("An idempotency key has at most 200 characters.")
    if work.actor.user_id is None:
        raise Invalid("Only people with an account can use an idempotency key.")
    digest = _digest()
    taken = (
        insert(table)
        .values(user_id=work.actor.user_id, key=f"api:{key}", request_hash=digest)
        .on_conflict_do_nothing()
        .returning(table.c.key)
    )
    if work.connection.scalar(taken) is None:
        return _first_answer(work, key, digest)
    answer, status = run()
    work.connection.execute(
        table.update()
        .where(table.c.user_id == work.actor.user_id, table.c.key == f"api:{key}")
        .values(answer=json.dumps(answer, ensure_ascii=False, default=str).encode(), status=status)
    )
    return jsonify(answer), status


def _digest() -> str:
    """Return what makes two calls the same: method, address, body, files and their contents."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}".encode())
    if not request.files:
        digest.update(request.get_data())
        return digest.hexdigest()
    for name, value in sorted(request.form.items(multi=True)):
        digest.update(f"\n{name}={value}".encode())
    for name, file in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
        digest.update(f"\n{name}={file.filename}\n".encode())
        digest.update(hashlib.file_digest(file.stream, "sha256").digest())  # type: ignore[arg-type]
        file.stream.seek(0)
    return digest.hexdigest()


def _first_answer(work: Workspace, key: str, digest: str) -> Response:
    row = work.connection.execute(
        select(table).where(table.c.user_id == work.actor.user_id, table.c.key == f"api:{key}")
    ).one()
    if row.request_hash != digest:
        raise Conflict("This idempotency key was used for another request.")
    answer = Response(row.answer or b"{}", status=row.status or 200)
    answer.headers["Content-Type"] = "application/json"
    answer.headers["Idempotency-Replayed"] = "true"
    return answer
