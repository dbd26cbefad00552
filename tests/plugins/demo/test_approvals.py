"""The approvals of the demo company: alive, everywhere, and made as people make them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from engine.access import create_admin
from engine.cli._sample_past import relive
from plugins.demo import approvals
from plugins.demo.approvals import working_day
from tests.databases import rolled_back
from tests.flows.sound import check_all
from tests.plugins.demo.conftest import NOON, TODAY, Books, catalog


@dataclass(frozen=True)
class Past:
    """The sample's approvals on the loaded books."""

    books: Books
    today: date = TODAY

    def stand_ins(self) -> Any:
        return approvals.stand_ins(self.today)

    def deeds(self, connection: Any) -> Any:
        return approvals.deeds(connection, self.today)

    @property
    def users(self) -> Any:
        return []


@pytest.fixture(scope="module")
def lived(history_engine: Engine) -> Iterator[Books]:
    with rolled_back(history_engine) as opened:
        books = Books(opened)
        users = dict(books.rows("SELECT username, id FROM ab_user"))
        users["admin"] = create_admin(opened, "admin", "系統管理員", "hidden-2026")
        gone = "UPDATE ab_user SET active = false WHERE username = 'accountant.yq'"
        opened.exec_driver_sql(gone)
        refused = relive(opened, catalog(), Past(books), users, now=NOON)  # type: ignore[arg-type]
        assert refused == []
        yield books


def test_nothing_waits_that_nobody_is_asked_about(lived: Books) -> None:
    for flow in catalog().flows.values():
        lived.none(f"""
            SELECT id FROM {flow.entity} r WHERE {flow.status} = 'submitted' AND NOT EXISTS
              (SELECT FROM wy_flow_case c WHERE c.entity = '{flow.entity}'
                AND c.record_id = r.id AND c.status = 'running')""")
    check_all(lived.context.work)


def test_every_office_has_somebody_to_decide_at_every_level(lived: Books) -> None:
    waiting = set(
        lived.rows("""
        SELECT DISTINCT t.step, u.username FROM wy_flow_task t
          JOIN ab_user u ON u.id = t.user_id WHERE t.state = 'open' AND t.kind = 'decide'""")
    )

    assert waiting >= {
        *(("office", f"office_head.{office}") for office in ("th", "nh", "bj", "yq")),
        ("books", "accountant.bj"), ("branch", "branch_manager.gd"),
        ("branch", "branch_manager.jz"), ("group", "hq_finance.g"), ("group", "hq_operations.g"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("overdue", "SELECT count(*) FROM wy_flow_task WHERE state = 'open' AND due_at < :now"),
        ("returned", """SELECT count(*) FROM wy_flow_task t JOIN reduction r ON r.state = 'draft'
            JOIN wy_flow_case c ON c.id = t.case_id AND c.record_id = r.id
            WHERE t.state = 'open' AND t.kind = 'resubmit'"""),
        ("held", "SELECT count(*) FROM wy_flow_case WHERE held AND status = 'running'"),
        ("an added signer", """SELECT count(*) FROM wy_flow_task
            WHERE state = 'open' AND kind = 'before'"""),
        ("an opinion", """SELECT count(*) FROM wy_flow_task
            WHERE state = 'open' AND kind = 'opinion'"""),
        ("urged", "SELECT count(*) FROM wy_flow_task WHERE state = 'open' AND urged_at < :now"),
        ("half a countersign", """SELECT count(*) FROM wy_flow_task a JOIN wy_flow_task b
            ON b.case_id = a.case_id AND b.visit = a.visit AND b.no <> a.no
            WHERE a.state = 'open' AND b.state = 'approved' AND a.step = 'group'"""),
        ("by the proxy", """SELECT count(*) FROM wy_flow_task WHERE proxy_id = decided_by"""),
        ("unread copies", "SELECT count(*) FROM wy_flow_copy WHERE read_at IS NULL"),
        ("a proxy in force", """SELECT count(*) FROM wy_flow_proxy
            WHERE :today BETWEEN valid_from AND valid_to AND ended_at IS NULL"""),
        ("in force", "SELECT count(*) FROM wy_flow_case WHERE status = 'approved'"),
        ("refused", "SELECT count(*) FROM wy_flow_case WHERE status = 'rejected'"),
        ("withdrawn", "SELECT count(*) FROM wy_flow_case WHERE status = 'withdrawn'"),
    ],
)  # fmt: skip
def test_there_is_one_of_each(lived: Books, what: str, query: str) -> None:
    values = {k: v for k, v in (("now", NOON), ("today", TODAY)) if f":{k}" in query}

    assert lived.one(query, **values) >= 1, what


def test_the_two_companies_ask_other_people_about_a_reduction(lived: Books) -> None:
    asked = set(
        lived.rows("""
        SELECT DISTINCT o.code, c.flow, v.node FROM wy_flow_case c
          JOIN wy_flow_visit v ON v.case_id = c.id AND v.kind = 'step'
          JOIN reduction d ON d.id = c.record_id AND c.entity = 'reduction'
          JOIN room r ON r.id = d.room_id JOIN estate e ON e.id = r.estate_id
          JOIN org_unit o ON o.id = e.office_id""")
    )

    assert {flow for office, flow, _ in asked if office in ("TH", "NH")} == {"reduction"}
    assert {flow for office, flow, _ in asked if office in ("BJ", "YQ")} == {"reduction_east"}
    assert ("BJ", "reduction_east", "books") in asked
    assert not any(node == "books" for _, flow, node in asked if flow == "reduction")


def test_what_people_said_is_in_the_log_when_they_said_it(lived: Books) -> None:
    lived.none(f"SELECT id FROM wy_flow_log WHERE at > '{NOON.isoformat()}'")
    lived.none("""SELECT l.id FROM wy_flow_log l JOIN wy_flow_case c ON c.id = l.case_id
        JOIN reduction d ON d.id = c.record_id AND c.entity = 'reduction'
        WHERE l.at < d.created_at""")
    people = lived.one("SELECT count(DISTINCT actor_id) FROM wy_flow_log WHERE comment <> ''")
    assert people >= 8


def test_working_days_leave_out_the_end_of_the_week() -> None:
    assert working_day(date(2026, 6, 30), 0) == date(2026, 6, 30)
    assert working_day(date(2026, 6, 30), 2) == date(2026, 6, 26)  # over a Sunday and a Saturday
    assert working_day(date(2026, 6, 28), 1) == date(2026, 6, 26)
