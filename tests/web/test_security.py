"""FAB's own screens, and rights across processes."""

from __future__ import annotations

import re

from flask import Flask, g, jsonify
from flask.testing import FlaskClient
from sqlalchemy import text

from engine.access import NewUser, create_users, set_right
from engine.web.session import state
from tests.access.project import company
from tests.access.test_sync import ADMIN
from tests.web.company_app import (
    FAST,
    PASSWORD,
    build,
    close,
    engine_of,
    make_key,
    sign_in,
    token,
)


def test_staff_see_none_of_fabs_screens_and_administrators_all(app: Flask) -> None:
    ann, root = sign_in(app.test_client(), "ann"), sign_in(app.test_client(), "root")
    paths = ("/users/list/", "/roles/list/", "/roles/add", "/users/add", "/groups/list/")
    paths = tuple(p for p in paths if p in {str(r) for r in app.url_map.iter_rules()})

    assert len(paths) >= 4
    assert {ann.get(path).status_code for path in paths} == {403}
    assert {root.get(path).status_code for path in paths} == {200}


def test_a_person_reaches_the_form_for_his_own_password(app: Flask, ann: FlaskClient) -> None:
    assert ann.get("/resetmypassword/form").status_code == 200


def test_a_right_taken_in_one_process_is_gone_in_the_other_at_the_next_request(
    app: Flask, url: str
) -> None:
    other = build(url)
    other.add_url_rule(
        "/may", "may", lambda: jsonify(state().current.rights.may(g.actor, "room", "history"))
    )
    client = sign_in(other.test_client(), "ann")
    answers = []
    for granted in (True, False, True):
        with engine_of(app).begin() as connection:
            set_right(connection, company(), ("clerk", "room", "history"), granted, ADMIN)
        answers.append(client.get("/may").json)
    close(other)

    assert answers == [True, False, True]


def test_a_person_changes_his_own_password_and_stays_signed_in(app: Flask) -> None:
    eve = sign_in(app.test_client(), "eve")
    form = {"password": "even longer", "conf_password": "even longer", "csrf_token": token(eve)}
    short = {"password": "short", "conf_password": "short", "csrf_token": token(eve)}

    assert eve.post("/resetmypassword/form", data=short).status_code == 200
    assert eve.post("/resetmypassword/form", data=form).status_code == 302
    assert eve.get("/who").status_code == 200
    assert sign_in(app.test_client(), "eve", "even longer").get("/who").status_code == 200


def test_a_role_changed_on_fabs_screen_is_audited(app: Flask) -> None:
    root = sign_in(app.test_client(), "root")
    with engine_of(app).begin() as connection:
        role = connection.scalar(text("select id from ab_role where name = 'worker'"))
        right = connection.scalar(
            text(
                "select pv.id from ab_permission_view pv join ab_permission p"
                " on p.id = pv.permission_id join ab_view_menu v on v.id = pv.view_menu_id"
                " where p.name = 'can_delete' and v.name = 'task'"
            )
        )
    form = {"name": "worker", "permissions": [right], "csrf_token": token(root)}
    answer = root.post(f"/roles/edit/{role}", data=form)
    with engine_of(app).connect() as connection:
        row = connection.execute(text("select * from wy_audit order by id desc limit 1")).one()

    assert answer.status_code == 302
    assert (row.entity, row.record_id, row.event) == ("ab_role", role, "access")
    assert row.changes["permissions"] == ["can read on task", "can delete on task"]
    assert row.actor_id is not None


def test_the_last_administrator_cannot_be_switched_off_on_fabs_screen(app: Flask) -> None:
    root = sign_in(app.test_client(), "root")
    with engine_of(app).connect() as connection:
        number = connection.scalar(text("select id from ab_user where username = 'root'"))
    root.post(f"/users/delete/{number}", data={"csrf_token": token(root)})

    assert root.get("/language").status_code == 200


