"""Lists on screen: tables, boards, calendars, trees; filters, views, pages, changes within."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from engine.storage.work_tables import wy_saved_view
from tests.web.bazaar_app import Bazaar

FRAGMENT = {"HX-Request": "true", "HX-Target": "list-region"}


@pytest.fixture(scope="module")
def made(shop: Bazaar) -> dict[str, int]:
    ask = shop.caller("cora")
    found = {}
    for name, city, active in (("Lea", "Lantau", True), ("Max", "Mui Wo", True),
                               ("Ned", "Lantau", False)):  # fmt: skip
        found[name] = ask.create("customer", name=name, unit=2, city=city, active=active)["id"]
    for name, due, until in (("Lea", "2026-05-28", "2026-06-02"), ("Max", "2026-06-15", None)):
        order = ask.create("order", customer=found[name], due_on=due, until=until,
                           lines=[{"item": "tea", "price": "12.50"}])  # fmt: skip
        found[f"order {name}"] = order["id"]
        found[f"no {name}"] = order["no"]
    ask("POST", "/order/button/ready", {"ids": [found["order Max"]]})
    return found


def rows(text: str) -> list[str]:
    """The titles in the list's table: the first link of each row."""
    body = text.split("<tbody", 1)[1].split("</tbody", 1)[0] if "<tbody" in text else ""
    link = re.compile(r'<a[^>]* href="/e/[a-z_]+/\d+"[^>]*>([^<]+)</a>')
    return [found[1] for row in body.split("<tr")[1:] if (found := link.search(row))]


def test_a_table_has_heads_rows_labels_totals_and_a_count(
    shop: Bazaar, made: dict[str, int]
) -> None:
    text = shop.person("cora").get(f"/e/order/?f.customer={made['Lea']}").text

    assert made["no Lea"] in text
    for word in ("Number", "Customer", "State", "Total", "Lea", "Draft", "12.50"):
        assert word in text, word
    assert text.count("12.50") >= 2  # in the row and below it


def test_chips_narrow_the_list_and_can_be_taken_out(shop: Bazaar, made: dict[str, int]) -> None:
    cora = shop.person("cora")
    text = cora.get("/e/customer/?f.city=Lantau&f.active=true&sort=name").text
    both = cora.get(f"/e/order/?f.customer={made['Lea']}&f.customer={made['Max']}&sort=no").text

    assert "Lea" in rows(text)
    assert not {"Max", "Ned"} & set(rows(text))
    assert re.search(r'href="/e/customer/\?f\.active=true[^"]*"', text)  # without the city
    assert {made["no Lea"], made["no Max"]} <= set(rows(both))
    assert "Lea、Max" in both


def test_named_periods_and_ranges_filter_dates(shop: Bazaar, made: dict[str, int]) -> None:
    text = shop.person("cora").get("/e/order/?f.due_on.from=2026-06-01&f.due_on.to=2026-06-30").text

    assert made["no Max"] in rows(text)
    assert made["no Lea"] not in rows(text)


def test_a_filter_text_narrows_and_a_wrong_one_is_explained(
    shop: Bazaar, made: dict[str, int]
) -> None:
    cora = shop.person("cora")
    good = cora.get("/e/customer/?where=city == 'Lantau' and not active")
    wrong = cora.get("/e/customer/?where=citty == 'Lantau'")

    assert rows(good.text) == ["Ned"]
    assert wrong.status_code == 200
    assert "citty" in wrong.text
    assert "city" in wrong.text
    assert rows(wrong.text) == []


def test_a_shipped_view_a_chip_and_a_filter_must_all_hold(
    shop: Bazaar, made: dict[str, int]
) -> None:
    cora = shop.person("cora")
    idle = cora.get("/e/customer/?view=idle&q=ned").text
    none = cora.get("/e/customer/?view=idle&f.city=Mui Wo").text

    assert rows(idle) == ["Ned"]
    assert rows(none) == []
    assert "No records match" in none


def test_sorting_paging_and_sizes_keep_the_filter(shop: Bazaar) -> None:
    ask = shop.caller("cora")
    for n in range(23):
        ask.create("customer", name=f"Page {n:02}", unit=2, city="Pageton")
    cora = shop.person("cora")
    first = cora.get("/e/customer/?f.city=Pageton&sort=-name").text
    second = cora.get("/e/customer/?f.city=Pageton&sort=-name&page=2").text
    big = cora.get("/e/customer/?f.city=Pageton&size=50").text
    deep = cora.get("/e/customer/?f.city=Pageton&page=600")

    assert rows(first)[0] == "Page 22"
    assert rows(second) == ["Page 02", "Page 01", "Page 00"]
    assert len(rows(big)) == 23
    assert "23" in first
    links = [
        parse_qs(urlsplit(u).query)
        for u in re.findall(r'href="(/e/customer/\?[^"]+)"', unescape(first))
    ]
    assert any(q.get("page") == ["2"] and q.get("f.city") == ["Pageton"] for q in links)
    assert deep.status_code == 200


