"""Write checked rows: thousands at a time, and when one is refused, all but that one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import (
    ARRAY,
    BigInteger,
    NestedTransaction,
    any_,
    bindparam,
    false,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.exchange.importing.checking import Checked
from engine.exchange.importing.copying import copy_rows, take_ids, update_rows
from engine.exchange.importing.rows import Row
from engine.extension import Invalid, Problem, Refused, listeners
from engine.metadata import Entity
from engine.records import Draft, Workspace, visible
from engine.records.constraints import problem_of
from engine.records.many import place, stamps_of
from engine.records.rows import as_rows, has_column, to_columns
from engine.records.trail import wire
from engine.records.writing import announce
from engine.storage import Change, record_many, record_rows
from engine.storage.collector import collector_paused

_AT_ONCE = 5_000
_OUTSIDE = "This would put the record outside of what you may write."
Tell = Callable[[int, int, str], None]


class _Refused(Exception):
    """A batch that the database, a row rule or a plugin refused."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass(frozen=True)
class Writer:
    """Writes the good rows of one import, in the caller's transaction."""

    work: Workspace
    entity: Entity
    tell: Tell | None = None

    def write(self, done: Checked) -> None:
        """Write what is good; rows that turn out bad get their problem and nothing else.

        Raises:
            Invalid: one bad row is enough when the plan says all or nothing; nothing is kept.
        """
        if done.bad and not done.plan.good_rows_only:
            raise Invalid("Some rows are wrong; nothing was imported.")
        todo = [r for r in done.rows if r.state in ("create", "update")]
        with self.work.connection.begin_nested() as savepoint:
            for start in range(0, len(todo), _AT_ONCE):
                with collector_paused():
                    self.batch(todo[start : start + _AT_ONCE])
                self._say(min(start + _AT_ONCE, len(todo)), len(todo))
            finish(done, savepoint)

    def _say(self, count: int, total: int) -> None:
        if self.tell is not None:
            self.tell(count, total, "")

    def batch(self, rows: Sequence[Row]) -> None:
        """Write rows, or find those at fault by halves."""
        try:
            with self.work.connection.begin_nested():
                self._write(rows)
        except _Refused as refused:
            self._forget_numbers(rows)
            if len(rows) == 1:
                rows[0].problems.append(refused.problem)
                rows[0].record_id = None
                return
            middle = len(rows) // 2
            self.batch(rows[:middle])
            self.batch(rows[middle:])

    def _forget_numbers(self, rows: Sequence[Row]) -> None:
        """The counter went back with the batch: who keeps his number would share it later."""
        names = [f.name for f in self.entity.fields.values() if f.type == "series"]
        for row in rows:
            if row.old is None and row.draft is not None:
                row.draft.values.update({n: None for n in names if n not in row.draft.sent})

    def _write(self, rows: Sequence[Row]) -> None:
        new = [r for r in rows if r.state == "create"]
        old = [r for r in rows if r.state == "update"]
        try:
            self._create(new)
            self._change(old)
        except (psycopg.Error, DBAPIError) as error:
            raise _Refused(problem_of(self.work, self.entity, _as_dbapi(error))) from error
        except Invalid as wrong:
            raise _Refused(wrong.problems[0]) from wrong
        except Refused as wrong:
            raise _Refused(Problem(wrong.message, wrong.params)) from wrong

    def _create(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        work, entity = self.work, self.entity
        table = work.tables.table(entity.name)
        drafts = [_draft(row) for row in rows]
        place(work, entity, drafts)
        ids = take_ids(work.connection, table, len(rows))
        # What no row has is left to the database; it writes one row while the next is made.
        names, records = as_rows(entity, [draft.values for draft in drafts])
        stamps = stamps_of(work)
        shared = tuple(stamps.values())
        whole = ((i, *shared, *record) for i, record in zip(ids, records, strict=True))
        copy_rows(work.connection, table, ("id", *stamps, *names), whole)
        self._must_be_inside(ids, "create")
        if entity.audit:
            condition = table.c.id == any_(_ids(ids))
            record_rows(
                work.connection, work.tables, entity.name, "create", condition, **_origin(work)
            )
        heard = self.is_heard("create")
        for row, record_id in zip(rows, ids, strict=True):
            row.record_id = record_id
            if heard:
                self._after(row, "create", 1)

    def _change(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        work, entity = self.work, self.entity
        table = work.tables.table(entity.name)
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in rows:
            columns = self._columns_of_change(row)
            groups.setdefault(tuple(columns), []).append(columns)
        for group in groups.values():
            if update_rows(work.connection, table, group) != len(group):
                raise Refused("Somebody else has changed this record.")
        self._must_be_inside([row.old["id"] for row in rows if row.old], "change")
        self._keep_history(rows)
        heard = self.is_heard("change")
        for row in rows:
            if row.old is not None:
                row.record_id = row.old["id"]
                if heard:
                    self._after(row, "change", row.old["version"] + 1)

    def _columns_of_change(self, row: Row) -> dict[str, Any]:
        draft, old, entity = _draft(row), row.old or {}, self.entity
        if entity.scope:
            path = tuple(entity.scope.split("."))
            draft.values["scope_unit"] = draft.environment().value(path)
        changed = {name: draft.values[name] for name in sorted(draft.changed())}
        stamps = {"updated_by": self.work.actor.user_id, "updated_at": self.work.now}
        by_id = {"id": old["id"], "version": old["version"]}
        return by_id | to_columns(entity, changed) | stamps

    def _must_be_inside(self, ids: Sequence[int], action: str) -> None:
        """A row must not be written where its writer has no business."""
        table = self.work.tables.table(self.entity.name)
        rule = visible(self.work, self.entity.name, table, action)
        if rule is None:
            return
        mine = table.c.id == any_(_ids(ids))
        outside = select(table.c.id).where(mine, ~func.coalesce(rule, false())).limit(1)
        if self.work.connection.scalar(outside) is not None:
            raise _Refused(Problem(_OUTSIDE, code="forbidden"))

    def _keep_history(self, rows: Sequence[Row]) -> None:
        if not self.entity.audit:
            return
        changes = []
        for row in rows:
            assert row.old is not None
            after = {**row.old, **self._stored(row), "version": row.old["version"] + 1}
            before = wire(self.work, self.entity, row.old)
            changes.append(Change(row.old["id"], before, wire(self.work, self.entity, after)))
        record_many(self.work.connection, self.entity.name, "change", changes, **_origin(self.work))

    def _stored(self, row: Row) -> dict[str, Any]:
        values, fields = _draft(row).values, self.entity.fields
        return {n: v for n, v in values.items() if n in fields and has_column(self.entity, n)}

    def is_heard(self, event: str) -> bool:
        """Tell whether a plugin listens to what was written."""
        return bool(listeners("after", self.entity.name, event, self.work.catalog.plugins))

    def _after(self, row: Row, event: str, version: int) -> None:
        work = self.work
        record = {**(row.old or {}), **_draft(row).values, "id": row.record_id, "version": version}
        record |= {"updated_by": work.actor.user_id, "updated_at": work.now}
        if row.old is None:
            record |= {"created_by": work.actor.user_id, "created_at": work.now}
        announce(work, "after", self.entity.name, event, row.record_id, row.old, record)


def finish(done: Checked, savepoint: NestedTransaction) -> None:
    """Settle an import all of whose good rows were written.

    Raises:
        Invalid: one bad row is enough when the plan says all or nothing; nothing is kept.
    """
    done.settle()
    if done.bad and not done.plan.good_rows_only:
        savepoint.rollback()
        raise Invalid("Some rows are wrong; nothing was imported.")


def _draft(row: Row) -> Draft:
    if row.draft is None:
        raise ValueError(f"row {row.number} was not checked")
    return row.draft


def _ids(ids: Sequence[int]) -> Any:
    return bindparam(None, list(ids), type_=ARRAY(BigInteger), unique=True)


def _origin(work: Workspace) -> dict[str, Any]:
    return {
        "actor_id": work.actor.user_id,
        "request_id": work.request_id,
        "ip": work.ip,
        "note": "import",
    }


def _as_dbapi(error: psycopg.Error | DBAPIError) -> DBAPIError:
    if isinstance(error, DBAPIError):
        return error
    return IntegrityError("COPY", None, error)
