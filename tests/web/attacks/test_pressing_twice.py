"""Forms without a token, forms sent twice, forms overtaken, lures elsewhere."""

from __future__ import annotations

import re
import threading
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from engine.storage.system_tables import wy_audit
from engine.storage.work_tables import wy_comment
from tests.web.bazaar import tables
from tests.web.bazaar_app import Bazaar, Person

POSTS = [
    "/e/customer/new",
    "/e/customer/1/edit",
    "/e/customer/1/delete",
    "/e/order/button/ready?ids=1",
    "/e/customer/bulk?ids=1",
    "/e/customer/bulk/delete?ids=1",
    "/e/customer/views",
    "/e/customer/views/1/delete",
    "/e/order/1/move",
    "/e/customer/1/cell/city",
    "/e/customer/1/comments",
    "/e/customer/1/files",
    "/e/customer/1/restore/1",
    "/e/customer/1/reveal/phone",
    "/s/bazaar_tests.counter",
    "/admin/rights?role=clerk",
    "/admin/grants",
    "/admin/grants/1/revoke",
]


@pytest.mark.parametrize("path", POSTS)
def test_a_post_without_the_form_token_does_nothing(shop: Bazaar, path: str) -> None:
    root = shop.person("root")
    with shop.counted() as statements:
        answer = root.client.post(path, data={"name": "forged", "unit": "2"})

    assert answer.status_code == 400
    assert not any(
        s.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")) for s in statements
    )


@pytest.mark.parametrize("path", POSTS)
def test_what_changes_something_is_not_done_by_a_link(shop: Bazaar, path: str) -> None:
    root = shop.person("root")
    with shop.counted() as statements:
        answer = root.get(path)

    assert answer.status_code in (200, 302, 404, 405)
    assert not any("customer" in s and s.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
                   for s in statements)  # fmt: skip


def named(shop: Bazaar, name: str) -> int:
    table = tables().table("customer")
    return shop.query(select(func.count()).where(table.c.name == name))[0][0]


def test_a_form_pressed_twice_is_saved_once(shop: Bazaar) -> None:
    cora, name = shop.person("cora"), uuid4().hex
    form = {"name": name, "unit": "2", "_request": uuid4().hex}
    first = cora.post("/e/customer/new", form)
    second = cora.post("/e/customer/new", form)

    assert first.status_code == second.status_code == 302
    assert second.headers["Location"] == first.headers["Location"]
    assert named(shop, name) == 1


def test_the_same_form_with_other_words_is_another_press(shop: Bazaar) -> None:
    cora, name, request = shop.person("cora"), uuid4().hex, uuid4().hex
    cora.post("/e/customer/new", {"name": name, "unit": "2", "_request": request})
    cora.post("/e/customer/new", {"name": name + "2", "unit": "2", "_request": request})

    assert named(shop, name) == named(shop, name + "2") == 1


