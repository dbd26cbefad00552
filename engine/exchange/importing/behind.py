"""Write one part of a file while the next is checked: PostgreSQL and Python both at work.

A thread writes on the connection that the checking reads with, never at the same moment: as
soon as the checking wants the database, it waits for what is being written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, event

from engine.exchange.importing.checking import Checked, Tell, check
from engine.exchange.importing.mapping import Plan
from engine.exchange.importing.rows import Row
from engine.exchange.importing.table import Table
from engine.exchange.importing.writing import Writer, finish
from engine.metadata import Entity
from engine.records import Workspace

# The first comes before SQLAlchemy looks at the transaction's state, which is the other's to
# alter; statements in plain text do not pass it.
_BEFORE = ("before_execute", "before_cursor_execute", "savepoint")


class Behind:
    """Does one thing at a time with a connection behind the back of the thread that made it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._owner = threading.get_ident()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="import")
        self._doing: Future[None] | None = None

    def __enter__(self) -> Self:
        for one in _BEFORE:
            event.listen(self._connection, one, self._let_finish)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            self.wait()
        except Exception:
            if error is None:
                raise
        finally:
            self._pool.shutdown()
            for one in _BEFORE:
                event.remove(self._connection, one, self._let_finish)

    def do(self, work: Callable[[], None]) -> None:
        """Begin something, once what was begun before has ended."""
        self.wait()
        self._doing = self._pool.submit(work)

    def wait(self) -> None:
        """Wait for what was begun; raise what it raised."""
        doing, self._doing = self._doing, None
        if doing is not None:
            doing.result()

    def _let_finish(self, *_: Any) -> None:
        if threading.get_ident() == self._owner:
            self.wait()


def check_and_write(
    work: Workspace, entity: Entity, table: Table, plan: Plan, tell: Tell | None = None
) -> Checked:
    """Check a file and write what is good of it, in the caller's transaction.

    Raises:
        Invalid: the plan is wrong, or a row is and the plan says all or nothing; then
            nothing is kept.
    """
    writer = Writer(work, entity, tell)
    if any(writer.is_heard(one) for one in ("create", "change")):
        done = check(work, entity, table, plan, tell)  # a plugin must not be called from behind
        writer.write(done)
        return done
    with work.connection.begin_nested() as savepoint:
        with Behind(work.connection) as behind:
            done = check(work, entity, table, plan, tell, _taking(writer, plan, behind))
        finish(done, savepoint)
    return done


def _taking(writer: Writer, plan: Plan, behind: Behind) -> Callable[[Checked, Sequence[Row]], None]:
    def take(done: Checked, rows: Sequence[Row]) -> None:
        good = [row for row in rows if row.state in ("create", "update")]
        if not good or (done.bad and not plan.good_rows_only):
            return  # one bad row, and nothing will be kept
        behind.do(lambda: _write(writer, good))

    return take


def _write(writer: Writer, rows: Sequence[Row]) -> None:
    writer.batch(rows)
    for row in rows:
        if row.record_id is not None and row.old is None:  # nothing is asked of it any more
            row.draft, row.given, row.cells = None, {}, []
