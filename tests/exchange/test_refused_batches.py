"""A batch that is refused is written again without the row at fault, as if it had never been."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from engine.exchange.importing.checking import Checked, check
from engine.exchange.importing.mapping import Plan
from engine.exchange.importing.table import Table
from engine.exchange.importing.writing import Writer
from engine.extension import Invalid, registry
from engine.records import RecordService, Workspace
from tests.exchange.world import catalog

PATHS = ("title", "estate", "price")


def _imported(work: Workspace, titles: list[str]) -> Checked:
    rows = tuple((i, [title, "N1", 5]) for i, title in enumerate(titles, 2))
    plan = Plan(sheet="s", columns=dict(enumerate(PATHS)), mode="create")
    done = check(work, catalog().entity("contract"), Table(1, PATHS, rows), plan)
    Writer(work, done.entity).write(done)
    return done


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin that will have no contract called 'bad'."""

    def refuse(event: Any) -> None:
        if event.values["title"] == "bad":
            raise Invalid("No such contract.")

    monkeypatch.setitem(registry._listeners, ("after", "contract", "create"), [refuse])


@pytest.mark.usefixtures("refusing")
def test_numbers_go_on_without_gap_or_repetition_after_a_refused_row(work, connection) -> None:
    ann = work("ann")
    done = _imported(ann, ["one", "two", "bad", "four", "five"])
    later = RecordService(ann).create("contract", {"title": "later", "estate": 2, "price": "5"})
    found = connection.execute(text("select no, title from contract order by no")).all()

    assert [r.title for r in found] == ["one", "two", "four", "five", "later"]
    numbers = [int(r.no[1:]) for r in found]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    assert later["no"] == found[-1].no
    assert [(r.number, r.problems[0].message) for r in done.bad] == [(4, "No such contract.")]


@pytest.mark.usefixtures("refusing")
def test_a_refused_row_leaves_no_history(work, connection) -> None:
    _imported(work("ann"), ["one", "bad", "three"])
    told = "select snapshot ->> 'title' from wy_audit where entity = 'contract' order by id"

    assert connection.scalars(text(told)).all() == ["one", "three"]
