"""A record under approval is closed: to the API, to buttons, to imports (rule 20)."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from python_calamine import load_workbook

from tests.exchange.books import xlsx
from tests.web.office_app import Office

CLOSED = "This record is under approval or decided; it cannot be changed now."
KEPT = "This record is under approval or decided; it cannot be deleted."


@pytest.fixture
def running(office: Office) -> int:
    """A record whose approval waits for zoe."""
    return office.record_of(office.submitted(title="Under way"))


def refused(office: Office, record: int, answer: Any, message: str) -> None:
    assert answer.status_code == 403, answer.text
    assert answer.json["error"]["message"] == message
    row = office.row("request", record)
    assert row is not None
    assert (row["title"], str(row["amount"]), row["state"]) == ("Under way", "10.00", "pending")


def test_it_is_not_changed(office: Office, running: int) -> None:
    for login in ("ann", "gus"):
        answer = office.caller(login)("PATCH", f"/request/{running}", {"title": "x"})
        refused(office, running, answer, CLOSED)
    answer = office.caller("adm")("PATCH", f"/request/{running}", {"title": "x"})
    refused(office, running, answer, CLOSED)
    answer = office.caller("ann")("PATCH", f"/request/{running}", {"lines": [{"item": "x"}]})
    refused(office, running, answer, CLOSED)
    answer = office.caller("ann")("PATCH", f"/request/{running}", {"state": "approved"})
    assert answer.status_code in (403, 422)


def test_it_is_not_deleted(office: Office, running: int) -> None:
    for login in ("ann", "adm"):
        refused(office, running, office.caller(login)("DELETE", f"/request/{running}"), KEPT)


def test_a_bulk_change_with_it_changes_nothing(office: Office, running: int) -> None:
    free = office.request(title="Free")
    body = {"ids": [free, running], "values": {"amount": "99"}}
    shown = office.caller("ann")("POST", "/request/bulk", {**body, "preview": True}).json
    assert shown["problems"][str(running)][0]["message"] == CLOSED
    answer = office.caller("ann")("POST", "/request/bulk", body)
    assert answer.status_code in (200, 403, 422)
    rows = [office.row("request", one) for one in (free, running)]
    assert [str(row["amount"]) for row in rows if row] == ["10.00", "10.00"]
    assert CLOSED in answer.text


def test_a_button_does_not_press_it(office: Office, running: int) -> None:
    answer = office.caller("ann")("POST", "/request/button/raise", {"ids": [running]})
    assert CLOSED in answer.json["error"]["message"]
    row = office.row("request", running)
    assert row is not None
    assert str(row["amount"]) == "10.00"


def test_what_the_step_lets_its_person_edit_is_open_to_him_alone(office: Office) -> None:
    case = office.submitted(title="Under way")
    record = office.record_of(case)
    office.do("zoe", case, "transfer", users=[office.users["bob"]])
    ok = office.caller("bob")("PATCH", f"/request/{record}", {"approved_amount": "5"})
    assert ok.status_code == 200, ok.text
    answer = office.caller("ann")("PATCH", f"/request/{record}", {"approved_amount": "6"})
    refused(office, record, answer, CLOSED)
    answer = office.caller("bob")("PATCH", f"/request/{record}", {"amount": "6"})
    refused(office, record, answer, CLOSED)
    office.do("cat", case, "suspend")
    answer = office.caller("bob")("PATCH", f"/request/{record}", {"approved_amount": "7"})
    refused(office, record, answer, CLOSED)


def imported(office: Office, login: str, *rows: list[Any]) -> list[list[Any]]:
    """Import rows of title, unit and amount; return the rows given back."""
    person, base = office.person(login), "/e/request/import"
    book = xlsx([["標題", "單位", "金額"], *rows])
    sent = {"file": (io.BytesIO(book), "requests.xlsx"), "mode": "both"}
    where = person.post(base, sent).headers["Location"]
    number = where.removeprefix(f"{base}/").partition("?")[0]
    columns = {"key": "title", "map.0": "title", "map.1": "unit", "map.2": "amount"}
    person.post(f"{base}/{number}?mode=both", columns, follow_redirects=True)
    person.post(f"{base}/{number}/commit", follow_redirects=True)
    bad = person.get(f"{base}/{number}/errors.xlsx")
    if bad.status_code != 200:
        return []
    return load_workbook(io.BytesIO(bad.data)).get_sheet_by_index(0).to_python()[1:]


def test_an_import_passes_over_it_and_says_why(office: Office) -> None:
    name, free = uuid4().hex, uuid4().hex
    record = office.record_of(office.submitted(title=name))
    other = office.request(title=free)
    back = imported(office, "ann", [name, "Sales", 77], [free, "Sales", 78])

    rows = [office.row("request", one) for one in (record, other)]
    assert [str(row["amount"]) for row in rows if row] == ["10.00", "78.00"]
    assert [row[0] for row in back] == [name]
    assert CLOSED in str(back[0])
