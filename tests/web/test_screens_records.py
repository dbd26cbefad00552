"""Pages of single records, and what is done there."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from engine.storage.system_tables import wy_audit
from tests.web.bazaar_app import Bazaar
from tests.web.test_api_records import PNG


@pytest.fixture
def customer(shop: Bazaar) -> dict:
    return shop.caller("cora").create("customer", name="Fay", unit=2, city="Fanling")


@pytest.fixture
def order(shop: Bazaar, customer: dict) -> dict:
    lines = [{"item": "tea", "price": "4", "qty": "2"}, {"item": "cup", "price": "3"}]
    return shop.caller("cora").create("order", customer=customer["id"], lines=lines)


def test_deleting_asks_first_and_says_what_stands_in_the_way(
    shop: Bazaar, customer: dict, order: dict
) -> None:
    cora = shop.person("cora")
    asked = cora.get(f"/e/customer/{customer['id']}/delete").text
    refused = cora.post(f"/e/customer/{customer['id']}/delete")
    stale = cora.post(f"/e/order/{order['id']}/delete", {"_version": "99"})
    done = cora.post(f"/e/order/{order['id']}/delete", {"_version": "1"})

    assert "Fay" in asked
    assert f"/e/order/?f.customer={customer['id']}" in asked
    assert refused.status_code == 403
    assert "still used" in refused.text
    assert stale.status_code == 409
    assert done.headers["Location"] == "/e/order/"
    assert cora.get(f"/e/order/{order['id']}").status_code == 404


def test_a_page_has_facts_sections_lines_and_linked_records(
    shop: Bazaar, customer: dict, order: dict
) -> None:
    cora = shop.person("cora")
    page = cora.get(f"/e/order/{order['id']}").text
    linked = cora.get(f"/e/customer/{customer['id']}").text
    printed = cora.get(f"/e/order/{order['id']}?print=1").text

    for word in (order["no"], "Fay", "tea", "8.00", "11.00", "Cora"):
        assert word in page, word
    assert "His orders" in linked
    assert order["no"] in linked
    assert f"/e/order/new?customer={customer['id']}" in linked
    assert order["no"] in printed
    assert "Cora" in printed


def test_a_dialog_asks_and_says_what_is_missing(shop: Bazaar, customer: dict, order: dict) -> None:
    shop.caller("cora")("POST", "/order/button/ready", {"ids": [order["id"]]})
    bea, path = shop.person("bea"), f"/e/order/button/post?ids={order['id']}"
    asked = bea.get(path).text
    part = bea.get(path, headers={"HX-Request": "true"}).text
    found = bea.get("/e/order/button/post/lookup/witness?q=fay").json
    missing = bea.post(path, {"witness": str(customer["id"])})
    done = bea.post(path, {"why": "looked at", "witness": str(customer["id"])})
    again = bea.post(path, {"why": "twice"})

    assert "Why posted" in asked
    assert order["no"] in asked
    assert "<html" not in part
    assert "Fay" in [i["text"] for i in found["items"]]
    assert missing.status_code == 422
    assert "This field is required." in missing.text
    assert "Fay" in missing.text
    assert done.headers["Location"] == f"/e/order/{order['id']}"
    assert again.status_code == 403
    assert "Only ready orders" in again.text
    assert shop.row("order", order["id"])["note"] == "looked at"


def test_a_button_may_answer_a_file_with_any_name(shop: Bazaar, order: dict) -> None:
    answer = shop.person("bea").post(f"/e/order/button/sheet?ids={order['id']}")

    assert answer.data == b"a,b\n"
    assert "%E8%A8%82%E5%96%AE" in answer.headers["Content-Disposition"]


def test_comments_stand_on_the_page_with_the_people_they_name(shop: Bazaar, customer: dict) -> None:
    cora, here = shop.person("cora"), f"/e/customer/{customer['id']}"
    cora.post(f"{here}/comments", {"text": "Please call @bea\nsoon <i>now</i>"})
    part = cora.post(f"{here}/comments", {"text": "second"}, headers={"HX-Request": "true"})
    people = cora.get(f"{here}/mentions?q=be").json
    page = shop.person("bea").get(here).text

    assert '<b class="mention">@bea</b>' in page
    assert "&lt;i&gt;now&lt;/i&gt;" in page
    assert "second" in part.text
    assert "<html" not in part.text
    assert people["items"] == [{"value": "bea", "text": "Bea"}]
    assert cora.post(f"{here}/comments", {"text": ""}).status_code == 422
    assert cora.post(f"{here}/comments", {"text": "a\0b"}).status_code == 422
    assert cora.post(f"{here}/comments", {"text": "x" * 4_001}).status_code == 422
    assert shop.person("cora").post("/e/ledger/1/comments", {"text": "x"}).status_code == 403


def test_files_hang_on_a_record(shop: Bazaar, customer: dict) -> None:
    cora, here = shop.person("cora"), f"/e/customer/{customer['id']}"
    form = {"files": [(io.BytesIO(PNG), "map.png"), (io.BytesIO(PNG + b"1"), "plan.png")]}
    answer = cora.post(f"{here}/files", form)
    page = shop.person("bea").get(here).text
    links = re.findall(r'href="(/files/\d+)"', page)
    bad = cora.post(f"{here}/files", {"files": [(io.BytesIO(b"MZ\x90"), "virus.exe")]})

    assert answer.status_code == 302
    assert "map.png" in page
    assert "plan.png" in page
    assert shop.person("bea").get(links[0]).data == PNG
    assert shop.person("wes").get(links[0]).status_code == 404
    assert bad.status_code == 422
    assert cora.post(f"{here}/files", {}).status_code == 422


def test_a_picture_is_uploaded_with_a_form_and_kept_by_name(shop: Bazaar, customer: dict) -> None:
    cora, path = shop.person("cora"), f"/e/customer/{customer['id']}/edit"
    base = {"name": "Fay", "unit": "2", "portrait.present": "1"}
    saved = cora.post(path, {**base, "portrait": (io.BytesIO(PNG), "face.png")})
    number = shop.row("customer", customer["id"])["portrait"]
    form = cora.get(path).text
    kept = cora.post(path, {**base, "portrait.keep": str(number)})
    still = shop.row("customer", customer["id"])["portrait"]
    wrong = cora.post(path, {**base, "city": "typed", "portrait": (io.BytesIO(b"x"), "face.png")})
    cleared = cora.post(path, base)

    assert saved.status_code == kept.status_code == cleared.status_code == 302
    assert "face.png" in form
    assert still == number
    assert wrong.status_code == 422
    assert 'value="typed"' in wrong.text
    assert shop.row("customer", customer["id"])["portrait"] is None


def test_history_tells_changes_and_brings_back(shop: Bazaar, customer: dict) -> None:
    cora, here = shop.person("cora"), f"/e/customer/{customer['id']}"
    cora.post(
        f"{here}/edit", {"name": "Fay", "unit": "2", "city": "Changed", "active.present": "1"}
    )
    query = select(wy_audit.c.id).where(
        wy_audit.c.entity == "customer", wy_audit.c.record_id == customer["id"]
    )
    first = shop.query(query.order_by(wy_audit.c.id))[0][0]
    text = cora.get(f"{here}/history").text
    back = cora.post(f"{here}/restore/{first}")

    for word in ("Fanling", "Changed", "Cora"):
        assert word in text, word
    assert back.headers["Location"] == here
    assert shop.row("customer", customer["id"])["city"] == "Fanling"
    assert len(shop.query(query)) == 3
    assert cora.post(f"{here}/restore/99999999").status_code == 404


def test_history_says_states_and_yes_in_words(shop: Bazaar, order: dict) -> None:
    shop.caller("cora")("POST", "/order/button/ready", {"ids": [order["id"]]})
    text = shop.person("cora").get(f"/e/order/{order['id']}/history").text

    assert "Draft" in text
    assert "Ready" in text


def test_why_explains_what_one_may_do(shop: Bazaar, customer: dict) -> None:
    mine = shop.person("cora").get(f"/e/customer/{customer['id']}/why")
    theirs = shop.person("wes").get(f"/e/customer/{customer['id']}/why")
    nowhere = shop.person("cora").get("/e/nothing/1/why")

    assert mine.status_code == theirs.status_code == 200
    assert "Fay" not in theirs.text
    assert nowhere.status_code == 404


def row_of(page: str, label: str) -> str:
    found = re.search(rf'<th scope="row">{label}</th>(.*?)</tr>', page)
    assert found, label
    return " ".join(re.sub("<[^>]+>", " ", found.group(1)).split())


def test_why_gives_a_reason_for_each_field_that_is_closed(shop: Bazaar, order: dict) -> None:
    page = shop.person("cora").get(f"/e/order/{order['id']}/why").text
    plain = shop.person("vic").get(f"/e/order/{order['id']}/why").text
    customer = shop.person("cora").get(f"/e/customer/{order['customer']['id']}/why").text
    ledger = shop.person("cora").get("/e/ledger/1/why").text
    nobody = shop.person("nemo").get(f"/e/order/{order['id']}/why").text

    assert row_of(page, "Total") == "Yes No It is computed."
    assert row_of(page, "Profit") == "No No Your roles do not show this field."
    assert row_of(page, "Frozen") == "Yes No It can be set only when the record is made."
    assert row_of(page, "Reason") == "Yes Yes It depends on the state of the record."
    assert row_of(page, "Due on") == "Yes Yes"
    assert row_of(plain, "Due on") == "Yes No You have no right to change these records."
    assert row_of(customer, "Phone") == "Yes Yes You see it partly covered."
    assert row_of(ledger, "Text") == "Yes No The system writes these records."
    assert row_of(nobody, "Due on") == "No No You may not read these records."


def test_a_related_row_leads_to_the_thing_and_not_to_what_joins_them(shop: Bazaar) -> None:
    ask = shop.caller("cora")
    vip = ask.create("vip", phone="13412341234")
    customer = ask.create("customer", name="Joined", unit=2)
    joins = ask.create("membership", vip=vip["id"], customer=customer["id"], since="2026-01-02")
    page = shop.person("cora").get(f"/e/vip/{vip['id']}").text
    links = re.findall(r'<a[^>]*href="(/e/(?:customer|membership)/\d+)"', page)

    assert links == [
        f"/e/customer/{customer['id']}",  # the name
        f"/e/membership/{joins['id']}",  # the small arrow beside it
        f"/e/customer/{customer['id']}",  # the card of a narrow screen
    ]
    assert "Open this entry" in page


def test_a_related_list_does_not_repeat_whose_page_it_is(shop: Bazaar) -> None:
    ask = shop.caller("cora")
    customer = ask.create("customer", name="Repeated", unit=2)
    joins = ask.create("membership", customer=customer["id"], vip=ask.create("vip")["id"])
    page = shop.person("cora").get(f"/e/customer/{customer['id']}").text
    own = page[page.index("His memberships") :]
    own = own[own.index("<thead") : own.index("</thead>")]

    assert joins["id"]
    assert re.findall(r'scope="col"[^>]*>([^<]+)<', own) == ["VIP", "Since"]


def test_a_list_names_its_files(shop: Bazaar) -> None:
    root, ask = shop.person("root"), shop.caller("root")
    files = [
        ask("POST", "/files", data={"entity": "thing", "field": field,
                                    "file": (io.BytesIO(b"%PDF-1.4\n%%EOF"), name)}).json["id"]
        for field, name in (("paper", "合同.pdf"), ("papers", "b.pdf"), ("papers", "a.pdf"))
    ]  # fmt: skip
    made = ask.create("thing", name="Cabinet", paper=files[0], papers=files[1:])
    ask.create("thing", name="Cabinet, empty")
    with shop.counted() as statements:
        page = root.get("/e/thing/?cols=name,paper,papers&q=cabinet").text

    assert re.findall(r"</svg>([^<]+)</a>", page[page.index("<tbody") :])[:3] == [
        "合同.pdf", "b.pdf", "a.pdf",
    ]  # fmt: skip
    assert f"#{files[0]}" not in page
    assert len(statements) <= 5
    # programs still get the numbers
    assert ask("GET", f"/thing/{made['id']}").json["papers"] == files[1:]


def test_records_of_plugins_have_no_form(shop: Bazaar) -> None:
    cora = shop.person("cora")
    bea = shop.person("bea")
    bea.post("/s/bazaar_tests.counter", {"text": "from the counter"})
    listing = cora.get("/e/ledger/").text

    assert "from the counter" in listing
    assert "/e/ledger/new" not in listing
    assert cora.get("/e/ledger/new").status_code == 403
    assert shop.caller("cora")("POST", "/ledger/", {"text": "x"}).status_code == 403


def test_what_is_not_there_is_404_in_words(shop: Bazaar) -> None:
    for path in ("/e/nothing/", "/e/customer/999999999", "/e/customer/999999999/edit",
                 "/e/order/button/nothing?ids=1", "/s/nothing", "/files/999999999"):  # fmt: skip
        answer = shop.person("root").get(path)

        assert answer.status_code == 404, path
        assert "There is nothing here" in answer.text