def test_two_presses_at_once_are_one(shop: Bazaar) -> None:
    name = uuid4().hex
    form = {"name": name, "unit": "2", "_request": uuid4().hex}
    people = [Person(shop.app, "cora") for _ in range(2)]
    start = threading.Barrier(2)
    answers = []

    def press(person: Person) -> None:
        start.wait()
        answers.append(person.post("/e/customer/new", form))

    threads = [threading.Thread(target=press, args=(p,)) for p in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [a.status_code for a in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert named(shop, name) == 1


def test_a_refused_form_may_be_sent_again_with_the_same_id(shop: Bazaar) -> None:
    cora, name, request = shop.person("cora"), uuid4().hex, uuid4().hex
    wrong = cora.post("/e/customer/new", {"name": name, "unit": "", "_request": request})
    right = cora.post("/e/customer/new", {"name": name, "unit": "2", "_request": request})

    assert wrong.status_code == 422
    assert request in wrong.text  # the form keeps its id
    assert right.status_code == 302


def test_buttons_edits_comments_and_deletes_pressed_twice_act_once(shop: Bazaar) -> None:
    cora, ask = shop.person("cora"), shop.caller("cora")
    made = ask.create("customer", name="twice", unit=2)
    order = ask.create("order", customer=made["id"], lines=[{"item": "a", "price": "1"}])
    for path, form in (
        (f"/e/order/button/ready?ids={order['id']}", {}),
        (f"/e/customer/{made['id']}/edit", {"name": "twice", "unit": "2", "city": "A"}),
        (f"/e/customer/{made['id']}/comments", {"text": "said once"}),
        ("/e/customer/bulk", {"ids": str(made["id"]), "set.city": "set", "city": "B",
                              "_commit": "1"}),
        (f"/e/order/{order['id']}/delete", {}),
    ):  # fmt: skip
        request = {"_request": uuid4().hex}
        answers = [cora.post(path, {**form, **request}) for _ in range(2)]

        assert [a.status_code for a in answers] == [302, 302], f"{path} {answers[1].text[:300]}"
    comments = select(func.count()).where(
        wy_comment.c.entity == "customer", wy_comment.c.record_id == made["id"]
    )
    changes = select(func.count()).where(
        wy_audit.c.entity == "customer", wy_audit.c.record_id == made["id"]
    )
    assert shop.query(comments)[0][0] == 1
    assert shop.query(changes)[0][0] == 3  # created, edited, changed with many


def test_a_stale_form_keeps_what_was_typed_and_shows_what_is_stored(shop: Bazaar) -> None:
    cora, ask = shop.person("cora"), shop.caller("cora")
    made = ask.create("customer", name="Stale", unit=2, city="First")
    ask("PATCH", f"/customer/{made['id']}", {"city": "Theirs"})
    form = {"name": "Stale", "unit": "2", "city": "What I typed", "_version": "1"}
    answer = cora.post(f"/e/customer/{made['id']}/edit", form)

    assert answer.status_code == 409
    assert "What I typed" in answer.text
    assert "Theirs" in answer.text
    assert re.search(r'name="_version" value="2"', answer.text)
    assert shop.row("customer", made["id"])["city"] == "Theirs"


def test_a_taken_value_on_a_form_is_said_at_its_field(shop: Bazaar) -> None:
    cora = shop.person("cora")
    shop.caller("cora").create("customer", name="First", unit=2, phone="13611112222")
    form = {"name": "Second", "unit": "2", "phone": "13611112222", "city": "typed city"}
    answer = cora.post("/e/customer/new", form)

    assert answer.status_code == 422
    assert "typed city" in answer.text
    assert "Another record has the same" in answer.text


def test_a_plugin_that_breaks_leaves_nothing_half_done(shop: Bazaar) -> None:
    ask = shop.caller("cora")
    made = ask.create("customer", name="Half", unit=2)
    order = ask.create("order", customer=made["id"], lines=[{"item": "a", "price": "1"}])
    ask("POST", "/order/button/ready", {"ids": [order["id"]]})
    body = {"ids": [order["id"]], "ask": {"why": "fail"}}
    api = shop.caller("bea")("POST", "/order/button/post", body)
    page = shop.person("bea").post(f"/e/order/button/post?ids={order['id']}", {"why": "fail"})

    assert api.status_code == page.status_code == 500
    assert api.json["error"]["number"]
    assert "plugin broke" not in api.text + page.text
    assert shop.row("order", order["id"])["state"] == "ready"


@pytest.mark.parametrize(
    "lure", ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example"]
)
def test_no_form_leads_to_another_site(shop: Bazaar, lure: str) -> None:
    cora = shop.person("cora")
    made = shop.caller("cora").create("customer", name="Lure", unit=2)
    answers = [
        cora.post("/e/customer/new", {"name": "Lured", "unit": "2", "next": lure}),
        cora.post("/e/customer/views", {"name": "lure", "query": lure}),
        cora.post(f"/e/customer/{made['id']}/edit?next={lure}", {"name": "L", "unit": "2"}),
        cora.get(f"/login/?next={lure}"),
    ]
    for answer in answers:
        target = answer.headers.get("Location", "/")
        assert target.startswith("/"), target
        assert not target.startswith(("//", "/\\")), target
