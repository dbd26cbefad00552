"""Writes that are sent twice."""

from __future__ import annotations

import io
import threading
from uuid import uuid4

from sqlalchemy import func, select

from tests.web.bazaar import tables
from tests.web.bazaar_app import Bazaar
from tests.web.test_api_records import PNG


def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


def named(shop: Bazaar, name: str) -> int:
    table = tables().table("customer")
    return shop.query(select(func.count()).where(table.c.name == name))[0][0]


def test_the_same_key_and_body_is_one_write_with_one_answer(shop: Bazaar) -> None:
    ask, headers, name = shop.caller("cora"), key(), uuid4().hex
    body = {"name": name, "unit": 2}
    first = ask("POST", "/customer/", body, headers=headers)
    second = ask("POST", "/customer/", body, headers=headers)

    assert second.status_code == 201
    assert second.json == first.json
    assert second.headers["Idempotency-Replayed"] == "true"
    assert named(shop, name) == 1


def test_the_same_key_for_another_request_is_refused(shop: Bazaar) -> None:
    ask, headers, name = shop.caller("cora"), key(), uuid4().hex
    ask("POST", "/customer/", {"name": name, "unit": 2}, headers=headers)
    other = ask("POST", "/customer/", {"name": name + "2", "unit": 2}, headers=headers)

    assert other.status_code == 409
    assert "idempotency key" in other.json["error"]["message"]
    assert named(shop, name + "2") == 0


def test_another_person_may_use_the_same_key(shop: Bazaar) -> None:
    headers, name = key(), uuid4().hex
    first = shop.caller("cora")("POST", "/customer/", {"name": name, "unit": 2}, headers=headers)
    second = shop.caller("wes")("POST", "/customer/", {"name": name, "unit": 3}, headers=headers)

    assert {first.status_code, second.status_code} == {201}
    assert named(shop, name) == 2


def test_a_write_that_failed_may_be_sent_again_corrected(shop: Bazaar) -> None:
    ask, headers, name = shop.caller("cora"), key(), uuid4().hex
    wrong = ask("POST", "/customer/", {"name": name}, headers=headers)
    right = ask("POST", "/customer/", {"name": name, "unit": 2}, headers=headers)

    assert wrong.status_code == 422
    assert right.status_code == 201


def test_two_at_once_with_one_key_have_one_effect(shop: Bazaar) -> None:
    headers, name = key(), uuid4().hex
    ask = shop.caller("cora")
    answers = []
    start = threading.Barrier(2)

    def send() -> None:
        start.wait()
        answers.append(ask("POST", "/customer/", {"name": name, "unit": 2}, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert named(shop, name) == 1


def test_every_kind_of_write_is_done_once(shop: Bazaar) -> None:
    ask = shop.caller("cora")
    made = ask.create("customer", name="Once", unit=2)
    order = ask.create("order", customer=made["id"], lines=[{"item": "a", "price": "1"}])
    writes = [
        ("PATCH", f"/customer/{made['id']}", {"city": "A", "version": 1}),
        ("POST", "/customer/bulk", {"ids": [made["id"]], "values": {"city": "B"}}),
        ("POST", "/order/button/ready", {"ids": [order["id"]]}),
        ("POST", f"/customer/{made['id']}/comments", {"text": "once"}),
        ("DELETE", f"/order/{order['id']}", None),
    ]
    for method, path, body in writes:
        headers = key()
        first = ask(method, path, body, headers=headers)
        second = ask(method, path, body, headers=headers)

        assert first.status_code in (200, 201), first.text
        assert second.json == first.json, path
    assert len(ask("GET", f"/customer/{made['id']}/comments").json["items"]) == 1


def test_an_upload_is_kept_once_and_another_file_is_another_request(shop: Bazaar) -> None:
    ask, headers = shop.caller("cora"), key()

    def send(content: bytes):
        form = {"entity": "customer", "field": "portrait", "file": (io.BytesIO(content), "a.png")}
        return ask("POST", "/files", data=form, headers=headers)

    first, second, other = send(PNG), send(PNG), send(PNG + b"\0")

    assert first.json["id"] == second.json["id"]
    assert other.status_code == 409


def test_a_key_without_end_is_refused(shop: Bazaar) -> None:
    headers = {"Idempotency-Key": "x" * 201}
    answer = shop.caller("cora")("POST", "/customer/", {"name": "a", "unit": 2}, headers=headers)

    assert answer.status_code == 422
