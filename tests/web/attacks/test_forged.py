"""Numbers of another office's records, in every verb: nothing is shown, nothing is changed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.storage.work_tables import wy_comment, wy_saved_view
from tests.web.attacks.conftest import SECRET, Theirs
from tests.web.bazaar import tables
from tests.web.bazaar_app import Bazaar


@pytest.fixture
def mine(shop: Bazaar) -> dict[str, Any]:
    ask = shop.caller("cora")
    made = ask.create("customer", name="Mine", unit=2)
    return ask.create("order", customer=made["id"], lines=[{"item": "mine", "price": "1"}])


def state(shop: Bazaar, theirs: Theirs) -> list[Any]:
    return [
        shop.row("customer", theirs.customer),
        shop.row("order", theirs.order),
        shop.row("order_line", theirs.line),
    ]


@pytest.fixture(autouse=True)
def _untouched(shop: Bazaar, theirs: Theirs):
    before = state(shop, theirs)
    yield
    assert state(shop, theirs) == before


CALLS = [
    ("GET", "/customer/{customer}", None, 404),
    ("GET", "/order/{order}", None, 404),
    ("GET", "/order_line/{line}", None, 404),
    ("PATCH", "/customer/{customer}", {"city": "x"}, 404),
    ("PATCH", "/customer/{customer}", {"city": "x", "version": 99}, 404),
    ("PATCH", "/order_line/{line}", {"item": "x"}, 403),
    ("DELETE", "/customer/{idle}", None, 404),
    ("DELETE", "/order/{order}", None, 404),
    ("DELETE", "/order_line/{line}", None, 403),
    ("POST", "/order_line/", {"order": "{order}", "item": "x", "price": "1"}, 403),
    ("POST", "/customer/bulk", {"ids": ["{customer}"], "values": {"city": "x"}}, 422),
    ("POST", "/order/button/ready", {"ids": ["{order}"]}, 404),
    ("POST", "/order/", {"customer": "{customer}"}, 422),
    ("POST", "/order/", {"customer": {"id": "{customer}"}}, 422),
    ("POST", "/customer/", {"name": "x", "unit": 3}, 403),
    ("GET", "/files/{file}", None, 404),
    ("GET", "/customer/{customer}/comments", None, 404),
    ("POST", "/customer/{customer}/comments", {"text": "x"}, 404),
]


def filled(value: Any, theirs: Theirs) -> Any:
    if isinstance(value, dict):
        return {k: filled(v, theirs) for k, v in value.items()}
    if isinstance(value, list):
        return [filled(v, theirs) for v in value]
    if isinstance(value, str) and value.startswith("{"):
        return getattr(theirs, value[1:-1])
    return value


@pytest.mark.parametrize(("method", "path", "body", "status"), CALLS)
def test_a_program_gets_nothing(
    shop: Bazaar, theirs: Theirs, method: str, path: str, body: Any, status: int
) -> None:
    address = path.format_map(vars_of(theirs))
    counts = shop.count("order"), shop.count("customer"), shop.count("order_line")
    answer = shop.caller("cora")(method, address, filled(body, theirs))

    assert answer.status_code == status, answer.text
    assert SECRET not in answer.text
    assert (shop.count("order"), shop.count("customer"), shop.count("order_line")) == counts


def vars_of(theirs: Theirs) -> dict[str, int]:
    return {n: getattr(theirs, n) for n in Theirs.__dataclass_fields__}


def test_lists_and_look_ups_leave_them_out(shop: Bazaar, theirs: Theirs) -> None:
    ask = shop.caller("cora")
    for query in (
        f"/customer/?f.id={theirs.customer}",
        f"/customer/?where=id == {theirs.customer}",
        f"/customer/?q={SECRET}",
        f"/customer/?where=name == '{SECRET}' or True",
        f"/order/?f.customer={theirs.customer}&columns=no,customer.name,customer.city",
        f"/order_line/?where=order == {theirs.order}",
        f"/order/lookup/customer?q={SECRET}",
        f"/order/lookup/about?entity=customer&q={SECRET}",
    ):
        answer = ask("GET", query)

        assert answer.status_code == 200, answer.text
        assert SECRET not in answer.text, query
    page = shop.person("cora")
    for query in (
        f"/search?q={SECRET}x",
        f"/e/customer/?f.id={theirs.customer}",
        f"/e/order/?f.customer={theirs.customer}",
        f"/e/order/?f.customer={theirs.customer}&as=board",
        f"/e/order/new?customer={theirs.customer}",
        f"/e/order/new?about=customer:{theirs.customer}",
    ):
        answer = page.get(query)

        assert answer.status_code == 200
        assert SECRET not in answer.text.replace(f"{SECRET}x", ""), query


PAGES = [
    ("GET", "/e/customer/{customer}", 404),
    ("GET", "/e/customer/{customer}?print=1", 404),
    ("GET", "/e/customer/{customer}/edit", 404),
    ("POST", "/e/customer/{customer}/edit", 404),
    ("GET", "/e/customer/{customer}/delete", 404),
    ("POST", "/e/customer/{customer}/delete", 404),
    ("GET", "/e/customer/{customer}/history", 404),
    ("POST", "/e/customer/{customer}/restore/{audit}", 404),
    ("POST", "/e/customer/{customer}/reveal/phone", 403),
    ("GET", "/e/customer/{customer}/cell/city", 404),
    ("POST", "/e/customer/{customer}/cell/city", 404),
    ("POST", "/e/customer/{customer}/comments", 404),
    ("GET", "/e/customer/{customer}/mentions", 404),
    ("POST", "/e/customer/{customer}/files", 404),
    ("POST", "/e/order/{order}/move", 404),
    ("GET", "/e/order/button/ready?ids={order}", 200),
    ("POST", "/e/order/button/ready?ids={order}", 404),
    ("POST", "/e/customer/bulk/delete?ids={idle}", 404),
    ("GET", "/files/{file}", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), PAGES)
def test_a_person_gets_nothing(
    shop: Bazaar, theirs: Theirs, method: str, path: str, status: int
) -> None:
    person = shop.person("cora")
    address = path.format_map(vars_of(theirs))
    form = {"name": "stolen", "city": "x", "text": "x", "value": "ready"}
    answer = person.get(address) if method == "GET" else person.post(address, form)

    if path.startswith("/e/order/button/ready?") and method == "GET":
        assert answer.status_code in (200, 404)
    else:
        assert answer.status_code == status, answer.text[:300]
    assert SECRET not in answer.text


def test_a_bulk_preview_names_nothing_of_theirs(shop: Bazaar, theirs: Theirs) -> None:
    form = {"ids": str(theirs.customer), "set.city": "set", "city": "x"}
    seen = shop.person("cora").post("/e/customer/bulk", form)
    done = shop.person("cora").post("/e/customer/bulk", {**form, "_commit": "1"})

    assert seen.status_code == 200
    assert SECRET not in seen.text
    assert done.status_code == 422


def test_a_bulk_call_that_crosses_offices_changes_none(
    shop: Bazaar, theirs: Theirs, mine: dict[str, Any]
) -> None:
    ask = shop.caller("cora")
    ids = [mine["customer"]["id"], theirs.customer]
    bulk = ask("POST", "/customer/bulk", {"ids": ids, "values": {"city": "crossed"}})
    pressed = ask("POST", "/order/button/ready", {"ids": [mine["id"], theirs.order]})

    assert bulk.status_code == 422
    assert pressed.status_code == 404
    assert shop.row("customer", ids[0])["city"] != "crossed"
    assert shop.row("order", mine["id"])["state"] == "draft"


def test_lines_of_another_order_cannot_be_taken_over(
    shop: Bazaar, theirs: Theirs, mine: dict[str, Any]
) -> None:
    answer = shop.caller("cora")(
        "PATCH",
        f"/order/{mine['id']}",
        {"lines": [{"id": theirs.line, "item": "stolen", "price": "1"}]},
    )

    assert answer.status_code == 422
    assert len(shop.caller("cora")("GET", f"/order/{mine['id']}").json["lines"]) == 1


def test_a_record_cannot_be_pushed_into_another_office(
    shop: Bazaar, theirs: Theirs, mine: dict[str, Any]
) -> None:
    ask = shop.caller("cora")
    moved = ask("PATCH", f"/customer/{mine['customer']['id']}", {"unit": 3})
    linked = ask("PATCH", f"/order/{mine['id']}", {"customer": theirs.customer})
    about = ask(
        "PATCH", f"/order/{mine['id']}", {"about": {"entity": "customer", "id": theirs.customer}}
    )

    assert moved.status_code == 403
    assert linked.status_code == about.status_code == 422
    assert SECRET not in linked.text + about.text
    assert shop.row("customer", mine["customer"]["id"])["unit_id"] == 2


def test_a_file_of_theirs_cannot_become_mine(
    shop: Bazaar, theirs: Theirs, mine: dict[str, Any]
) -> None:
    answer = shop.caller("cora")(
        "PATCH", f"/customer/{mine['customer']['id']}", {"portrait": theirs.file}
    )
    form = {"name": "Mine", "unit": "2", "portrait.keep": str(theirs.file)}
    posted = shop.person("cora").post(f"/e/customer/{mine['customer']['id']}/edit", form)

    assert answer.status_code == posted.status_code == 422
    assert shop.caller("cora")("GET", f"/files/{theirs.file}").status_code == 404


def test_a_file_of_one_field_does_not_come_to_light_in_another(shop: Bazaar) -> None:
    root = shop.caller("root")
    form = {"entity": "thing", "field": "paper", "file": (io.BytesIO(b"%PDF-1.4\n%%EOF"), "x.pdf")}
    file = root("POST", "/files", data=form).json["id"]
    thing = root.create("thing", name="filed", paper=file)
    answer = shop.caller("cora")("PATCH", f"/thing/{thing['id']}", {"papers": [file]})

    assert answer.status_code == 422
    assert answer.json["error"]["problems"][0]["field"] == "papers"


def test_a_version_of_another_record_restores_nothing(
    shop: Bazaar, theirs: Theirs, mine: dict[str, Any]
) -> None:
    own = mine["customer"]["id"]
    answer = shop.person("cora").post(f"/e/customer/{own}/restore/{theirs.audit}")

    assert answer.status_code == 404
    assert shop.row("customer", own)["name"] == "Mine"


def test_a_form_that_fails_does_not_tell_the_name_of_a_forged_link(
    shop: Bazaar, theirs: Theirs
) -> None:
    form = {"customer": str(theirs.customer), "kind": "sale"}
    answer = shop.person("cora").post("/e/order/new", form)
    dialog = shop.person("bea").post(
        "/e/order/button/post", {"ids": "999999", "witness": str(theirs.customer)}
    )

    assert answer.status_code == 422
    assert SECRET not in answer.text
    assert dialog.status_code in (404, 422)


def test_a_saved_view_of_somebody_else_cannot_be_deleted(shop: Bazaar) -> None:
    shop.person("wes").post("/e/customer/views", {"name": "West only", "query": "q=1"})
    row = shop.query(select(wy_saved_view).where(wy_saved_view.c.name == "West only"))[0]
    answer = shop.person("cora").post(f"/e/customer/views/{row.id}/delete")

    assert answer.status_code == 404
    assert "West only" not in shop.person("cora").get("/e/customer/").text
    assert shop.query(select(wy_saved_view.c.id).where(wy_saved_view.c.id == row.id))


def test_no_comment_was_left_on_their_record(shop: Bazaar, theirs: Theirs) -> None:
    query = select(func.count()).where(wy_comment.c.record_id == theirs.customer,
                                       wy_comment.c.entity == "customer")  # fmt: skip
    assert shop.query(query)[0][0] == 0
    assert tables().table("customer") is not None


@pytest.mark.parametrize("number", ["0", "-1", "9" * 30, "²", "1.5", "null", "%00", "1'--"])
def test_an_impossible_number_is_no_record(shop: Bazaar, number: str) -> None:
    for login in ("root", "cora"):
        assert shop.caller(login)("GET", f"/customer/{number}").status_code in (404, 405)
        assert shop.person(login).get(f"/e/customer/{number}").status_code in (404, 405)
        assert shop.person(login).get(f"/files/{number}").status_code in (404, 405)


@pytest.mark.parametrize("ids", [[-1], [0], [2**63], [10**40], [True], ["1"], [None], [1.5], "1"])
def test_impossible_numbers_in_bulk_and_buttons_are_refused(shop: Bazaar, ids: Any) -> None:
    for login in ("root", "cora"):
        ask = shop.caller(login)
        bulk = ask("POST", "/customer/bulk", {"ids": ids, "values": {"city": "x"}})
        press = ask("POST", "/order/button/ready", {"ids": ids})

        assert bulk.status_code == press.status_code == 422
    for raw in ("9" * 30, "²", "-1", "x"):
        form = {"ids": raw, "set.city": "set", "city": "x", "_commit": "1"}
        assert shop.person("root").post("/e/customer/bulk", form).status_code in (302, 404, 422)
