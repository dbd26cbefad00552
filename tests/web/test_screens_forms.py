"""Forms: new, changed, refused with reasons, closed."""

from __future__ import annotations

import re

import pytest

from tests.web.bazaar_app import Bazaar


@pytest.fixture
def customer(shop: Bazaar) -> dict:
    return shop.caller("cora").create("customer", name="Fay", unit=2, city="Fanling")


@pytest.fixture
def order(shop: Bazaar, customer: dict) -> dict:
    lines = [{"item": "tea", "price": "4", "qty": "2"}, {"item": "cup", "price": "3"}]
    return shop.caller("cora").create("order", customer=customer["id"], lines=lines)


def test_a_new_form_has_tabs_defaults_and_first_values(shop: Bazaar, customer: dict) -> None:
    cora = shop.person("cora")
    form = cora.get("/e/customer/new?city=Fanling").text
    order = cora.get(f"/e/order/new?customer={customer['id']}").text

    for word in ("Basics", "More", "Identity", 'name="name"', 'value="Fanling"'):
        assert word in form, word
    assert 'name="secret"' not in form
    assert "Fay" in order  # the chosen customer by name
    assert 'value="Fanling"' in order  # fetched from him
    assert 'name="lines.__n__.item"' in order
    assert "cost" not in re.findall(r'name="lines\.__n__\.(\w+)"', order)


def test_a_form_with_lines_is_saved(shop: Bazaar, customer: dict) -> None:
    cora = shop.person("cora")
    form = {
        "customer": str(customer["id"]), "kind": "sale", "due_on": "2026-07-01", "limit": "100",
        "lines._present": "1", "lines.0.item": "tea", "lines.0.qty": "2", "lines.0.price": "4.50",
        "lines.7.item": "", "lines.7.qty": "", "lines.7.price": "",
        "about": str(customer["id"]), "about.entity": "customer",
    }  # fmt: skip
    saved = cora.post("/e/order/new", form)
    again = cora.post("/e/order/new", {**form, "_save_new": "1"})
    page = cora.get(saved.headers["Location"]).text

    assert re.fullmatch(r"/e/order/\d+", saved.headers["Location"])
    assert again.headers["Location"] == "/e/order/new"
    for word in ("Fay", "tea", "9.00", "2026-07-01", "Draft"):
        assert word in page, word


def test_a_refused_form_says_why_at_the_field_and_loses_nothing(
    shop: Bazaar, customer: dict
) -> None:
    before = shop.count("order")
    form = {
        "customer": str(customer["id"]), "kind": "gift", "note": "typed note", "limit": "1",
        "lines._present": "1", "lines.0.item": "", "lines.0.qty": "x", "lines.0.price": "5",
        "lines.3.item": "typed item", "lines.3.price": "5",
    }  # fmt: skip
    answer = shop.person("cora").post("/e/order/new", form)

    assert answer.status_code == 422
    assert "typed note" in answer.text
    assert 'value="typed item"' in answer.text
    assert 'value="x"' in answer.text
    assert "Fay" in answer.text
    assert "This field is required." in answer.text
    assert "Enter a number" in answer.text
    assert shop.count("order") == before


def test_a_check_is_said_in_the_readers_language_and_may_hold_a_percent_sign(
    shop: Bazaar, customer: dict
) -> None:
    form = {"customer": str(customer["id"]), "limit": "1", "lines._present": "1",
            "lines.0.item": "dear", "lines.0.price": "5"}  # fmt: skip
    english = shop.person("cora").post("/e/order/new", form)
    body = {"customer": customer["id"], "limit": 1, "lines": [{"item": "dear", "price": 5}]}
    api = shop.caller("cora")("POST", "/order/", body)

    assert "The total exceeds 100% of the limit" in english.text
    assert api.json["error"]["message"] == "The total exceeds 100% of the limit"


def test_lines_are_kept_changed_added_and_removed(shop: Bazaar, order: dict) -> None:
    cora = shop.person("cora")
    first, second = (line["id"] for line in order["lines"])
    form = {
        "customer": str(order["customer"]["id"]), "kind": "sale", "_version": "1",
        "lines._present": "1",
        "lines.0.id": str(first), "lines.0.item": "green tea", "lines.0.price": "4",
        "lines.1.id": str(second), "lines.1._delete": "1",
        "lines.2.item": "plate", "lines.2.price": "10",
    }  # fmt: skip
    edit = cora.get(f"/e/order/{order['id']}/edit").text
    answer = cora.post(f"/e/order/{order['id']}/edit", form)
    lines = shop.caller("cora")("GET", f"/order/{order['id']}").json["lines"]

    assert 'value="tea"' in edit
    assert f'value="{first}"' in edit
    assert answer.status_code == 302
    assert [(line["item"], line["qty"]) for line in lines] == [
        ("green tea", "2.000"),
        ("plate", "1.000"),
    ]


def test_a_closed_record_is_not_changed_but_for_what_its_author_left_open(
    shop: Bazaar, order: dict
) -> None:
    shop.caller("cora")("POST", "/order/button/ready", {"ids": [order["id"]]})
    body = {"ids": [order["id"]], "ask": {"why": "done"}}
    shop.caller("bea")("POST", "/order/button/post", body)
    cora = shop.person("cora")
    closed = cora.post(f"/e/order/{order['id']}/edit", {"city": "elsewhere"})
    noted = cora.post(f"/e/order/{order['id']}/edit", {"note": "left open"})
    gone = cora.post(f"/e/order/{order['id']}/delete")

    assert closed.status_code == gone.status_code == 403
    assert "closed" in closed.text
    assert noted.status_code == 302
    assert shop.row("order", order["id"])["note"] == "left open"
