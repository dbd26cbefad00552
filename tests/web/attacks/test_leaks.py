"""Masked values are never shown in full to who may not; hidden fields are not there at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.storage.system_tables import wy_reveal
from tests.web.bazaar_app import Bazaar

PHONE = "13987651234"
TEL = "13711223344"
VIP = "13655667788"
MARK = "Nightingale"  # in the hidden field `secret`
SCORE = "7351"
COST = "4242"
PROFIT = "8181"


@pytest.fixture(scope="module")
def kept(shop: Bazaar) -> dict[str, Any]:
    """Records with something to hide, written by who may."""
    ask = shop.caller("root")
    vip = ask.create("vip", phone=VIP, note="kept note")
    customer = ask.create(
        "customer", name="Covered", unit=2, city="Old", phone=PHONE, secret=MARK, score=SCORE
    )
    line = {"item": "hidden cost", "price": "9", "cost": COST, "tel": TEL}
    order = ask.create(
        "order", customer=customer["id"], vip=vip["id"], profit=PROFIT, lines=[line],
        due_on="2026-06-15",
    )  # fmt: skip
    ask("PATCH", f"/customer/{customer['id']}", {"city": "New", "secret": f"{MARK}2",
                                                 "phone": PHONE[:-1] + "5"})  # fmt: skip
    ask("PATCH", f"/customer/{customer['id']}", {"phone": PHONE, "secret": MARK})
    ask("POST", "/order/button/ready", {"ids": [order["id"]]})
    return {"customer": customer["id"], "order": order["id"], "vip": vip["id"],
            "line": order["lines"][0]["id"]}  # fmt: skip


def screens(kept: dict[str, Any]) -> list[str]:
    customer, order, vip = kept["customer"], kept["order"], kept["vip"]
    found = ["/", "/e/customer/", "/e/order/", "/e/vip/",
             "/e/customer/?cols=name,secret,phone,score",
             "/e/order/?as=board", "/e/order/?as=calendar&month=2026-06", "/e/order/new",
             f"/e/order/?f.vip={vip}", f"/e/order/?f.customer={customer}",
             "/e/order/?cols=no,customer.phone,customer.secret,vip,vip.phone,profit,lines.cost",
             f"/e/order/new?customer={customer}&vip={vip}", "/search?q=Covered", "/search?q=1",
             f"/search?q={VIP}", "/e/customer/?sort=phone", "/e/customer/?sort=-secret",
             "/e/order/?sort=vip", "/e/customer/new"]  # fmt: skip
    for entity, number in (("customer", customer), ("order", order), ("vip", vip)):
        here = f"/e/{entity}/{number}"
        found += [here, f"{here}/edit", f"{here}/delete", f"{here}/history", f"{here}/why",
                  f"{here}?print=1"]  # fmt: skip
    found += [f"/e/customer/{customer}/cell/{n}" for n in ("city", "phone", "secret")]
    found += [f"/e/customer/{customer}/cell/phone?cancel=1", f"/e/order/button/ready?ids={order}",
              f"/e/vip/button/honour?ids={vip}", f"/e/customer/bulk?ids={customer}"]  # fmt: skip
    return found


def calls(kept: dict[str, Any]) -> list[tuple[str, str, Any]]:
    customer, order, vip = kept["customer"], kept["order"], kept["vip"]
    return [
        ("GET", "/customer/", None),
        ("GET", "/order/", None),
        ("GET", "/vip/", None),
        ("GET", "/order_line/", None),
        ("GET", f"/customer/{customer}", None),
        ("GET", f"/order/{order}", None),
        ("GET", f"/vip/{vip}", None),
        ("GET", "/order/?columns=no,vip,vip.phone,customer.phone", None),
        ("GET", "/order/?sort=vip&size=1&columns=no", None),
        ("GET", "/customer/?columns=name,secret", None),
        ("GET", "/customer/?totals=score", None),
        ("GET", "/order/?totals=profit", None),
        ("GET", "/order/lookup/customer?q=Covered", None),
        ("GET", "/order/lookup/vip", None),
        ("GET", f"/order/lookup/vip?q={VIP[:5]}", None),
        ("GET", "/openapi.json", None),
        (
            "PATCH",
            f"/customer/{customer}",
            {"version": 999, "phone": "x", "secret": "y", "score": 1},
        ),
        ("PATCH", f"/vip/{vip}", {"version": 999, "phone": "13600000000", "note": "n"}),
        ("PATCH", f"/customer/{customer}", {"secret": MARK, "score": SCORE}),
        ("PATCH", f"/order/{order}", {"profit": PROFIT}),
        ("POST", "/vip/button/honour", {"ids": [vip]}),
        ("POST", "/customer/bulk", {"ids": [customer], "values": {"secret": "x"}, "preview": True}),
    ]


HIDDEN = {
    "cora": (PHONE, TEL, VIP, MARK, SCORE, COST, PROFIT),
    "vic": (PHONE, TEL, VIP, MARK, SCORE, COST, PROFIT),
    "gus": (PHONE, TEL, VIP, MARK, SCORE, COST, PROFIT),
    "nemo": (PHONE, TEL, VIP, MARK, SCORE, COST, PROFIT),
}


@pytest.mark.parametrize("login", HIDDEN)
def test_no_screen_shows_what_is_covered(shop: Bazaar, kept: dict[str, Any], login: str) -> None:
    person = shop.person(login)
    for address in screens(kept):
        answer = person.get(address)
        told = answer.text.replace(f"q={VIP}", "").replace(f'value="{VIP}"', "")
        told = told.replace(f"「{VIP}」", "").replace(f"“{VIP}”", "")

        assert answer.status_code in (200, 403, 404, 422), address
        for value in HIDDEN[login]:
            assert value not in told.replace(",", ""), f"{address} shows {value}"


@pytest.mark.parametrize("login", HIDDEN)
def test_no_answer_of_the_api_tells_it(shop: Bazaar, kept: dict[str, Any], login: str) -> None:
    ask = shop.caller(login)
    for method, path, body in calls(kept):
        answer = ask(method, path, body)
        told = json.dumps(answer.json, ensure_ascii=False)
        sent = json.dumps(body or {}, ensure_ascii=False)

        assert answer.status_code < 500, path
        for value in HIDDEN[login]:
            if value not in sent:
                assert value not in told.replace(",", ""), f"{method} {path} tells {value}"


def test_hidden_labels_stand_on_no_list_form_or_page(shop: Bazaar, kept: dict[str, Any]) -> None:
    here = f"/e/customer/{kept['customer']}"
    for address in ("/e/customer/", "/e/customer/new", here, f"{here}/edit", f"{here}/history",
                    "/e/customer/bulk?ids=1"):  # fmt: skip
        assert "Secret mark" not in shop.person("cora").get(address).text, address
    assert "Secret mark" in shop.person("bea").get("/e/customer/new").text


def test_a_hidden_value_cannot_be_guessed(shop: Bazaar, kept: dict[str, Any]) -> None:
    ask, number = shop.caller("cora"), kept["customer"]
    right = ask("PATCH", f"/customer/{number}", {"score": int(SCORE)})
    wrong = ask("PATCH", f"/customer/{number}", {"score": 1})
    nowhere = ask("PATCH", f"/customer/{number}", {"nothing": 1})

    assert right.status_code == wrong.status_code == nowhere.status_code == 422
    assert right.json == wrong.json
    for query in (
        f"where=secret == '{MARK}'",
        f"where=score > {SCORE}",
        f"f.secret={MARK}",
        "sort=score",
        "f.score.from=1",
        "totals=score",
        "columns=score",
        "where=starts_with(phone, '139')",
        "f.phone.has=139",
        "f.phone.from=139",
        "sort=-phone",
        "where=phone is None",
    ):
        answer = ask("GET", f"/customer/?{query}")

        assert answer.status_code == 422, query
    assert "Covered" not in ask("GET", f"/customer/?q={MARK}&columns=name").text
    assert "Covered" not in ask("GET", f"/customer/?q={PHONE[:8]}&columns=name").text
    assert "Covered" not in ask("GET", f"/order/lookup/customer?q={PHONE[:8]}").text
    assert "Covered" not in shop.person("cora").get(f"/search?q={PHONE[:8]}").text
    assert ask("GET", f"/order/?where=vip.phone == '{VIP}'").status_code == 422


def test_a_masked_value_is_found_when_named_whole(shop: Bazaar, kept: dict[str, Any]) -> None:
    ask = shop.caller("cora")

    assert "Covered" in ask("GET", f"/customer/?q={PHONE}&columns=name").text
    assert "Covered" in ask("GET", f"/customer/?f.phone={PHONE}&columns=name").text
    assert "Covered" in shop.person("cora").get(f"/search?q={PHONE}").text
    assert "Covered" in shop.caller("bea")("GET", f"/customer/?q={MARK}&columns=name").text


def test_the_conflict_page_covers_what_the_list_covers(shop: Bazaar, kept: dict[str, Any]) -> None:
    form = {"_version": "1", "name": "Covered", "unit": "2", "city": "typed",
            "phone": "13900000000", "secret": "x"}  # fmt: skip
    answer = shop.person("cora").post(f"/e/customer/{kept['customer']}/edit", form)

    assert answer.status_code == 409
    assert "typed" in answer.text
    for value in (PHONE, MARK, SCORE):
        assert value not in answer.text


def test_a_reveal_shows_one_value_and_is_noted(shop: Bazaar, kept: dict[str, Any]) -> None:
    number = kept["customer"]
    query = select(func.count()).where(wy_reveal.c.record_id == number)
    before = shop.query(query)[0][0]
    bea, cora = shop.person("bea"), shop.person("cora")
    page = bea.get(f"/e/customer/{number}")
    listed = bea.get("/e/customer/")
    between = shop.query(query)[0][0]
    shown = bea.post(f"/e/customer/{number}/reveal/phone")
    refused = cora.post(f"/e/customer/{number}/reveal/phone")
    other = bea.post(f"/e/customer/{number}/reveal/secret")

    assert PHONE not in page.text + listed.text  # covered for everyone until asked for
    assert f"/e/customer/{number}/reveal/phone" in page.text
    assert "reveal/phone" not in cora.get(f"/e/customer/{number}").text
    assert between == before
    assert shown.text == PHONE
    assert shown.headers["Cache-Control"] == "no-store"
    assert (refused.status_code, other.status_code) == (403, 404)
    assert shop.query(query)[0][0] == before + 1


def test_a_program_reveals_by_a_call_of_its_own_that_is_noted(
    shop: Bazaar, kept: dict[str, Any]
) -> None:
    number = kept["customer"]
    query = select(func.count()).where(wy_reveal.c.record_id == number)
    before = shop.query(query)[0][0]
    bea, cora, wes = (shop.caller(n) for n in ("bea", "cora", "wes"))
    plain = bea("GET", f"/customer/{number}").json
    back = bea("PATCH", f"/customer/{number}", {"phone": plain["phone"]})
    shown = bea("POST", f"/customer/{number}/reveal/phone")

    assert plain["phone"] == "139****1234"
    assert back.status_code == 200
    assert shown.json == {"value": PHONE}
    assert cora("POST", f"/customer/{number}/reveal/phone").status_code == 403
    assert wes("POST", f"/customer/{number}/reveal/phone").status_code == 403
    assert shop.query(query)[0][0] == before + 1


def test_an_edit_form_that_shows_a_masked_value_notes_it(
    shop: Bazaar, kept: dict[str, Any]
) -> None:
    number = kept["customer"]
    query = select(func.count()).where(wy_reveal.c.record_id == number)
    before = shop.query(query)[0][0]
    form = shop.person("bea").get(f"/e/customer/{number}/edit")
    shop.person("cora").get(f"/e/customer/{number}/edit")

    assert PHONE in form.text
    assert shop.query(query)[0][0] == before + 1


def test_accounts_are_looked_up_by_staff_only(shop: Bazaar, kept: dict[str, Any]) -> None:
    staff = shop.caller("cora")("GET", "/customer/lookup/keeper?q=bea").json["items"]
    guest = shop.caller("gus")("GET", "/vip/lookup/created_by?q=bea")
    nobody = shop.caller("nemo")("GET", "/vip/lookup/created_by?q=bea")
    mentions = shop.person("gus").get(f"/e/vip/{kept['vip']}/mentions?q=b")

    assert [i["text"] for i in staff] == ["Bea"]
    assert guest.status_code == 200
    assert guest.json["items"] == []
    assert nobody.status_code == 403
    assert mentions.status_code == 403
