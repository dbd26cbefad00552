"""An import from the uploaded file to the written records; each step kept in wy_import."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, select, update

from engine.exchange.importing.behind import check_and_write
from engine.exchange.importing.checking import Checked, Tell, check, entity_to_import
from engine.exchange.importing.keeping import chosen_heads, keep_rows, notes_as_json
from engine.exchange.importing.limits import AT_ONCE_ROWS, MOST_BYTES
from engine.exchange.importing.mapping import (
    Plan,
    check_plan,
    guess_columns,
    guess_key,
    plan_of,
    remembered_heads,
)
from engine.exchange.importing.previewing import preview_of
from engine.exchange.importing.table import Table, find_table
from engine.exchange.importing.targets import Target, all_heads, targets_of
from engine.exchange.importing.workbook import Workbook, open_workbook
from engine.exchange.importing.writing import Writer
from engine.extension import Invalid, NotFound
from engine.records import Workspace
from engine.storage import FileStore, enqueue, wy_import

JOB = "exchange.import"
STEPS = ("preview", "commit")


@dataclass(frozen=True)
class Import:
    """One import of one person: the file, and how it is to be read."""

    work: Workspace
    files: FileStore
    row: Any  # of wy_import

    @property
    def id(self) -> int:
        """Return its number."""
        return int(self.row.id)

    @property
    def plan(self) -> Plan:
        """Return how the file is to be read."""
        return plan_of(self.row.mapping)

    def workbook(self) -> Workbook:
        """Open the file anew; it is looked into again unless it is what `begin` looked into."""
        file = self.files.find(self.work.connection, self.row.file_id)
        with self.files.open(self.work.connection, self.row.file_id) as stream:
            data = stream.read()
        is_the_same = hashlib.sha256(data).hexdigest() == file.sha256
        return open_workbook(data, file.name, is_harmless=is_the_same)

    def table(self, plan: Plan) -> Table:
        """Return the table that the plan means.

        Raises:
            Invalid: the sheet is not there, is empty or too large.
        """
        book = self.workbook()
        entity = entity_to_import(self.work, self.row.entity)
        heads = all_heads(targets_of(self.work, entity))
        if plan.sheet or len(book.sheets) == 1:
            return find_table(book.rows(plan.sheet or book.sheets[0]), heads, plan.head_row)
        return _best(book, heads)[1]


def _best(book: Workbook, heads: frozenset[str]) -> tuple[str, Table]:
    """Return the first sheet with the most known heads; empty ones do not count."""
    from engine.exchange.importing.spelling import heading

    found: list[tuple[int, str, Table]] = []
    for name in book.sheets:
        try:
            table = find_table(book.rows(name), heads)
        except Invalid:
            continue
        known = len({heading(h) for h in table.heads} & heads)
        if not found or known > found[0][0]:
            found = [(known, name, table)]
    if not found:
        raise Invalid("The workbook is empty.")
    return found[0][1], found[0][2]


def begin(work: Workspace, files: FileStore, entity: str, data: bytes, name: str) -> int:
    """Take an uploaded file; return the import's number.

    Raises:
        Refused: the right `import` is missing.
        Invalid: the file is too large, of another kind, damaged, or empty.
    """
    described = entity_to_import(work, entity)
    book = open_workbook(data, name)
    heads = all_heads(targets_of(work, described))
    sheet, table = _best(book, heads)
    file_id = files.save(
        work.connection,
        io.BytesIO(data),
        name,
        most_bytes=MOST_BYTES,
        created_by=work.actor.user_id,
        field="import",
    )
    values = {"entity": entity, "file_id": file_id, "created_by": work.actor.user_id}
    values |= {"mapping": Plan(sheet=sheet).as_json(), "total": len(table.rows)}
    made = work.connection.execute(insert(wy_import).values(values).returning(wy_import.c.id))
    return int(made.scalar_one())


def find_import(work: Workspace, files: FileStore, import_id: int, *, lock: bool = False) -> Import:
    """Return an import to whom it belongs, or to an administrator.

    Raises:
        NotFound: there is none, or it is somebody else's.
        Refused: the right `import` was taken away since.
    """
    query = select(wy_import).where(wy_import.c.id == import_id)
    row = work.connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None or not (work.actor.is_unlimited or row.created_by == work.actor.user_id):
        raise NotFound("import", import_id)
    entity_to_import(work, row.entity)
    return Import(work, files, row)


def suggest(one: Import, sheet: str = "") -> tuple[Plan, Table, dict[str, Target]]:
    """Return how the file would best be read: what was chosen before, else what is guessed."""
    work, entity = one.work, one.work.catalog.entity(one.row.entity)
    targets = targets_of(work, entity)
    plan = replace(one.plan, sheet=sheet) if sheet else one.plan
    table = one.table(plan)
    if not plan.columns or sheet not in ("", one.plan.sheet):
        known = remembered_heads(work, entity.name)
        plan = replace(plan, columns=guess_columns(table, targets, known))
        plan = replace(plan, key=guess_key(entity, targets, plan.paths))
    return plan, table, targets


def choose(one: Import, plan: Plan) -> Import:
    """Keep how the file is to be read.

    Raises:
        Invalid: the plan names what is not there.
    """
    entity = one.work.catalog.entity(one.row.entity)
    table = one.table(plan)
    check_plan(plan, targets_of(one.work, entity), len(table.heads))
    if one.row.state == "done":
        raise Invalid("This file was imported already.")
    return _keep(one, mapping=plan.as_json(), state="new", total=len(table.rows), options={})


def _keep(one: Import, **values: Any) -> Import:
    statement = update(wy_import).where(wy_import.c.id == one.id).values(values)
    row = one.work.connection.execute(statement.returning(wy_import)).one()
    return Import(one.work, one.files, row)


def run(one: Import, step: str, tell: Tell | None = None) -> Import:
    """Take a step, 'preview' or 'commit', here and now.

    A preview writes all that is good and rolls it back, so that it says what would happen.
    A commit of an import that is done already changes nothing.

    Raises:
        Invalid: the plan is wrong, or a row is and the plan says all or nothing.
    """
    if one.row.state == "done":
        return one
    entity = entity_to_import(one.work, one.row.entity)
    if step == "preview":
        done = check(one.work, entity, one.table(one.plan), one.plan, tell)
        _try(one.work, done)
        options = _options(one, done) | {"preview": preview_of(one.work, done)}
        _forget_records(done)
        keep_rows(one.work, one.id, done)
        return _keep(one, state="checked", options=options, failed=len(done.bad))
    done = check_and_write(one.work, entity, one.table(one.plan), one.plan, tell)
    keep_rows(one.work, one.id, done)
    written = sum(row.record_id is not None for row in done.rows)
    numbers = {"done": written, "failed": len(done.bad), "finished_at": one.work.now}
    return _keep(one, state="done", options=_options(one, done), **numbers)


def _try(work: Workspace, done: Checked) -> None:
    kept_plan, done.plan = done.plan, replace(done.plan, good_rows_only=True)
    with work.connection.begin_nested() as savepoint:
        Writer(work, done.entity).write(done)
        savepoint.rollback()
    done.plan = kept_plan
    done.settle()
    work.memo.clear()


def _forget_records(done: Checked) -> None:
    for row in done.rows:
        row.record_id = None  # what a preview wrote is gone


def _options(one: Import, done: Checked) -> dict[str, Any]:
    return {
        "counts": done.counts,
        "heads": chosen_heads(done),
        "notes": notes_as_json(done.table.notes[:200]),
        "left_out": len(done.table.notes),
    }


def is_long(one: Import) -> bool:
    """Tell whether the file is too large for a person to wait for."""
    return bool(one.row.total > AT_ONCE_ROWS)


def leave(one: Import, step: str) -> Import:
    """Leave a step to the background.

    Raises:
        ValueError: no such step.
    """
    if step not in STEPS:
        raise ValueError(f"no step {step!r}")
    job_id = enqueue(
        one.work.connection,
        JOB,
        {
            "import": one.id,
            "entity": one.row.entity,
            "step": step,
            "language": one.work.language,
        },
        key=f"import {one.id}",
        user_id=one.work.actor.user_id,
        priority=1,
    )
    state = "checking" if step == "preview" else "running"
    return _keep(one, state=state, job_id=job_id)
