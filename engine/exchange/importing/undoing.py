"""Take a whole import back: what it made is deleted, what it changed is as it was."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from engine.exchange.importing.checking import Tell
from engine.exchange.importing.runs import Import
from engine.extension import Conflict, Invalid, NotFound, Problem, Refused
from engine.records import RecordService
from engine.storage import enqueue, wy_import, wy_import_row

JOB = "exchange.undo"


def undo(one: Import, tell: Tell | None = None) -> dict[str, int]:
    """Take it back, all of it or nothing; return how many records were deleted and restored.

    Records that somebody has changed since, or that something links to by now, are in the
    way: then nothing is taken back. Whoever may import may take back what his import made and
    nobody has touched; no right to delete is asked for that.

    Raises:
        Invalid: the import was not written, or records are in the way (each is named).
    """
    if one.row.state != "done":
        raise Invalid("Only an import that was written can be taken back.")
    rows = _rows(one)
    counts = {"deleted": 0, "restored": 0}
    problems: list[Problem] = []
    with one.work.connection.begin_nested() as savepoint:
        for number, row in enumerate(rows, 1):
            try:
                counts[_take_back(one, row)] += 1
            except (Conflict, Refused, NotFound, Invalid) as wrong:
                given = {"row": row.number, "why": _said(one, wrong)}
                problems.append(Problem("Row %(row)s: %(why)s", given))
            if tell is not None and number % 500 == 0:
                tell(number, len(rows), "")
        if problems:
            savepoint.rollback()
            raise Invalid(problems)
    statement = update(wy_import).where(wy_import.c.id == one.id)
    one.work.connection.execute(statement.values(state="cancelled", finished_at=one.work.now))
    return counts


def _said(one: Import, wrong: Exception) -> str:
    say = one.work.message
    if isinstance(wrong, Conflict | Refused):
        return say(wrong.message, **wrong.params)
    if isinstance(wrong, Invalid):
        return "; ".join(say(p.message, **p.params) for p in wrong.problems)
    return say("The record is no longer there.")


def leave_undo(one: Import) -> int:
    """Leave the taking back of a large import to the background; return the job's id."""
    arguments = {"import": one.id, "entity": one.row.entity, "language": one.work.language}
    return enqueue(
        one.work.connection,
        JOB,
        arguments,
        key=f"import {one.id}",
        user_id=one.work.actor.user_id,
        priority=1,
    )


def _rows(one: Import) -> list[Any]:
    table = wy_import_row
    query = select(table).where(table.c.import_id == one.id, table.c.record_id.is_not(None))
    # the last first: a later row may link to an earlier one
    return list(one.work.connection.execute(query.order_by(table.c.number.desc())))


def _take_back(one: Import, row: Any) -> str:
    service, entity = RecordService(one.work), one.row.entity
    with one.work.connection.begin_nested():
        if "before" in row.values:
            version = int(row.values["version"])
            service.change(entity, row.record_id, row.values["before"], version=version)
            return "restored"
        RecordService(one.work.as_trusted()).delete(entity, row.record_id, version=1)
        return "deleted"
