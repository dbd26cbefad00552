"""REST: lists, one record, writing, buttons, files; and who may come in."""

from __future__ import annotations

import base64
import io

import pytest

from tests.web.bazaar_app import Bazaar
from tests.web.company_app import PASSWORD

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def customer(shop: Bazaar) -> dict:
    return shop.caller("cora").create("customer", name="Ann", unit=2, city="Shatin")


def order(shop: Bazaar, customer: dict, **values) -> dict:
    lines = values.pop("lines", [{"item": "tea", "qty": "2", "price": "3.50"}])
    return shop.caller("cora").create("order", customer=customer["id"], lines=lines, **values)


def test_a_record_is_created_with_lines_numbers_and_defaults(shop: Bazaar, customer: dict) -> None:
    made = order(shop, customer)

    assert made["no"].startswith("O2")
    assert made["customer"] == {"id": customer["id"], "title": "Ann"}
    assert made["city"] == "Shatin"
    assert made["total"] == "7.00"
    assert [line["amount"] for line in made["lines"]] == ["7.00"]
    assert made["version"] == 1


def test_a_list_takes_filters_columns_order_pages_and_a_count(shop: Bazaar) -> None:
    ask = shop.caller("cora")
    for n in range(5):
        ask.create("customer", name=f"Row {n}", unit=2, city="Listville", active=n > 0)
    first = ask(
        "GET", "/customer/?f.city=Listville&where=active&sort=-name&columns=name,unit.name&size=3"
    ).json
    then = ask(
        "GET",
        f"/customer/?f.city=Listville&where=active&sort=-name&columns=name&size=3&after={first['next']}",
    ).json

    assert [i["name"] for i in first["items"]] == ["Row 4", "Row 3", "Row 2"]
    assert first["items"][0]["unit.name"] == "East"
    assert first["total"] == 4
    assert first["has_more"] is True
    assert [i["name"] for i in then["items"]] == ["Row 1"]
    assert then["has_more"] is False
    assert "total" not in then


def test_view_chips_search_and_where_must_all_hold(shop: Bazaar) -> None:
    ask = shop.caller("cora")
    for name, city, active in (("Zed A", "Both", False), ("Zed B", "Both", True),
                               ("Zed C", "Else", False), ("Yon", "Both", False)):  # fmt: skip
        ask.create("customer", name=name, unit=2, city=city, active=active)
    found = ask("GET", "/customer/?view=idle&f.city=Both&q=zed&where=name != 'nobody'").json

    assert [i["name"] for i in found["items"]] == ["Zed A"]


def test_totals_are_over_all_that_match_not_the_page(shop: Bazaar, customer: dict) -> None:
    for _ in range(3):
        order(shop, customer)
    found = shop.caller("cora")(
        "GET", f"/order/?f.customer={customer['id']}&size=1&totals=total&columns=no"
    ).json

    assert len(found["items"]) == 1
    assert found["totals"]["total"] in ("21.00", "21")
    assert found["total"] == 3


def test_a_change_raises_the_version_and_a_stale_one_is_refused(
    shop: Bazaar, customer: dict
) -> None:
    ask = shop.caller("cora")
    path = f"/customer/{customer['id']}"
    etag = ask("GET", path).headers["ETag"]
    good = ask("PATCH", path, {"city": "Taipo"}, headers={"If-Match": etag})
    stale = ask("PATCH", path, {"city": "Kowloon", "version": 1})
    by_header = ask("PATCH", path, {"city": "Kowloon"}, headers={"If-Match": etag})

    assert good.json["version"] == 2
    assert stale.status_code == by_header.status_code == 409
    assert stale.json["error"]["differences"] == {"city": ["Taipo", "Kowloon"]}
    assert stale.json["error"]["current_version"] == 2
    assert shop.row("customer", customer["id"])["city"] == "Taipo"


def test_a_whole_record_may_be_sent_back_as_it_was_read(shop: Bazaar, customer: dict) -> None:
    ask = shop.caller("cora")
    phone = f"13{customer['id']:09d}"
    ask("PATCH", f"/customer/{customer['id']}", {"phone": phone})
    seen = ask("GET", f"/customer/{customer['id']}").json
    answer = ask("PATCH", f"/customer/{customer['id']}", {**seen, "city": "New"})

    assert answer.status_code == 200, answer.text
    assert answer.json["city"] == "New"
    assert shop.row("customer", customer["id"])["phone"].endswith(phone[-9:])


