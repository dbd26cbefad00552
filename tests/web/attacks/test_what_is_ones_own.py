"""Keys, messages, jobs, exports and views of somebody else: as if they were not there."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, text

from engine.access import set_preference
from engine.storage.outbox import enqueue
from engine.storage.work_tables import wy_export, wy_message
from tests.web.bazaar_app import Bazaar


def number_of(shop: Bazaar, login: str) -> int:
    return int(shop.query(text(f"select id from ab_user where username = '{login}'"))[0][0])


def test_a_key_of_somebody_else_is_neither_shown_nor_revoked(shop: Bazaar) -> None:
    wes, cora = shop.person("wes"), shop.person("cora")
    headers = {"X-CSRFToken": wes._token}
    made = wes.client.post("/api/v1/security/api_keys/", json={"name": "mine"}, headers=headers)
    key = made.json["result"]
    path = f"/api/v1/security/api_keys/{key['uuid']}"
    seen = cora.client.get(path)
    revoked = cora.client.delete(path, headers={"X-CSRFToken": cora._token})
    listed = cora.client.get("/api/v1/security/api_keys/")
    still = shop.app.test_client().get(
        "/api/v1/", headers={"Authorization": f"Bearer {key['key']}"}
    )

    assert (made.status_code, seen.status_code, revoked.status_code) == (201, 404, 404)
    assert key["uuid"] not in listed.text
    assert still.status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_work_and_papers_of_somebody_else_are_not_there(shop: Bazaar, method: str) -> None:
    owner = number_of(shop, "wes")
    with shop.engine.begin() as connection:
        job = enqueue(connection, "documents.print", {"print": "list.customer"}, user_id=owner)
        export = connection.scalar(
            insert(wy_export)
            .values(entity="customer", format="csv", settings={}, created_by=owner)
            .returning(wy_export.c.id)
        )
        message = connection.scalar(
            insert(wy_message)
            .values(channel="inbox", user_id=owner, language="en", subject="for Wes", body="",
                    state="sent")
            .returning(wy_message.c.id)
        )  # fmt: skip
        connection.execute(text("update wy_outbox set state = 'failed' where id = :i"), {"i": job})
    cora = shop.person("cora")
    paths = {
        "get": (f"/jobs/{job}", f"/print/jobs/{job}", f"/exports/{export}", f"/inbox/{message}"),
        "post": (f"/jobs/{job}/cancel", f"/jobs/{job}/retry"),
    }

    for path in paths[method]:
        assert getattr(cora, method)(path).status_code == 404, path
    assert "for Wes" not in cora.get("/inbox/").text
    assert f"/jobs/{job}" not in cora.get("/jobs").text
    with shop.engine.begin() as connection:
        connection.execute(text("delete from wy_outbox where id = :i"), {"i": job})


def test_a_mention_is_told_in_its_readers_language_and_to_who_may_see_the_record(
    shop: Bazaar,
) -> None:
    bea, wes = number_of(shop, "bea"), number_of(shop, "wes")
    ask = shop.caller("cora")
    customer = ask.create("customer", name="Mentioned", unit=2)
    for language in ("zh_Hans", "en"):
        with shop.engine.begin() as connection:
            set_preference(connection, bea, "language", language)
        ask("POST", f"/customer/{customer['id']}/comments", {"text": "@bea @wes see this"})
    with shop.engine.begin() as connection:
        connection.execute(text("delete from wy_preference where user_id = :u"), {"u": bea})
    told = select(wy_message.c.user_id, wy_message.c.subject).where(
        wy_message.c.record_id == customer["id"], wy_message.c.entity == "customer"
    )
    rows = shop.query(told.order_by(wy_message.c.id))

    assert [r.user_id for r in rows] == [bea, bea]
    assert wes not in [r.user_id for r in rows]
    said = [r.subject for r in rows]
    assert said == ["Cora 提及您：Mentioned", "Cora mentioned you: Mentioned"]


def test_a_mention_on_a_record_named_by_a_link_says_its_name(shop: Bazaar) -> None:
    ask = shop.caller("root")
    vip = ask.create("vip", phone="13498769876")
    customer = ask.create("customer", name="Named by link", unit=2)
    joins = ask.create("membership", vip=vip["id"], customer=customer["id"])
    ask("POST", f"/membership/{joins['id']}/comments", {"text": "@cora look"})
    told = select(wy_message.c.subject).where(
        wy_message.c.record_id == joins["id"], wy_message.c.entity == "membership"
    )

    assert shop.query(told)[0][0].endswith("Named by link")


def test_a_look_up_offers_to_make_a_record_to_who_may(shop: Bazaar) -> None:
    clerk, guest = (shop.person(n).get("/e/membership/new").text for n in ("cora", "gus"))

    assert "/e/vip/new" in clerk
    assert "/e/customer/new" not in clerk  # not declared for that look-up
    assert "/e/vip/new" not in guest  # reads them, and may not make one
