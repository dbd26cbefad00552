"""What is kept of an import between its steps: problems, bad rows, and what became of good ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from engine.exchange.importing.checking import Checked
from engine.exchange.importing.copying import copy_rows
from engine.exchange.importing.rows import Row
from engine.exchange.importing.spelling import as_text, heading
from engine.extension import Problem
from engine.fieldtypes import field_type
from engine.records import Workspace
from engine.storage import wy_import_row
from engine.storage.snapshot import plain


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON carries it; it is said later, in the reader's language."""
    found = {"message": problem.message, "params": dict(problem.params)}
    found |= {"field": problem.field, "code": problem.code}
    kept: dict[str, Any] = plain(found)
    return kept


def problem_of_json(kept: Mapping[str, Any]) -> Problem:
    """Return what `problem_as_json` made."""
    return Problem(kept["message"], kept["params"], kept["field"], kept["code"])


def keep_rows(work: Workspace, import_id: int, done: Checked) -> None:
    """Keep the bad rows with their reasons, and what the written ones became."""
    table = wy_import_row
    work.connection.execute(delete(table).where(table.c.import_id == import_id))
    made = (
        (import_id, row.number, row.record_id)
        for row in done.rows
        if row.state == "create" and row.record_id is not None
    )
    copy_rows(work.connection, table, ("import_id", "number", "record_id"), made)
    changed = (row for row in done.rows if row.state == "update" and row.record_id is not None)
    kept = [_kept(import_id, done, row) for row in (*done.bad, *changed)]
    if kept:
        names = list(kept[0])
        copy_rows(work.connection, table, names, ([one[n] for n in names] for one in kept))


def _kept(import_id: int, done: Checked, row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if row.state == "error":
        values = {"cells": [as_text(cell)[:500] for cell in row.cells[: len(done.table.heads)]]}
    elif row.old is not None:
        values = {"version": row.old["version"] + 1, "before": _before(done, row)}
    return {
        "import_id": import_id,
        "number": row.number,
        "values": values,
        "problems": [problem_as_json(p) for p in row.problems],
        "record_id": row.record_id if row.state != "error" else None,
    }


def _before(done: Checked, row: Row) -> dict[str, Any]:
    """Return the changed fields as they were, in wire form: what undoing writes back."""
    if row.old is None or row.draft is None:
        return {}
    fields = done.entity.fields
    changed = [n for n in row.draft.changed() if n in fields and n in row.draft.sent]
    return {
        n: plain(field_type(fields[n].type).to_wire(fields[n], row.old.get(n))) for n in changed
    }


def bad_rows(work: Workspace, import_id: int) -> Sequence[Any]:
    """Return the kept rows that have problems, in the order of the file."""
    table = wy_import_row
    query = select(table).where(table.c.import_id == import_id, table.c.record_id.is_(None))
    return work.connection.execute(query.order_by(table.c.number)).all()


def chosen_heads(done: Checked) -> dict[str, str]:
    """Return which field each head was, for the next file of this person."""
    heads = done.table.heads
    return {heading(h): done.plan.columns.get(i, "") for i, h in enumerate(heads) if h}


def notes_as_json(notes: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return what was left out of the file."""
    return [problem_as_json(note) for note in notes]