def test_columns_are_chosen_in_the_address(shop: Bazaar, made: dict[str, int]) -> None:
    text = shop.person("cora").get("/e/order/?cols=no,customer.city,customer.unit.name").text

    assert "Customer · City" in text
    assert "East" in text
    assert "Lantau" in text


def test_htmx_gets_the_region_only(shop: Bazaar, made: dict[str, int]) -> None:
    answer = shop.person("cora").get("/e/customer/?f.city=Lantau", headers=FRAGMENT)

    assert "<html" not in answer.text
    assert "Lea" in answer.text
    assert {"HX-Request", "HX-Target"} <= set(answer.headers["Vary"].split(", "))


def test_a_board_has_a_column_for_each_state(shop: Bazaar, made: dict[str, int]) -> None:
    clerk = shop.person("cora").get("/e/order/?as=board").text
    viewer = shop.person("vic").get("/e/order/?as=board").text

    draft, ready = clerk.index("Draft"), clerk.index("Ready")
    assert made["no Lea"] in clerk
    assert made["no Max"] in clerk
    assert draft < ready
    assert f"/e/order/{made['order Lea']}/move" in clerk
    assert "/move" not in viewer


def test_a_card_is_moved_where_its_mover_may_put_it(shop: Bazaar, made: dict[str, int]) -> None:
    ask, cora = shop.caller("cora"), shop.person("cora")
    order = ask.create("order", customer=made["Lea"], lines=[{"item": "x", "price": "1"}])
    path = f"/e/order/{order['id']}/move"
    moved = cora.post(path, {"value": "ready"}, headers={"X-Requested-With": "fetch"})
    refused = cora.post(path, {"value": "posted"}, headers={"HX-Request": "true"})
    stale = cora.post(path, {"value": "draft", "version": "1"}, headers={"HX-Request": "true"})

    assert moved.json == {"version": 2}
    assert refused.status_code == stale.status_code == 422
    assert refused.json["error"]
    assert shop.row("order", order["id"])["state"] == "ready"


def test_a_calendar_shows_the_month_and_stretches(shop: Bazaar, made: dict[str, int]) -> None:
    cora = shop.person("cora")
    june = cora.get("/e/order/?as=calendar&month=2026-06").text
    may = cora.get("/e/order/?as=calendar&month=2026-05").text
    filtered = cora.get(f"/e/order/?as=calendar&month=2026-06&f.customer={made['Max']}").text
    odd = cora.get("/e/order/?as=calendar&month=2026-99")

    assert "2026-06" in june
    assert made["no Max"] in june
    assert june.count(made["no Lea"]) == 2  # the first and second of June
    assert made["no Max"] not in may
    assert made["no Lea"] not in filtered
    assert "month=2026-07" in june
    assert odd.status_code == 200


def test_a_tree_shows_what_is_below_what(shop: Bazaar) -> None:
    text = shop.person("cora").get("/e/org_unit/").text
    narrowed = shop.person("cora").get("/e/org_unit/?f.name=East")

    assert text.index("HQ") < text.index("East")
    assert 'data-level="1"' in text or "level" in text
    assert rows(narrowed.text) == ["East"]


def test_views_are_kept_for_oneself_or_for_all(shop: Bazaar, made: dict[str, int]) -> None:
    cora, bea = shop.person("cora"), shop.person("bea")
    answer = cora.post("/e/customer/views", {"name": "My Lantau", "query": "?f.city=Lantau"})
    cora.post("/e/customer/views", {"name": "Shared idle", "query": "view=idle", "shared": "1"})
    nameless = cora.post("/e/customer/views", {"name": " ", "query": "q=1"})
    mine, hers = cora.get("/e/customer/").text, bea.get("/e/customer/").text
    row = shop.query(select(wy_saved_view).where(wy_saved_view.c.name == "My Lantau"))[0]
    cora.post("/e/customer/views", {"name": "My Lantau", "query": "f.city=Mui+Wo"})
    again = shop.query(select(wy_saved_view).where(wy_saved_view.c.name == "My Lantau"))
    gone = cora.post(f"/e/customer/views/{row.id}/delete")

    assert answer.headers["Location"] == "/e/customer/?f.city=Lantau"
    assert nameless.status_code == 422
    assert "My Lantau" in mine
    assert "My Lantau" not in hers
    assert "Shared idle" in hers
    assert [r.settings["query"] for r in again] == ["f.city=Mui+Wo"]
    assert gone.status_code == 302
    assert "My Lantau" not in cora.get("/e/customer/").text


