"""Dialogs that show what they would do, and look-ups that read what stands around them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.bazaar_app import Bazaar

CLEAR = "/e/order/button/clear_out"


@pytest.fixture
def orders(shop: Bazaar) -> dict[str, Any]:
    """A customer with two drafts and one order that is ready."""
    cora = shop.caller("cora")
    customer = cora.create("customer", name="Gil", unit=2, city="Ham")
    made = [cora.create("order", customer=customer["id"])["id"] for _ in range(3)]
    cora("POST", "/order/button/ready", {"ids": made[2:]})
    return {"customer": customer["id"], "orders": made}


def shown(page: str) -> tuple[str, str, str]:
    """Return (label of the button, its figures, the mark of what was previewed)."""
    button = re.findall(r'<button class="btn btn-[a-z]+">([^<]+)</button></footer>', page)[-1]
    figures = " ".join(re.findall(r'<(?:dd|b) class="num">(\d+)<', page))
    return button, figures, "".join(re.findall(r'name="_previewed" value="([0-9a-f]+)"', page))


def test_a_dialog_shows_what_it_would_do_and_keeps_what_was_typed(
    shop: Bazaar, orders: dict[str, Any]
) -> None:
    bea = shop.person("bea")
    asked = {"unit": "2", "customer": str(orders["customer"])}

    first = shown(bea.get(CLEAR).text)
    page = bea.post(CLEAR, asked)
    button, figures, mark = shown(page.text)

    assert first == ("Preview", "", "")
    assert (page.status_code, button, figures) == (200, "Clear out (2)", "2 1 1")
    assert "It is no draft" in page.text
    assert "Gil" in page.text  # what was chosen stands in the form
    assert [shop.row("order", one) is not None for one in orders["orders"]] == [True] * 3

    done = bea.post(CLEAR, {**asked, "_previewed": mark})

    assert done.status_code == 302
    assert [shop.row("order", one) is not None for one in orders["orders"]] == [False, False, True]


def test_what_is_changed_after_a_preview_is_previewed_again(
    shop: Bazaar, orders: dict[str, Any]
) -> None:
    bea = shop.person("bea")
    other = shop.caller("cora").create("customer", name="Hal", unit=2)["id"]
    mark = shown(bea.post(CLEAR, {"unit": "2", "customer": str(other)}).text)[2]
    changed = {"unit": "2", "customer": str(orders["customer"]), "_previewed": mark}

    again = bea.post(CLEAR, changed)

    assert shown(again.text)[0] == "Clear out (2)"
    assert shop.row("order", orders["orders"][0]) is not None


def test_a_program_asks_for_a_preview_too(shop: Bazaar, orders: dict[str, Any]) -> None:
    bea, ask = shop.caller("bea"), {"unit": 2, "customer": orders["customer"]}

    answer = bea("POST", "/order/button/clear_out", {"ask": ask, "preview": True})
    none = bea("POST", "/order/button/recount", {"preview": True})

    assert answer.json == {"count": 2, "left_out": [{"reason": "It is no draft", "count": 1}]}
    assert none.status_code == 404
    assert shop.row("order", orders["orders"][0]) is not None


def test_a_dialogs_look_up_reads_what_the_dialog_asks_beside_it(
    shop: Bazaar, orders: dict[str, Any]
) -> None:
    bea = shop.person("bea")
    url = f"{CLEAR}/lookup/customer?q=Gil"

    east, west = (bea.get(f"{url}&r.unit={unit}").json["items"] for unit in (2, 3))

    assert orders["customer"] in [one["value"] for one in east]
    assert west == []
    assert 'data-depends="unit"' in bea.get(CLEAR).text


def test_a_look_up_in_a_line_reads_the_document_that_is_being_typed(shop: Bazaar) -> None:
    cora = shop.caller("cora")
    ham, kap = (cora.create("customer", name=f"Ivy{c}", unit=2, city=c)["id"] for c in ("H", "K"))
    page = shop.person("cora").get("/e/order/new").text

    found = shop.person("cora").get("/e/order_line/lookup/giver?q=Ivy&r.order.city=H").json

    assert 'data-depends="order.city"' in page
    assert [one["value"] for one in found["items"]] == [ham]
    line = {"item": "tea", "price": "1"}
    good = {"customer": kap, "city": "H", "lines": [{**line, "giver": ham}]}
    bad = {"customer": kap, "city": "H", "lines": [{**line, "giver": ham}, {**line, "giver": kap}]}
    assert cora("POST", "/order/", good).status_code == 201
    refused = cora("POST", "/order/", bad)
    assert refused.status_code == 422
    assert [p["field"] for p in refused.json["error"]["problems"]] == ["lines.1.giver"]


def test_a_line_added_later_is_held_against_the_stored_document(shop: Bazaar) -> None:
    cora = shop.caller("cora")
    ham, kap = (cora.create("customer", name=f"Jo{c}", unit=2, city=c)["id"] for c in ("H", "K"))
    order = cora.create("order", customer=ham)  # its city is fetched: H

    def add(giver: int) -> int:
        line = {"item": "tea", "price": "1", "giver": giver}
        return cora("PATCH", f"/order/{order['id']}", {"lines": [line]}).status_code

    assert (add(kap), add(ham)) == (422, 200)


def test_a_filter_reads_what_a_chosen_record_holds(shop: Bazaar) -> None:
    bea = shop.caller("bea")
    east, west = (bea.create("customer", name=f"Kim{u}", unit=u)["id"] for u in (2, 3))

    found = shop.person("bea").get(f"/e/order/lookup/carrier?q=Kim&r.customer={east}").json

    assert [one["value"] for one in found["items"]] == [east]
    assert bea("POST", "/order/", {"customer": east, "carrier": east}).status_code == 201
    assert bea("POST", "/order/", {"customer": east, "carrier": west}).status_code == 422
