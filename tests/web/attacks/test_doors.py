"""Screens by their address without the right: refused, and their buttons are not drawn."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.bazaar_app import Bazaar

GET, POST = "GET", "POST"


@pytest.fixture(scope="module")
def made(shop: Bazaar) -> dict[str, int]:
    cora = shop.caller("cora")
    customer = cora.create("customer", name="Behind doors", unit=2, phone="13512345678")
    order = cora.create("order", customer=customer["id"], lines=[{"item": "a", "price": "1"}])
    vip = shop.caller("root").create("vip", phone="13612345678")
    return {"customer": customer["id"], "order": order["id"], "vip": vip["id"],
            "line": order["lines"][0]["id"]}  # fmt: skip


# login -> what is refused to him with 403
REFUSED: list[tuple[str, str, str]] = [
    # no role at all
    *(("nemo", m, p) for m, p in (
        (GET, "/e/customer/"), (GET, "/e/customer/{customer}"), (GET, "/e/customer/new"),
        (POST, "/e/customer/new"), (GET, "/e/customer/{customer}/edit"),
        (POST, "/e/customer/{customer}/edit"), (GET, "/e/customer/{customer}/delete"),
        (POST, "/e/customer/{customer}/delete"), (GET, "/e/customer/lookup/unit"),
        (GET, "/e/order/button/post?ids={order}"), (POST, "/e/order/button/post?ids={order}"),
        (GET, "/e/order/button/post/lookup/witness"), (GET, "/e/customer/bulk?ids={customer}"),
        (POST, "/e/customer/bulk?ids={customer}"), (POST, "/e/customer/bulk/delete?ids={customer}"),
        (POST, "/e/customer/views"), (POST, "/e/customer/views/1/delete"),
        (POST, "/e/order/{order}/move"), (GET, "/e/customer/{customer}/cell/city"),
        (POST, "/e/customer/{customer}/cell/city"), (POST, "/e/customer/{customer}/comments"),
        (GET, "/e/customer/{customer}/mentions"), (POST, "/e/customer/{customer}/files"),
        (GET, "/e/customer/{customer}/history"), (POST, "/e/customer/{customer}/restore/1"),
        (POST, "/e/customer/{customer}/reveal/phone"), (GET, "/s/bazaar_tests.counter"),
        (POST, "/s/bazaar_tests.counter"), (GET, "/e/customer/?as=tree"),
        (GET, "/e/order/?as=board"),
    )),
    # may read only
    *(("vic", m, p) for m, p in (
        (GET, "/e/customer/new"), (POST, "/e/customer/new"), (GET, "/e/customer/{customer}/edit"),
        (POST, "/e/customer/{customer}/edit"), (GET, "/e/customer/{customer}/delete"),
        (POST, "/e/customer/{customer}/delete"), (GET, "/e/order/button/post?ids={order}"),
        (POST, "/e/order/button/ready?ids={order}"), (GET, "/e/customer/bulk?ids={customer}"),
        (POST, "/e/customer/bulk/delete?ids={customer}"), (POST, "/e/order/{order}/move"),
        (POST, "/e/customer/{customer}/cell/city"), (POST, "/e/customer/{customer}/comments"),
        (GET, "/e/customer/{customer}/mentions"), (POST, "/e/customer/{customer}/files"),
        (POST, "/e/customer/{customer}/restore/1"), (POST, "/e/customer/{customer}/reveal/phone"),
        (GET, "/s/bazaar_tests.counter"), (GET, "/e/order/{order}/history"),
        (GET, "/e/ledger/"), (GET, "/e/thing/"),
    )),
    # writes, but has not every button
    *(("cora", m, p) for m, p in (
        (GET, "/e/order/button/post?ids={order}"), (POST, "/e/order/button/post?ids={order}"),
        (GET, "/e/order/button/sheet?ids={order}"), (POST, "/e/order/button/recount"),
        (POST, "/e/customer/{customer}/reveal/phone"), (GET, "/e/ledger/new"),
        (POST, "/e/ledger/new"), (GET, "/e/order_line/new"), (GET, "/e/order_line/{line}/edit"),
        (POST, "/e/order_line/{line}/edit"), (POST, "/e/order_line/{line}/delete"),
        (POST, "/e/order_line/bulk?ids={line}"), (GET, "/s/bazaar_tests.counter"),
    )),
    *((login, m, p) for login in ("nemo", "vic", "cora", "bea", "gus") for m, p in (
        (GET, "/admin/rights"), (POST, "/admin/rights"), (GET, "/admin/grants"),
        (POST, "/admin/grants"), (POST, "/admin/grants/1/revoke"),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("login", "method", "path"), REFUSED)
def test_the_address_alone_opens_nothing(
    shop: Bazaar, made: dict[str, int], login: str, method: str, path: str
) -> None:
    person = shop.person(login)
    before = [shop.row(e, made[e]) for e in ("customer", "order", "vip")]
    address = path.format_map(made)
    form = {"name": "x", "unit": "2", "value": "posted", "city": "x", "text": "x"}
    answer = person.get(address) if method == GET else person.post(address, form)

    assert answer.status_code == 403, f"{answer.status_code}: {answer.text[:200]}"
    assert "may not" in answer.text or "right" in answer.text or "only" in answer.text
    assert [shop.row(e, made[e]) for e in ("customer", "order", "vip")] == before


def test_every_generic_route_is_tried_by_somebody_without_the_right(shop: Bazaar) -> None:
    tried = {p.split("?")[0] for _, _, p in REFUSED}
    shapes = {
        "/".join(
            "<>" if "{" in s or s.isdigit() else s for s in p.split("/")[:1] + p.split("/")[2:]
        )
        for p in tried
    }
    assert len(shapes) >= 20
    known = {rule.endpoint for rule in shop.app.url_map.iter_rules()
             if rule.endpoint.startswith("screens.")}  # fmt: skip
    adapter = shop.app.url_map.bind("localhost")
    reached = set()
    for _, method, path in REFUSED:
        plain = path.split("?")[0]
        for name in ("customer", "order", "vip", "line"):
            plain = plain.replace("{" + name + "}", "1")
        reached.add(adapter.match(plain, method=method)[0])
    free = {"screens.search", "screens.old_home", "screens.file", "screens.why"}
    elsewhere = {n for n in known if n.rsplit(".", 1)[1] in OTHERS}

    assert known - reached - free - elsewhere == set()


OTHERS = {  # other suites try these
    "export", "import_upload", "import_mapping", "import_preview", "import_commit", "jobs", "job",
    "print_document",
}  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/e/customer/", "/e/customer/1", "/search?q=a", "/files/1",
                                  "/s/bazaar_tests.counter", "/admin/rights"])  # fmt: skip
def test_a_visitor_is_sent_to_sign_in(shop: Bazaar, path: str) -> None:
    answer = shop.app.test_client().get(path)

    assert answer.status_code == 302
    assert "/login/" in answer.headers["Location"]


BUTTONS: dict[str, dict[str, Any]] = {
    "vic": {"has": [], "lacks": ["/edit", "/delete", "/new", "button/", "/bulk", "/comments"]},
    "cora": {"has": ["/edit", "/delete", "button/ready", "/comments"],
             "lacks": ["button/post", "button/sheet"]},
    "bea": {"has": ["button/ready", "button/sheet", "/edit"], "lacks": []},
}  # fmt: skip


@pytest.mark.parametrize("login", BUTTONS)
def test_buttons_are_drawn_for_who_may_press_them(
    shop: Bazaar, made: dict[str, int], login: str
) -> None:
    page = "customer" if login == "vic" else "order"
    text = shop.person(login).get(f"/e/{page}/{made[page]}").text

    for part in BUTTONS[login]["has"]:
        assert part in text, part
    for part in BUTTONS[login]["lacks"]:
        assert part not in text, part


def test_a_button_that_is_not_possible_is_grey_and_says_why(
    shop: Bazaar, made: dict[str, int]
) -> None:
    text = shop.person("bea").get(f"/e/order/{made['order']}").text

    assert "Only ready orders can be posted" in text


def test_a_list_offers_what_its_reader_may_do(shop: Bazaar, made: dict[str, int]) -> None:
    clerk, boss, viewer = (shop.person(n).get("/e/order/").text for n in ("cora", "bea", "vic"))

    assert "/e/order/new" in clerk
    assert "/e/order/new" not in viewer
    assert "button/recount" in boss
    assert "button/recount" not in clerk
    assert "/e/order/export.xlsx" in clerk
    assert "/e/order/export.xlsx" not in boss
    assert "/e/order/bulk" not in viewer


def test_who_may_delete_but_not_change_many_deletes_one_by_one(shop: Bazaar) -> None:
    shop.caller("root").create("vip", phone="13312345678")
    answer = shop.person("vic").post("/e/vip/bulk/delete", {"ids": "1"})

    assert answer.status_code == 403