def test_a_deleted_record_is_gone_and_a_used_one_stays(shop: Bazaar, customer: dict) -> None:
    ask = shop.caller("cora")
    lonely = ask.create("customer", name="Lonely", unit=2)
    order(shop, customer)
    gone = ask("DELETE", f"/customer/{lonely['id']}")
    used = ask("DELETE", f"/customer/{customer['id']}")

    assert gone.json == {"deleted": lonely["id"]}
    assert ask("GET", f"/customer/{lonely['id']}").status_code == 404
    assert used.status_code == 403
    assert "still used" in used.json["error"]["message"]
    assert shop.row("customer", customer["id"])


def test_a_bulk_change_is_previewed_then_done_for_all_or_none(shop: Bazaar) -> None:
    ask = shop.caller("cora")
    ids = [ask.create("customer", name=f"B{n}", unit=2)["id"] for n in range(3)]
    seen = ask("POST", "/customer/bulk", {"ids": ids, "values": {"city": "X"}, "preview": True})
    before = shop.row("customer", ids[0])["city"]
    wrong = ask("POST", "/customer/bulk", {"ids": ids, "values": {"name": None}})
    done = ask("POST", "/customer/bulk", {"ids": ids, "values": {"city": "X"}})

    assert seen.json["changed"] == ids
    assert before is None
    assert wrong.status_code == 422
    assert [p["field"] for p in wrong.json["error"]["problems"]] == [f"{i}.name" for i in ids]
    assert done.json["changed"] == ids
    assert shop.row("customer", ids[2])["city"] == "X"


def test_a_button_asks_its_right_its_state_and_its_questions(shop: Bazaar, customer: dict) -> None:
    made = order(shop, customer)
    press = {"ids": [made["id"]], "ask": {"why": "checked"}}
    clerk, boss = shop.caller("cora"), shop.caller("bea")
    refused = clerk("POST", "/order/button/post", press)
    too_early = boss("POST", "/order/button/post", press)
    clerk("POST", "/order/button/ready", {"ids": [made["id"]]})
    unasked = boss("POST", "/order/button/post", {"ids": [made["id"]]})
    done = boss("POST", "/order/button/post", press)

    assert refused.status_code == 403
    assert too_early.status_code == 403
    assert "Only ready orders" in too_early.json["error"]["message"]
    assert unasked.json["error"]["problems"][0]["field"] == "why"
    assert done.json["message"] == "1 posted."
    assert shop.row("order", made["id"])["state"] == "posted"
    assert clerk("PATCH", f"/order/{made['id']}", {"city": "x"}).status_code == 403


def test_a_button_that_makes_a_file_answers_it(shop: Bazaar, customer: dict) -> None:
    made = order(shop, customer)
    answer = shop.caller("bea")("POST", "/order/button/sheet", {"ids": [made["id"]]})

    assert base64.b64decode(answer.json["file"]["base64"]) == b"a,b\n"
    assert answer.json["file"]["name"] == '訂單 "1".csv'


def test_a_look_up_offers_what_the_link_may_lead_to(shop: Bazaar) -> None:
    ask = shop.caller("cora")
    ask.create("customer", name="Lookable", unit=2, city="Q")
    ask.create("customer", name="Lookable idle", unit=2, active=False)
    found = ask("GET", "/order/lookup/customer?q=lookable").json

    assert [i["text"] for i in found["items"]] == ["Lookable"]
    assert found["more"] is False


def test_a_file_is_uploaded_for_a_field_and_read_by_who_sees_the_record(
    shop: Bazaar, customer: dict
) -> None:
    ask = shop.caller("cora")
    form = {"entity": "customer", "field": "portrait", "file": (io.BytesIO(PNG), "a.png")}
    made = ask("POST", "/files", data=form)
    free = shop.caller("bea")("GET", f"/files/{made.json['id']}").status_code
    ask("PATCH", f"/customer/{customer['id']}", {"portrait": made.json["id"]})
    seen = shop.caller("bea")("GET", f"/files/{made.json['id']}")
    west = shop.caller("wes")("GET", f"/files/{made.json['id']}")

    assert made.status_code == 201
    assert free == 404  # nobody's record yet: only the uploader's
    assert seen.data == PNG
    assert west.status_code == 404


@pytest.mark.parametrize(
    ("name", "field", "content"),
    [
        ("a.exe", "portrait", b"MZ"),
        ("a.png", "portrait", b"not a picture"),
        ("a.png", "portrait", b""),
        ("a.png", "name", PNG),
        ("a.png", "secret", PNG),
        ("a.png", "nothing", PNG),
    ],
)
def test_a_file_that_the_field_does_not_take_is_refused(
    shop: Bazaar, name: str, field: str, content: bytes
) -> None:
    form = {"entity": "customer", "field": field, "file": (io.BytesIO(content), name)}
    answer = shop.caller("cora")("POST", "/files", data=form)

    assert answer.status_code == 422
    assert answer.json["error"]["message"]