def test_the_screens_of_accounts_name_roles_as_the_product_does(app: Flask) -> None:
    root = sign_in(app.test_client(), "root")
    with engine_of(app).connect() as connection:
        number = connection.scalar(text("select id from ab_user where username = 'ann'"))
    headers = {"Accept-Language": "en"}
    pages = [
        root.get(path, headers=headers).text
        for path in ("/users/list/", f"/users/show/{number}", f"/users/edit/{number}")
    ]

    for page in pages:
        assert re.search(r">\s*Clerk\s*<", page)
        assert not re.search(r">\s*clerk\s*<", page)
    assert re.search(r">\s*文員\s*<", root.get("/users/list/?_l=zh_Hant").text)
    root.get("/users/list/?_l=en")


def test_an_action_that_fab_does_not_know_is_not_there(app: Flask, ann: FlaskClient) -> None:
    root = sign_in(app.test_client(), "root")
    for client, status in ((ann, 403), (root, 404)):
        known = client.post("/users/action/resetpasswords/1", data={"csrf_token": token(client)})
        wrong = client.post("/users/action/nothing/1", data={"csrf_token": token(client)})
        many = client.post("/roles/action_post", data={"csrf_token": token(client)})

        assert known.status_code == (403 if status == 403 else 302)
        assert (wrong.status_code, many.status_code) == (404, 404)


def test_a_chart_that_is_none_is_not_there(app: Flask) -> None:
    root = sign_in(app.test_client(), "root")

    for which, status in (("0", 200), ("password", 404), ("99", 404), ("²", 404), ("-1", 404)):
        assert root.get(f"/userstatschartview/chart/{which}").status_code == status


def test_screens_take_forms_and_say_so(app: Flask, ann: FlaskClient) -> None:
    for body in ({"password": [1]}, "x", 1e308, [[[]]]):
        answer = ann.post("/resetmypassword/form", json=body, headers={"Accept-Language": "en"})

        assert answer.status_code == 415
        assert "/api/v1/" in answer.text


def test_an_api_key_wants_one_json_object(app: Flask, ann: FlaskClient) -> None:
    headers = {"X-CSRFToken": token(ann), "Accept-Language": "en"}
    for body in (b"", b"[1]", b'{"a":' * 50_000, b"name=x"):
        answer = ann.post("/api/v1/security/api_keys/", data=body, headers=headers,
                          content_type="application/json")  # fmt: skip

        assert answer.status_code == 422
        assert "one JSON object" in answer.json["error"]["message"]


def test_a_switched_off_account_is_shut_out_with_every_proof_it_has(app: Flask) -> None:
    with engine_of(app).begin() as connection:
        person = NewUser(login="old", name="old", password=PASSWORD, roles={"clerk": [2]})
        create_users(connection, [person], method=FAST)
    old, key = sign_in(app.test_client(), "old"), make_key(app, "old")
    visitor = app.test_client()
    login = {"username": "old", "password": PASSWORD, "provider": "db", "refresh": True}
    tokens = visitor.post("/api/v1/security/login", json=login).json
    proofs = (key, tokens["access_token"])

    def answers() -> list[int]:
        called = [
            visitor.get("/api/v1/who", headers={"Authorization": f"Bearer {one}"}).status_code
            for one in proofs
        ]
        refresh = {"Authorization": f"Bearer {tokens['refresh_token']}"}
        again = visitor.post("/api/v1/security/refresh", headers=refresh)
        anew = again.json.get("access_token", "")
        renewed = visitor.get("/api/v1/who", headers={"Authorization": f"Bearer {anew}"})
        return [old.get("/who").status_code, *called, renewed.status_code]

    before = answers()
    with engine_of(app).begin() as connection:
        connection.execute(text("update ab_user set active = false where username = 'old'"))

    assert before == [200, 200, 200, 200]
    assert answers() == [302, 401, 401, 401]


def test_signing_in_gives_a_new_session_whatever_was_planted_before(app: Flask) -> None:
    client = app.test_client()
    with client.session_transaction() as planted:
        planted["since"], planted["proof"], planted["_user_id"] = 1, "forged", "1"
    assert client.get("/who").status_code == 302  # planted marks open nothing

    sign_in(client, "ann")

    with client.session_transaction() as kept:
        assert kept["proof"] != "forged"
        assert kept["_user_id"] != "1"
