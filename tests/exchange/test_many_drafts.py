"""Rows drafted in bulk come out as if each had been typed into the form by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from engine.exchange.importing.checking import Checked, check
from engine.exchange.importing.mapping import Plan
from engine.exchange.importing.rows import Row
from engine.exchange.importing.table import Table
from engine.exchange.importing.writing import Writer
from engine.extension import Invalid, Problem, registry
from engine.records import RecordService, Workspace
from tests.exchange.world import catalog, tables

PATHS = ("title", "estate", "code", "kind", "price", "months", "deposit", "reason", "marks")
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "title": st.sampled_from(["甲", "乙", "丙", "=1+1", "", "x" * 300]),
    "estate": st.sampled_from(["海濱花園", "N1", "南山苑", "無此盤", ""]),
    "code": st.sampled_from(["", "", "own"]),
    "kind": st.sampled_from(["", "租", "售", "sale", "贈", "不明"]),
    "price": st.sampled_from([100, 99.5, "1,200.00", 0, -3, "", "many", 1e30]),
    "months": st.sampled_from([1, 6.0, "", 0, "12個月", True]),
    "deposit": st.sampled_from(["", 50, "x"]),
    "reason": st.sampled_from(["", "because"]),
    "marks": st.sampled_from(["", "甲", "甲、乙", "丁"]),
}
LINES = st.lists(st.tuples(*(CELLS[p] for p in PATHS)), min_size=1, max_size=12)
OF_THE_FILE = frozenset({"repeated", "not-unique"})  # what no record alone can be told


def _understood(work: Workspace, lines: Sequence[tuple[Any, ...]]) -> Checked:
    rows = tuple((number, list(cells)) for number, cells in enumerate(lines, 2))
    plan = Plan(sheet="s", columns=dict(enumerate(PATHS)), mode="create")
    return check(work, catalog().entity("contract"), Table(1, PATHS, rows), plan)


def _outcome(work: Workspace, lines: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Import and take back; return the report, the records and their history."""
    connection = work.connection
    with connection.begin_nested() as savepoint:
        done = _understood(work, lines)
        Writer(work, done.entity).write(done)
        report = [(r.number, r.state, r.problems) for r in done.rows]
        records = _stored(connection)
        told = text("select snapshot - 'id', changes - 'id' from wy_audit where entity = :e "
                    "order by record_id")  # fmt: skip
        history = connection.execute(told, {"e": "contract"}).all()
        savepoint.rollback()
    work.memo.clear()
    return report, records, history


def _stored(connection: Connection) -> list[dict[str, Any]]:
    table = tables().table("contract")
    rows = connection.execute(select(table).order_by(table.c.id)).mappings()
    return [{k: v for k, v in row.items() if k not in ("id", "_search")} for row in rows]


@settings(
    max_examples=150, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(lines=LINES)
def test_in_bulk_and_one_by_one_give_the_same_records_history_and_report(
    work: Any, lines: list[tuple[Any, ...]]
) -> None:
    ann = work("ann")
    in_bulk = _outcome(ann, lines)
    with pytest.MonkeyPatch.context() as patch:
        # somebody who listens to each record before it is made wants them one by one
        heard: list[Any] = []

        def hear(event: Any) -> None:
            heard.append(event)

        patch.setitem(registry._listeners, ("before", "contract", "create"), [hear])
        one_by_one = _outcome(ann, lines)

    assert in_bulk == one_by_one
    assert bool(heard) == any(not _is_unread(r) for r in _understood(ann, lines).rows)


@settings(
    max_examples=100, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(lines=LINES)
def test_a_row_is_judged_as_the_record_service_judges_it(
    work: Any, lines: list[tuple[Any, ...]]
) -> None:
    ann = work("ann")
    for row in _understood(ann, lines).rows:
        if _is_unread(row):
            continue
        expected, values = _created(ann, row)
        found = [p for p in row.problems if p.code not in OF_THE_FILE]
        assert [(p.field, p.message) for p in found] == [(p.field, p.message) for p in expected]
        if not row.problems and row.draft is not None:
            own = {n: v for n, v in row.draft.values.items() if n not in ("no", "scope_unit")}
            assert own == {n: values[n] for n in own}


def _is_unread(row: Row) -> bool:
    """Tell whether a cell could not be read, so that there is nothing to judge."""
    return row.draft is None and bool(row.problems)


def _created(work: Workspace, row: Row) -> tuple[list[Problem], dict[str, Any]]:
    """Create the row's record by itself, and take it back."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    with work.connection.begin_nested() as savepoint:
        try:
            values = RecordService(work).create("contract", row.given)
        except Invalid as wrong:
            problems = list(wrong.problems)
        savepoint.rollback()
    return problems, values