def test_comments_are_written_and_read_by_who_sees_the_record(shop: Bazaar, customer: dict) -> None:
    ask, path = shop.caller("cora"), f"/customer/{customer['id']}/comments"
    made = ask("POST", path, {"text": "Called @bea <b>twice</b>"})
    empty = ask("POST", path, {"text": " "})

    assert made.status_code == 201
    assert empty.status_code == 422
    assert [c["text"] for c in ask("GET", path).json["items"]] == ["Called @bea <b>twice</b>"]
    assert shop.caller("wes")("GET", path).status_code == 404
    assert shop.caller("vic")("POST", path, {"text": "x"}).status_code == 403


def test_a_token_of_the_login_opens_the_api_and_a_wrong_one_does_not(shop: Bazaar) -> None:
    client = shop.app.test_client()
    login = {"username": "cora", "password": PASSWORD, "provider": "db"}
    token = client.post("/api/v1/security/login", json=login).json["access_token"]
    good = client.get("/api/v1/customer/", headers={"Authorization": f"Bearer {token}"})
    bad = client.get("/api/v1/customer/", headers={"Authorization": f"Bearer {token[:-4]}aaaa"})
    none = client.get("/api/v1/customer/")

    assert good.status_code == 200
    assert bad.status_code == none.status_code == 401
    assert none.json["error"]["status"] == 401


def signed_in(shop: Bazaar, login: str) -> dict[str, str]:
    body = {"username": login, "password": PASSWORD, "provider": "db"}
    answer = shop.app.test_client().post("/api/v1/security/login", json=body)
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def test_a_person_makes_uses_and_revokes_a_key_of_his_own(shop: Bazaar) -> None:
    client, keys = shop.app.test_client(), "/api/v1/security/api_keys/"
    wes, cora = signed_in(shop, "wes"), signed_in(shop, "cora")
    made = client.post(keys, json={"name": "my script"}, headers=wes)
    key = {"Authorization": f"Bearer {made.json['result']['key']}"}
    used = client.get("/api/v1/customer/?count=false", headers=key)
    another = client.post(keys, json={"name": "from a key"}, headers=key)
    uuid = made.json["result"]["uuid"]
    names = [k["name"] for k in client.get(keys, headers=wes).json["result"]]
    strange = client.delete(keys + uuid, headers=cora)
    revoked = client.delete(keys + uuid, headers=wes)

    assert made.status_code == 201
    assert used.status_code == 200
    assert another.status_code == 403
    assert "my script" in names
    assert (strange.status_code, revoked.status_code) == (404, 200)
    assert client.get("/api/v1/customer/", headers=key).status_code == 401
    assert client.post(keys, json={"name": "x"}).status_code == 401


def test_a_revoked_key_opens_nothing(shop: Bazaar) -> None:
    with shop.app.test_request_context():
        manager = shop.app.appbuilder.sm
        made = manager.create_api_key(manager.find_user("gus"), "short-lived")
    headers = {"Authorization": f"Bearer {made['key']}"}
    client = shop.app.test_client()
    before = client.get("/api/v1/org_unit/", headers=headers).status_code
    with shop.app.test_request_context():
        shop.app.appbuilder.sm.revoke_api_key(made["uuid"])

    assert before == 200
    assert client.get("/api/v1/org_unit/", headers=headers).status_code == 401


def test_who_has_no_right_gets_403_and_sees_no_entity(shop: Bazaar) -> None:
    nemo = shop.caller("nemo")

    assert nemo("GET", "/customer/").status_code == 403
    assert nemo("GET", "/").json["items"] == []
    assert nemo("GET", "/nothing/").status_code == 404
    assert nemo("GET", "/customer/1").status_code == 403


def test_a_session_needs_the_form_token_to_write(shop: Bazaar) -> None:
    person = shop.person("cora")
    answer = person.client.post("/api/v1/customer/", json={"name": "No token", "unit": 2})

    assert answer.status_code == 400
    assert answer.json["error"]["status"] == 400
    assert person.get("/api/v1/customer/").status_code == 200


def test_json_shows_chinese_as_it_is_and_half_a_character_escaped(shop: Bazaar) -> None:
    ask = shop.caller("root")
    made = ask("POST", "/customer/", {"name": "陳大文", "unit": 2})
    wrong = ask("POST", "/customer/", {"name": "x", "unit": 2, "\ud800": 1})

    assert "陳大文" in made.data.decode()
    assert wrong.status_code == 422
    assert "\\ud800" in wrong.data.decode()
