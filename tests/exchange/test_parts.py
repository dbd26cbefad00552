"""A file written part by part, one behind the checking of the next, is the file written at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection, text

from engine.exchange.importing import checking
from engine.exchange.importing.behind import Behind, check_and_write
from engine.exchange.importing.checking import Checked, check
from engine.exchange.importing.mapping import Plan
from engine.exchange.importing.rows import Row
from engine.exchange.importing.table import Table
from engine.exchange.importing.writing import Writer
from engine.extension import Invalid, registry
from engine.records import Workspace
from tests.exchange.test_many_drafts import LINES, PATHS
from tests.exchange.world import catalog

BAD = ("乙", "無此盤", "", "租", 100, 1, "", "", "")


def good(number: int) -> tuple[Any, ...]:
    return (f"甲{number}", "N1", "", "租", 100, 1, "", "", "")


_STORED = text("select no, title, code, price, version from contract order by id")
_TOLD = text("select snapshot - 'id' from wy_audit where entity = 'contract' order by record_id")


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "PART", 3)


def _given(lines: Sequence[tuple[Any, ...]], *, good_rows_only: bool) -> tuple[Any, ...]:
    rows = tuple((number, list(cells)) for number, cells in enumerate(lines, 2))
    columns = dict(enumerate(PATHS))
    plan = Plan(sheet="s", columns=columns, mode="create", good_rows_only=good_rows_only)
    return catalog().entity("contract"), Table(1, PATHS, rows), plan


def _outcome(work: Workspace, lines: Sequence[tuple[Any, ...]], *, parts: bool) -> tuple[Any, ...]:
    asked = _given(lines, good_rows_only=True)
    with work.connection.begin_nested() as savepoint:
        if parts:
            done = check_and_write(work, *asked)
        else:
            done = check(work, *asked)
            Writer(work, done.entity).write(done)
        said = [(r.number, r.state, r.problems, r.record_id is None) for r in done.rows]
        stored = work.connection.execute(_STORED).all()
        told = list(work.connection.scalars(_TOLD))
        savepoint.rollback()
    work.memo.clear()
    return said, stored, told


@pytest.mark.usefixtures("small_parts")
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=LINES)
def test_parts_write_what_one_part_writes(work: Any, lines: list[tuple[Any, ...]]) -> None:
    ann = work("ann")
    in_parts = _outcome(ann, lines, parts=True)
    with pytest.MonkeyPatch.context() as whole:
        whole.setattr(checking, "PART", 1_000)
        assert in_parts == _outcome(ann, lines, parts=False)


@pytest.mark.usefixtures("small_parts")
def test_a_row_repeated_in_another_part_is_named(work: Any) -> None:
    own = [good(1), good(2), good(3), good(4), good(1)]
    done = check_and_write(work("ann"), *_given(own, good_rows_only=True))

    assert [(r.number, r.problems[0].code, r.problems[0].params) for r in done.bad] == [
        (6, "repeated", {"row": 2})
    ]


@pytest.mark.usefixtures("small_parts")
def test_one_bad_row_in_the_last_part_keeps_nothing_of_the_first(
    work: Any, connection: Connection
) -> None:
    with pytest.raises(Invalid, match="nothing was imported"):
        check_and_write(work("ann"), *_given([*map(good, range(7)), BAD], good_rows_only=False))

    assert connection.execute(_STORED).all() == []
    assert list(connection.scalars(_TOLD)) == []


@pytest.mark.usefixtures("small_parts")
def test_what_breaks_behind_reaches_who_checks(
    work: Any, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, turns = Writer.batch, iter(range(10))

    def break_at_the_second(self: Writer, rows: Sequence[Row]) -> None:
        if next(turns) == 1:
            raise RuntimeError("the disk is full")
        batch(self, rows)

    monkeypatch.setattr(Writer, "batch", break_at_the_second)
    with pytest.raises(RuntimeError, match="disk"), connection.begin_nested():
        check_and_write(work("ann"), *_given(list(map(good, range(9))), good_rows_only=True))

    assert connection.execute(_STORED).all() == []


def test_reading_waits_for_what_is_being_written(connection: Connection) -> None:
    order: list[str] = []

    def write() -> None:
        connection.execute(text("select pg_sleep(0.2)"))
        order.append("written")

    with Behind(connection) as behind:
        behind.do(write)
        time.sleep(0.05)
        order.append("thought")  # Python goes on meanwhile
        connection.execute(text("select 1"))
        order.append("read")

    assert order == ["thought", "written", "read"]


def test_a_plugin_is_not_called_from_behind(work: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    hear = [lambda _: seen.append(threading.get_ident())]
    monkeypatch.setitem(registry._listeners, ("after", "contract", "create"), hear)
    done: Checked = check_and_write(
        work("ann"), *_given(list(map(good, range(4))), good_rows_only=True)
    )

    assert done.counts["create"] == 4
    assert set(seen) == {threading.get_ident()}