def test_a_cell_is_changed_within_the_list(shop: Bazaar, made: dict[str, int]) -> None:
    cora, number = shop.person("cora"), made["Max"]
    path = f"/e/customer/{number}/cell/city"
    box = cora.get(path)
    saved = cora.post(path, {"city": "Sai Kung", "_version": "1"})
    stale = cora.post(path, {"city": "Late", "_version": "1"})
    wrong = cora.post(path, {"city": "x" * 300})
    other = cora.get(f"/e/customer/{number}/cell/name")
    due = cora.post(f"/e/order/{made['order Lea']}/cell/due_on", {"due_on": "2026-02-31"})

    assert 'value="Mui Wo"' in box.text
    assert "Sai Kung" in saved.text
    assert "<html" not in saved.text
    assert stale.status_code == wrong.status_code == due.status_code == 422
    assert "Late" in stale.text
    assert other.status_code == 404  # the list does not say it may be changed there
    assert shop.row("customer", number)["city"] == "Sai Kung"


def test_many_are_changed_after_a_look(shop: Bazaar) -> None:
    ask, cora = shop.caller("cora"), shop.person("cora")
    ids = [ask.create("customer", name=f"Many {n}", unit=2, city="Old")["id"] for n in range(3)]
    chosen = {"ids": [str(i) for i in ids]}
    form = cora.get("/e/customer/bulk?" + "&".join(f"ids={i}" for i in ids))
    seen = cora.post("/e/customer/bulk", {**chosen, "set.city": "set", "city": "New"})
    unchanged = shop.row("customer", ids[0])["city"]
    done = cora.post(
        "/e/customer/bulk", {**chosen, "set.city": "set", "city": "New", "_commit": "1"}
    )
    cleared = cora.post("/e/customer/bulk", {**chosen, "set.city": "clear", "_commit": "1"})
    none = cora.post("/e/customer/bulk", {"set.city": "clear", "_commit": "1"})

    assert "Secret" not in form.text
    assert "Many 0" in seen.text
    assert "New" in seen.text
    assert unchanged == "Old"
    assert {done.status_code, cleared.status_code, none.status_code} == {302}
    assert shop.row("customer", ids[2])["city"] is None


def test_chosen_records_are_deleted_all_or_none(shop: Bazaar, made: dict[str, int]) -> None:
    ask, cora = shop.caller("cora"), shop.person("cora")
    ids = [ask.create("customer", name=f"Gone {n}", unit=2)["id"] for n in range(2)]
    used = cora.post("/e/customer/bulk/delete", {"ids": [str(ids[0]), str(made["Lea"])]})
    kept = shop.row("customer", ids[0])
    done = cora.post("/e/customer/bulk/delete", {"ids": [str(i) for i in ids]})
    nothing = cora.post("/e/customer/bulk/delete", {})

    assert used.status_code == 403
    assert "still used" in used.text
    assert kept is not None
    assert done.status_code == 302
    assert shop.row("customer", ids[1]) is None
    assert nothing.status_code == 422


def test_a_button_over_chosen_rows_and_one_over_none(shop: Bazaar, made: dict[str, int]) -> None:
    ask, cora, bea = shop.caller("cora"), shop.person("cora"), shop.person("bea")
    orders = [
        ask.create("order", customer=made["Lea"], lines=[{"item": "x", "price": "1"}])["id"]
        for _ in range(2)
    ]
    done = cora.post("/e/order/button/ready", {"ids": [str(i) for i in orders]})
    recount = bea.post("/e/order/button/recount", {})
    by_htmx = bea.post("/e/order/button/recount", {}, headers={"HX-Request": "true"})

    assert done.headers["Location"] == "/e/order/"
    assert {shop.row("order", i)["state"] for i in orders} == {"ready"}
    assert recount.headers["Location"] == "/e/customer/"
    assert by_htmx.status_code == 204
    assert by_htmx.headers["HX-Redirect"] == "/e/customer/"


def test_a_menu_entry_for_a_view_has_its_own_title_and_mark(shop: Bazaar) -> None:
    bea = shop.person("bea")

    def seen(url: str) -> tuple[str, set[str]]:
        page = bea.get(url).text
        marked = re.findall(r'aria-current="page">(?:<svg.*?</svg>)?<span>([^<]*)</span>', page)
        return re.findall(r"<h1[^>]*>([^<]*)", page)[0].strip(), set(marked)

    assert seen("/e/order/?view=ready") == ("Waiting orders", {"Waiting orders"})
    assert seen("/e/order/?view=ready&f.state=ready&sort=no")[1] == {"Waiting orders"}
    assert seen("/e/order/") == ("Order", {"Order"})
    assert seen("/e/customer/?view=idle") == ("Customer", {"Customer"})
    assert seen("/e/order/new")[1] == {"Order"}


def test_a_wrong_filter_says_what_is_wrong_and_what_would_be_right(shop: Bazaar) -> None:
    bea = shop.person("bea")

    def said(where: str) -> str:
        page = unescape(bea.get("/e/order/", query_string={"where": where}).text)
        return re.findall(r"In the filter, at character [^<]*", page)[0].strip()

    assert said("stat == 'draft'").startswith(
        "In the filter, at character 1: 'stat' is not known here; did you mean 'state'?"
    )
    assert said("state == ").endswith("state == 'sold'")  # what is wrong; what would be right
