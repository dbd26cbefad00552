"""FAB's own screens, and rights across processes."""

from __future__ import annotations

from flask import Flask, g, jsonify
from flask.testing import FlaskClient
from sqlalchemy import text

from engine.access import set_right
from engine.web.session import state
from tests.access.project import company
from tests.access.test_sync import ADMIN
from tests.web.company_app import (
    build,
    close,
    engine_of,
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
