"""The flows of how-to/write-a-flow.md are played: who is asked, on both sides of each limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from engine.access import NewUser, create_users, load_actor
from engine.flows.core.commands import Command
from engine.flows.forecast import before_start
from engine.flows.service import FlowService
from engine.loading import load_catalog
from engine.records import RecordService, Workspace
from engine.storage import tables_of
from engine.storage.database import engine_for
from tests.databases import rolled_back
from tests.docs.conftest import FAST
from tests.docs.pages import DOCS, Block, blocks_of
from tests.docs.reader import Reader

PAGE = "how-to/write-a-flow.md"
OTHERS = {
    "manager": "branch_manager",
    "books": "accountant",
    "money": "hq_finance",
    "more_money": "hq_finance",
    "chief": "executive",
}


@cache
def headings() -> dict[str, int]:
    """Return the line at which each section begins."""
    lines = (DOCS / PAGE).read_text(encoding="utf-8").splitlines()
    return {line[3:]: number for number, line in enumerate(lines, 1) if line.startswith("## ")}


def section_of(block: Block) -> str:
    return max((n, name) for name, n in headings().items() if n < block.line)[1]


def write(reader: Reader, section: str) -> None:
    """Write the files of a section; the entity itself is there already."""
    for block in blocks_of(PAGE)[1:]:
        if "file" in block.words and section_of(block) == section:
            reader.do(block, PAGE)


@pytest.fixture
def connection(lending: Reader) -> Iterator[Connection]:
    """The company with a purchase and everybody whom the page names, and no flow yet."""
    lending.do(blocks_of(PAGE)[0], PAGE)
    lending.type("wuye apply --author you --reason purchases")
    engine: Engine = engine_for(lending.database_url)
    with engine.begin() as opened:
        people = [
            NewUser(login=login, name=login, password="long enough", roles={role: [None]})
            for login, role in OTHERS.items()
        ]
        create_users(opened, people, method=FAST)
    with rolled_back(engine) as opened:
        yield opened
    engine.dispose()


Desk = Callable[[str], Workspace]


@pytest.fixture
def desk(lending: Reader, connection: Connection) -> Desk:
    """A function that gives somebody's piece of work over the files as they are now."""

    def make(login: str) -> Workspace:
        catalog = load_catalog(lending.folder)
        query = text("select id from ab_user where username = :login")
        number = connection.execute(query, {"login": login}).scalar_one()
        actor = load_actor(connection, number, catalog)
        assert actor is not None
        now = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
        return Workspace(
            catalog=catalog, tables=tables_of(catalog), connection=connection, actor=actor, now=now
        )

    return make


def new(work: Workspace, amount: str, **values: Any) -> int:
    given = {"what": "梯子", "amount": Decimal(amount), **values}
    return int(RecordService(work).create("purchase", given)["id"])


BIG = {"has_contract": True}
ASKED = [
    ("A first flow", "500", {}, "head"),
    ("By amount", "500.00", {}, "head"),
    ("By amount", "500.01", {}, "head branch"),
    ("By amount", "5000.00", {}, "head branch"),
    ("By amount", "5000.01", {}, "head branch group"),
    ("Countersign 會簽", "5000.00", {}, "head books branch"),
    ("Countersign 會簽", "5000.00", BIG, "head books terms branch"),
    ("Countersign 會簽", "5000.01", {}, "head books finance branch"),
    ("Countersign 會簽", "50000.01", BIG, "head books terms finance group branch"),
    ("Return 退回", "1", {}, "head books branch"),
    ("What an approver may do", "1", {}, "head books branch"),
    ("Fields at a step", "1", {}, "head branch"),
    ("Copies, messages, effects", "500.00", {}, "head"),
    ("Copies, messages, effects", "500.01", {}, "head branch"),
    ("A flow within a flow", "1", BIG, "head branch"),
    ("Waiting, and ending", "1", {}, "head branch"),
    ("Waiting for an event", "1", {}, "head branch"),
    ("Two companies, two ways", "100000.00", {}, "head"),
    ("Two companies, two ways", "100000.01", {}, "head group"),
]


def test_who_is_asked_on_both_sides_of_each_limit(lending: Reader, desk: Desk) -> None:
    found, wanted = [], []
    for section in headings():
        write(lending, section)
        cases = [one for one in ASKED if one[0] == section]
        clerk = desk("customer_service.bj") if cases else None
        for _, amount, values, asked in cases:
            assert clerk is not None
            coming = before_start(clerk, "purchase", new(clerk, amount, **values), "submit")
            found.append((section, amount, " ".join(one.step for one in coming)))
            wanted.append((section, amount, asked))
            assert all(one.people for one in coming), section

    assert found == wanted


def test_every_section_with_a_flow_is_played() -> None:
    shown = {"Who is asked", "Due dates, reminders, escalation", "Rules for the whole flow"}
    shown |= {"States and actions of one's own"}  # people and times the company here has not
    blocks = [b for b in blocks_of(PAGE) if "workflows/purchase" in b.words.get("file", "")]

    assert {section_of(b) for b in blocks} - shown == {section for section, *_ in ASKED}


def test_the_branch_without_a_contract_is_passed_over(lending: Reader, desk: Desk) -> None:
    for section in ("A first flow", "Countersign 會簽"):
        write(lending, section)
    clerk = desk("customer_service.bj")
    case = FlowService(clerk).start("purchase", new(clerk, "5000"), "submit").case_id
    decide(desk("office_head.bj"), case)
    query = (
        "select node, state, reason from wy_flow_visit where case_id = %s and branch is not null"
    )
    found = clerk.connection.exec_driver_sql(query, (case,)).all()

    assert {row[0]: (row[1], row[2]) for row in found} == {
        "books": ("active", ""),
        "terms": ("skipped", "condition"),
        "finance": ("skipped", "condition"),
        "group": ("skipped", "condition"),
    }
    decide(desk("books"), case)
    decide(desk("manager"), case)
    status = "select status from wy_flow_case where id = %s"
    assert clerk.connection.exec_driver_sql(status, (case,)).scalar_one() == "approved"


def decide(work: Workspace, case: int) -> None:
    query = "select no from wy_flow_task where case_id = %s and user_id = %s and state = 'open'"
    given = (case, work.actor.user_id)
    number = work.connection.exec_driver_sql(query, given).scalar_one()
    FlowService(work).act(case, Command(name="approve", task=number))
