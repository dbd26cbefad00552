"""What is wrong with a call about approvals is said by name, and nothing changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from engine.access import set_preference
from engine.storage.flow_tables import wy_flow_case, wy_flow_log, wy_flow_proxy, wy_flow_task
from tests.web.office_app import Office


@pytest.fixture(scope="module")
def case(office: Office) -> int:
    """A case that waits for zoe, and that none of these tests moves."""
    return office.submitted(title="Stays")


@pytest.fixture(autouse=True)
def _nothing_changes(office: Office, case: int) -> Iterator[None]:
    before = state(office, case)
    yield
    assert state(office, case) == before


def state(office: Office, case: int) -> Any:
    query = select(wy_flow_task).where(wy_flow_task.c.case_id == case).order_by(wy_flow_task.c.no)
    log = select(func.count()).where(wy_flow_log.c.case_id == case)
    return office.query(query), office.query(log), office.row("request", office.record_of(case))


def codes(answer: Any) -> list[str]:
    error = answer.json["error"]
    assert error["message"]
    return [p["field"] + ":" + p["code"] for p in error.get("problems", ())] or [
        error.get("code", "")
    ]


WRONG = [
    ({"task": "1"}, "task:invalid"),
    ({"task": True}, "task:invalid"),
    ({"task": 2**70}, "task:invalid"),
    ({"task": -1}, "task:invalid"),
    ({"users": 3}, "users:invalid"),
    ({"users": ["3"]}, "users:invalid"),
    ({"users": [2**40]}, "users:invalid"),
    ({"users": [True]}, "users:invalid"),
    ({"comment": ["x"]}, "comment:invalid"),
    ({"comment": "x" * 4_001}, "comment:invalid"),
    ({"comment": "a\0b"}, "comment:invalid"),
    ({"target": {"a": 1}}, "target:invalid"),
    ({"mode": 1}, "mode:invalid"),
    ({"visit": 1.5}, "visit:invalid"),
    ({"values": [1]}, "values:invalid"),
    ({"chosen": {"look": "zoe"}}, "chosen:invalid"),
    ({"attachments": "1"}, "attachments:invalid"),
    ({"attachments": [10**12]}, "attachments:no-file"),
    ({"attachments": list(range(1, 30))}, "attachments:too_many"),
    ({"actor": 1}, "actor:unknown"),
    ({"is_admin": True}, "is_admin:unknown"),
    ({"values": {"approved_amount": "many"}}, "approved_amount:invalid"),
]


@pytest.mark.parametrize(("sent", "code"), WRONG, ids=lambda one: str(one)[:40])
def test_what_cannot_be_taken_is_named(
    office: Office, case: int, sent: dict[str, Any], code: str
) -> None:
    body = {"values": {"approved_amount": "1"}, **sent}
    answer = office.caller("zoe")("POST", f"/flows/{case}/approve", body)
    assert answer.status_code == 422, answer.text
    assert codes(answer)[0] == code


REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("zoe", "approve", {}, "approved_amount:required"),
    ("zoe", "reject", {}, "comment:comment_required"),
    ("zoe", "nonsense", {}, "unknown_action"),
    ("zoe", "event", {"target": "paid"}, "unknown_action"),
    ("zoe", "due", {}, "unknown_action"),
    ("zoe", "abstain", {"comment": "x"}, "not_allowed"),
    ("zoe", "claim", {}, "not_allowed"),
    ("zoe", "withdraw", {}, "not_initiator"),
    ("zoe", "terminate", {"comment": "x"}, "not_admin"),
    ("zoe", "force", {"mode": "approved"}, "not_admin"),
    ("zoe", "migrate", {}, "not_admin"),
    ("zoe", "transfer", {}, "no_people"),
    ("zoe", "transfer", {"users": ["ann"]}, "self_approval"),
    ("zoe", "transfer", {"users": ["ina"]}, "inactive"),
    ("zoe", "transfer", {"users": [999_999]}, "inactive"),
    ("zoe", "transfer", {"users": ["zoe"]}, "duplicate"),
    ("zoe", "add_sign", {"users": ["lia"], "mode": "around"}, "not_allowed"),
    ("zoe", "return", {"target": "gm", "comment": "x"}, "bad_target"),
    ("zoe", "return", {"target": "nowhere", "comment": "x"}, "bad_target"),
    ("zoe", "comment", {"comment": "  "}, "comment_required"),
    ("zoe", "approve", {"values": {"amount": "1"}}, "This step does not let you change amount."),
    ("zoe", "approve", {"values": {"state": "approved"}}, "This step does not let you"),
    ("zoe", "reject", {"values": {"approved_amount": "1"}, "comment": "x"}, ":invalid"),
    ("fox", "approve", {}, "not_your_task"),
    ("ann", "approve", {"values": {"approved_amount": "1"}}, "not_your_task"),
    ("cat", "jump", {"target": "nowhere"}, "bad_target"),
    ("cat", "assign", {"users": ["lia"]}, "not_open"),
    ("cat", "resume", {}, "not_suspended"),
    ("cat", "migrate", {}, "up_to_date"),
    ("cat", "hand_over", {"leaver": "zoe", "users": ["ina"]}, "inactive"),
]


@pytest.mark.parametrize(("login", "command", "body", "code"), REFUSED, ids=lambda o: str(o)[:30])
def test_what_the_rules_forbid_is_refused_by_name(
    office: Office, case: int, login: str, command: str, body: dict[str, Any], code: str
) -> None:
    def number(one: Any) -> Any:
        return office.users[one] if isinstance(one, str) else one

    sent = dict(body)
    if "users" in sent:
        sent["users"] = [number(one) for one in sent["users"]]
    if "leaver" in sent:
        sent["leaver"] = number(sent["leaver"])
    answer = office.caller(login)("POST", f"/flows/{case}/{command}", sent)
    assert answer.status_code in (403, 422), answer.text
    error = answer.json["error"]
    assert code in (*codes(answer), error["message"]) or error["message"].startswith(code)


def test_anothers_task_and_a_task_of_another_case_are_refused(office: Office, case: int) -> None:
    other = office.submitted()
    for task in (office.task("zoe", other), 10**15):
        body = {"task": task, "values": {"approved_amount": "1"}}
        answer = office.caller("zoe")("POST", f"/flows/{case}/approve", body)
        assert codes(answer) == ["not_your_task"]
    answer = office.caller("fox")(
        "POST", f"/flows/{case}/approve", {"task": office.task("zoe", case)}
    )
    assert codes(answer) == ["not_your_task"]


def test_a_decided_task_and_a_closed_case_are_refused(office: Office) -> None:
    done = office.submitted()
    task = office.task("zoe", done)
    office.do("zoe", done, "approve", values={"approved_amount": "1"})
    for body in ({"task": task}, {}):
        assert codes(office.caller("zoe")("POST", f"/flows/{done}/approve", body)) == [
            "already_done"
        ]
    office.do("ann", done, "withdraw")
    assert codes(office.caller("fox")("POST", f"/flows/{done}/approve", {})) == ["already_done"]
    for command in ("withdraw", "urge"):
        assert codes(office.caller("ann")("POST", f"/flows/{done}/{command}", {})) == [
            "not_running"
        ]
    for command in ("suspend", "terminate", "jump", "migrate"):
        sent = {"comment": "x", "target": "gm"} if command != "migrate" else {}
        answer = office.caller("cat")("POST", f"/flows/{done}/{command}", sent)
        assert codes(answer) == ["not_running"]


@pytest.mark.parametrize("number", [0, 999_999_999, 2**63 - 1, 2**63, 10**40])
def test_an_unknown_case_is_not_there(office: Office, number: int) -> None:
    ask = office.caller("zoe")
    for method, path in (
        ("GET", ""),
        ("POST", "/approve"),
        ("POST", "/files"),
        ("POST", "/migrate"),
    ):
        assert ask(method, f"/flows/{number}{path}").status_code in (404, 422)
    assert ask("POST", f"/flows/{number}/approve", {}).status_code == 404


BODIES = [b"", b"null", b"[]", b"1e999", b"\xff", b'{"a":' * 50_000, b"[" * 50_000]


@pytest.mark.parametrize("path", ["approve", "migrate", "transfer"])
def test_what_is_no_object_is_refused(office: Office, case: int, path: str) -> None:
    ask = office.caller("zoe")
    for body in BODIES:
        answer = ask("POST", f"/flows/{case}/{path}", data=body, content_type="application/json")
        assert answer.status_code == 422, answer.text


def test_starting_is_refused_by_name(office: Office, case: int) -> None:
    ask, running = office.caller("ann"), office.record_of(case)
    assert codes(ask("POST", f"/flows/start/request/{running}/submit", {})) == ["already_running"]
    preview = ask("POST", f"/flows/start/request/{running}/submit", {"preview": True})
    assert (preview.json["can"], preview.json["coming"]) == (False, [])
    record = office.request()
    for path in (f"request/{record}/nonsense", "request/999999/submit", f"nothing/{record}/submit",
                 "unit/1/submit"):  # fmt: skip
        assert ask("POST", f"/flows/start/{path}", {}).status_code == 404, path
    where = f"/flows/start/request/{record}/submit"
    assert office.caller("out")("POST", where, {}).status_code == 404
    assert office.caller("lim")("GET", where.removesuffix("/submit")).status_code == 404
    assert codes(ask("POST", where, {"chosen": {"look": ["zoe"]}})) == ["chosen:invalid"]
    assert codes(ask("POST", where, {"chosen": []})) == ["chosen:invalid"]
    assert codes(ask("POST", where, {"preview": "yes"})) == ["preview:invalid"]
    row = office.row("request", record)
    assert row is not None
    assert row["state"] == "draft"


def test_a_proxy_that_makes_no_sense_is_refused_whole(office: Office) -> None:
    ask, today = office.caller("ann"), office.today
    good = {"proxy": office.users["bob"], "from": str(today), "to": str(today)}
    for more, code in (
        ({"proxy": office.users["ann"]}, "proxy:invalid"),
        ({"proxy": office.users["ina"]}, "proxy:invalid"),
        ({"proxy": None}, "proxy:invalid"),
        ({"proxy": "bob"}, "proxy:invalid"),
        ({"from": "2026-13-01"}, "from:invalid"),
        ({"to": str(today - timedelta(days=1))}, "to:invalid"),
        ({"to": str(today + timedelta(days=400))}, "to:invalid"),
        ({"flows": ["nonsense"]}, "flows:unknown"),
        ({"flows": "standard"}, "flows:invalid"),
        ({"reason": "\0"}, "reason:invalid"),
        ({"user": 1}, "user:unknown"),
    ):
        answer = ask("POST", "/flows/proxies", {**good, **more})
        assert (answer.status_code, codes(answer)[0]) == (422, code), answer.text
    me = wy_flow_proxy.c.user_id == office.users["ann"]
    assert office.query(select(wy_flow_proxy.c.id).where(me)) == []


@pytest.mark.parametrize(
    "query",
    ["list=nonsense", "size=0", "size=201", "size=x", "before=-1", f"before={'9' * 40}",
     "before=²", "list=done&overdue=1"],
)  # fmt: skip
def test_a_list_that_is_none_is_refused(office: Office, query: str) -> None:
    answer = office.caller("zoe")("GET", f"/flows/?{query}")
    assert answer.status_code == 422
    assert answer.json["error"]["message"]


def test_bulk_takes_a_choice(office: Office) -> None:
    ask = office.caller("gus")
    for body in ({}, {"tasks": []}, {"tasks": "1"}, {"tasks": [None]}, {"tasks": [1] * 2_000},
                 {"tasks": list(range(1, 60))}, {"tasks": [1], "preview": 1}):  # fmt: skip
        assert ask("POST", "/flows/bulk", body).status_code == 422, body


def test_the_same_key_is_one_decision_with_one_answer(office: Office) -> None:
    mine, headers = office.submitted(), {"Idempotency-Key": uuid4().hex}
    body, path = {"values": {"approved_amount": "7"}}, None
    path = f"/flows/{mine}/approve"
    first = office.caller("zoe")("POST", path, body, headers=headers)
    again = office.caller("zoe")("POST", path, body, headers=headers)
    assert (first.status_code, again.json) == (200, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = office.caller("zoe")("POST", path, {"comment": "x"}, headers=headers)
    assert other.status_code == 409
    # another person's key of the same name is another call
    claimed = office.caller("fin")("POST", f"/flows/{mine}/claim", {}, headers=headers)
    assert (claimed.status_code, office.open(mine)) == (200, ["pool/fin"])
    keys = select(wy_flow_log.c.request_id).where(wy_flow_log.c.case_id == mine)
    kept = [row[0] for row in office.query(keys.order_by(wy_flow_log.c.seq))]
    name = headers["Idempotency-Key"]
    assert kept == ["", f"api:{office.users['zoe']}:{name}", f"api:{office.users['fin']}:{name}"]


def test_the_same_key_starts_one_approval(office: Office) -> None:
    record, headers = office.request(), {"Idempotency-Key": uuid4().hex}
    path = f"/flows/start/request/{record}/submit"
    first = office.caller("ann")("POST", path, {}, headers=headers)
    again = office.caller("ann")("POST", path, {}, headers=headers)
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)


def at_once(office: Office, *calls: tuple[str, str]) -> list[tuple[int, str]]:
    """Send some calls at the same moment, as (login, path); return status and code of each."""
    found: list[tuple[int, str]] = []
    door = threading.Barrier(len(calls))

    def send(login: str, path: str) -> None:
        ask = office.caller(login)
        door.wait()
        answer = ask("POST", path, {})
        found.append((answer.status_code, answer.json.get("error", {}).get("code", "")))

    for login, _ in calls:
        office.caller(login)  # its key is made before
    people = [threading.Thread(target=send, args=one) for one in calls]
    for one in people:
        one.start()
    for one in people:
        one.join()
    return sorted(found)


def test_of_two_who_decide_at_once_one_is_told_so(office: Office) -> None:
    mine = office.submitted()
    office.do("zoe", mine, "approve", values={"approved_amount": "1"})
    path = f"/flows/{mine}/approve"
    assert at_once(office, ("fin", path), ("fox", path)) == [(200, ""), (403, "already_done")]
    assert office.open(mine) == ["both/leo", "both/pam"]


def test_of_two_who_start_at_once_one_is_told_so(office: Office) -> None:
    record = office.request()
    path = f"/flows/start/request/{record}/submit"
    assert at_once(office, ("ann", path), ("bob", path)) == [(201, ""), (403, "already_running")]
    cases = select(func.count()).where(
        wy_flow_case.c.entity == "request", wy_flow_case.c.record_id == record
    )
    assert office.query(cases)[0][0] == 1


def test_a_refusal_in_the_readers_language(office: Office, case: int) -> None:
    def speaks(language: str) -> None:
        with office.engine.begin() as connection:
            set_preference(connection, office.users["fox"], "language", language)

    speaks("zh_Hant")
    answer = office.caller("fox")("POST", f"/flows/{case}/approve", {})
    speaks("en")
    assert answer.json["error"]["code"] == "not_your_task"
    assert not json.dumps(answer.json["error"]["message"], ensure_ascii=False).isascii()
