"""A running approval under attack: by who has no part in it, and by who is asked."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.flows.needs import COMMANDS
from engine.storage.flow_tables import wy_flow_case, wy_flow_log, wy_flow_proxy, wy_flow_task
from tests.web.attacks.conftest import SECRET
from tests.web.attacks.test_sweep import BODIES, FORMS, HUGE, QUERIES, UPLOADS
from tests.web.office_app import Office

OUTSIDERS = ("out", "lim")  # no right at all; a right to other records
READS = ("", "counts", "people", "proxies", "monitor", "monitor/times")


@pytest.fixture(scope="module")
def case(office: Office) -> int:
    """A case whose record, subject and log name the secret."""
    found = office.submitted(title=SECRET, special_terms=SECRET)
    file = office.upload("ann", found, f"{SECRET}.png")
    office.do("ann", found, "comment", comment=SECRET, attachments=[file])
    return found


def state(office: Office, case: int) -> Any:
    counted = [
        office.query(select(func.count()).select_from(table))
        for table in (wy_flow_case, wy_flow_log, wy_flow_proxy)
    ]
    mine = wy_flow_task.c.case_id == case
    tasks = office.query(select(wy_flow_task).where(mine).order_by(wy_flow_task.c.no))
    return counted, tasks, office.row("request", office.record_of(case))


def judge(answer: Any, told: str) -> None:
    text = answer.data.decode(errors="replace")
    assert answer.status_code < 500, f"{told}: {answer.status_code} {text[-500:]}"
    assert SECRET not in text, told
    assert "Traceback" not in text, told
    if answer.status_code >= 400:
        assert len(text) > 20, f"{told}: says nothing"


def test_an_outsider_learns_nothing_and_does_nothing(office: Office, case: int) -> None:
    before = state(office, case)
    record = office.record_of(case)
    writes = [f"{case}/{name}" for name in (*COMMANDS, "migrate", "files", "event", "__class__")]
    writes += [f"start/request/{record}/submit", "bulk", "handover", "proxies", "proxies/1/end"]
    users = [office.users["out"]]
    bodies: list[dict[str, Any]] = [
        {},
        {"comment": "x", "users": users, "tasks": [office.task("zoe", case)], "target": "gm",
         "task": office.task("zoe", case), "mode": "approved", "values": {"amount": "1"}},
        {"comment": "x", "users": users, "leaver": office.users["zoe"], "visit": 1},
        {"steps": {"look": "gm"}}, {"tasks": [office.task("zoe", case)]},
        {"leaver": office.users["zoe"], "heir": office.users["out"]},
    ]  # fmt: skip
    for login in OUTSIDERS:
        ask = office.caller(login)
        for path in (*READS, str(case), f"start/request/{record}"):
            judge(ask("GET", f"/flows/{path}"), f"{login} GET {path}")
        for path in writes:
            for body in bodies:
                judge(ask("POST", f"/flows/{path}", body), f"{login} {path} {body}")
        page = office.person(login)
        for path in (f"/flows/{case}", f"/e/request/{record}", "/flows/", "/flows/monitor",
                     *(f"/flows/{case}/{name}" for name in COMMANDS)):  # fmt: skip
            judge(page.get(path), f"{login} GET {path}")
    assert state(office, case) == before


@pytest.mark.parametrize("path", READS)
def test_hostile_questions_break_nothing(office: Office, path: str) -> None:
    for login in ("out", "fox", "cat"):
        ask = office.caller(login)
        for query in QUERIES:
            safe = {k: v for k, v in query.items() if "\ud800" not in v}
            for more in ({}, {"before": HUGE}, {"size": "²"}, {"flow": "\0", "list": "\0"}):
                answer = ask("GET", f"/flows/{path}", query_string={**safe, **more})
                assert answer.status_code < 500, f"{login} {path} {query} {more}"


# fox may read the request, and has no part in deciding on it
@pytest.mark.parametrize("login", ["out", "fox"])
@pytest.mark.parametrize(
    "name", ["approve", "transfer", "migrate", "comment", "force", "files", "%00", "__init__"]
)
def test_hostile_commands_break_nothing(office: Office, case: int, login: str, name: str) -> None:
    before = state(office, case)
    ask, sent = office.caller(login), {"content_type": "application/json"}
    for number in (case, HUGE, "0", "-1", "x"):
        for body in BODIES:
            answer = ask("POST", f"/flows/{number}/{name}", data=body, **sent)
            assert 400 <= answer.status_code < 500, f"{number}/{name} {body[:40]!r}"
    assert state(office, case) == before


@pytest.mark.parametrize("login", ["out", "fox"])
def test_hostile_calls_break_nothing(office: Office, case: int, login: str) -> None:
    before = state(office, case)
    ask, sent = office.caller(login), {"content_type": "application/json"}
    record = office.record_of(case)
    for path in ("bulk", "handover", "proxies", f"start/request/{record}/submit", "proxies/9/end",
                 "start/__class__/1/__init__", f"start/request/{HUGE}/submit"):  # fmt: skip
        for body in BODIES:
            answer = ask("POST", f"/flows/{path}", data=body, **sent)
            assert 400 <= answer.status_code < 500, f"{path} {body[:40]!r}"
    for name, content in UPLOADS:
        form = {"file": (io.BytesIO(content), name)}
        answer = ask("POST", f"/flows/{case}/files", data=form)
        assert 400 <= answer.status_code < 500, name
    assert state(office, case) == before


@pytest.mark.parametrize("login", ["out", "zoe"])
def test_hostile_forms_break_no_screen(office: Office, case: int, login: str) -> None:
    """zoe is asked, so that her forms get as far as forms get."""
    before = state(office, case)
    person, record = office.person(login), office.record_of(case)
    forms = [
        *FORMS,
        {"users": HUGE, "task": HUGE, "visit": HUGE, "target": "\0", "mode": "\0", "comment": "\0"},
        {"comment": "x" * 10_000, "users": "²", "tasks": "1,2", "approved_amount": "1e999"},
        {"comment": "x\0", "chosen.look": HUGE, "approved_amount": "\0", "papers.keep": HUGE},
    ]
    paths = [f"/flows/{case}/{name}" for name in COMMANDS if name not in ("copy", "comment")]
    paths += ["/flows/bulk", "/flows/handover", "/flows/proxies", "/flows/proxies/1/end",
              f"/flows/start/request/{record}/submit", f"/flows/{HUGE}/approve"]  # fmt: skip
    for path in paths:
        for form in forms:
            answer = person.post(path, dict(form))
            assert answer.status_code < 500, f"{login} {path} {str(form)[:80]}"
            assert "Traceback" not in answer.text
    assert state(office, case) == before


def test_a_decision_without_the_form_token_is_none(office: Office, case: int) -> None:
    before = state(office, case)
    person = office.person("zoe")
    for path in (f"/flows/{case}/approve", f"/api/v1/flows/{case}/approve",
                 "/api/v1/flows/bulk", "/api/v1/flows/proxies"):  # fmt: skip
        assert person.client.post(path, data={"approved_amount": "1"}).status_code == 400, path
    assert state(office, case) == before


def test_a_visitor_gets_nothing(office: Office, case: int) -> None:
    client = office.app.test_client()
    for path in (*READS, str(case)):
        assert client.get(f"/api/v1/flows/{path}").status_code == 401
    for path in (f"{case}/approve", f"{case}/files", "bulk", "handover", "proxies"):
        assert client.post(f"/api/v1/flows/{path}", json={}).status_code == 401
