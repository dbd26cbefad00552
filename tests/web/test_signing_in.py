"""Signing in and staying signed in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.access.test_identity import statements
from tests.web.company_app import (
    build,
    close,
    engine_of,
    sign_in,
)


def test_a_person_signs_in_and_is_known(ann: FlaskClient) -> None:
    assert ann.answer.status_code == 302
    assert ann.get("/who").json == {"login": "ann", "units": [2, 4]}


def test_a_request_costs_one_statement_for_all_about_the_actor(
    app: Flask, ann: FlaskClient
) -> None:
    ann.get("/who")
    with statements(engine_of(app)) as made:
        ann.get("/who")

    assert len(made) == 1


def test_a_visitor_costs_no_statement(app: Flask, client: FlaskClient) -> None:
    with statements(engine_of(app)) as made:
        client.get("/open")
        client.get("/who")

    assert made == []


def test_a_visitor_is_sent_to_sign_in_and_comes_back(client: FlaskClient) -> None:
    answer = client.get("/who?x=1")

    assert answer.status_code == 302
    assert answer.location == "/login/?next=/who?x%3D1"
    assert sign_in(client, "ann", after="/who?x=1").answer.location == "/who?x=1"


def test_a_fragment_asked_for_by_a_visitor_sends_the_whole_page_to_sign_in(
    client: FlaskClient,
) -> None:
    answer = client.get("/who", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/login/")


@pytest.mark.parametrize(
    "target",
    [
        "//evil.com",
        "///evil.com",
        "https://evil.com/",
        "/\\evil.com",
        "\\\\evil.com",
        "javascript:alert(1)",
        "http:evil.com",
        "\x00//evil.com",
        " //evil.com",
        "/\t/evil.com",
    ],
)
def test_signing_in_never_leads_off_the_site(client: FlaskClient, target: str) -> None:
    assert sign_in(client, "ann", after=target).answer.location == "/login/"
    assert sign_in(client, "ann").answer.location == "/"
    assert client.get("/login/", query_string={"next": target}).location == "/login/"


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(app: Flask) -> None:
    answers = [
        sign_in(app.test_client(), login, "wrong wrong").answer for login in ("bob", "nobody")
    ]

    assert {(a.status_code, a.location) for a in answers} == {(302, answers[0].location)}
    assert "/login/" in answers[0].location


def test_a_login_is_locked_after_failures_even_for_the_right_password(url: str) -> None:
    strict = build(url, LOGIN_FAILURES=2)
    for _ in range(2):
        sign_in(strict.test_client(), "eve", "wrong wrong")
    client = sign_in(strict.test_client(), "eve")
    locked = client.get("/who").status_code
    strict.config["LOGIN_LOCK"] = timedelta(0)
    opened = sign_in(strict.test_client(), "eve").get("/who").status_code
    close(strict)

    assert (locked, opened) == (302, 200)


def test_many_attempts_from_one_address_are_slowed_down(url: str) -> None:
    strict = build(url, RATELIMIT_ENABLED=True, AUTH_RATE_LIMIT="2 per minute")
    seen = [sign_in(strict.test_client(), "nobody", "x").answer.status_code for _ in range(3)]
    api = [
        strict.test_client()
        .post("/api/v1/security/login", json={"username": "x", "password": "y", "provider": "db"})
        .status_code
        for _ in range(3)
    ]
    close(strict)

    assert seen == [302, 302, 429]
    assert api == [401, 401, 429]


def test_a_new_password_ends_other_sessions(app: Flask) -> None:
    bob = sign_in(app.test_client(), "bob")
    before = bob.get("/who").status_code
    with engine_of(app).begin() as connection:
        old = connection.scalar(text("select password from ab_user where username = 'bob'"))
        set_hash = text("update ab_user set password = :hash where username = 'bob'")
        connection.execute(set_hash, {"hash": "other"})
    after = bob.get("/who").status_code
    with engine_of(app).begin() as connection:
        connection.execute(set_hash, {"hash": old})

    assert (before, after) == (200, 302)


def test_a_session_ends_after_its_longest_time(app: Flask, ann: FlaskClient) -> None:
    app.config["SESSION_LONGEST"] = timedelta(0)
    after = ann.get("/who").status_code
    app.config["SESSION_LONGEST"] = timedelta(days=7)

    assert after == 302


def test_a_switched_off_account_is_out_at_once(app: Flask) -> None:
    bob = sign_in(app.test_client(), "bob")
    switch = text("update ab_user set active = :on where username = 'bob'")
    with engine_of(app).begin() as connection:
        connection.execute(switch, {"on": False})
    after = bob.get("/who").status_code
    with engine_of(app).begin() as connection:
        connection.execute(switch, {"on": True})

    assert after == 302


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client) -> None:
    cookie = sign_in(client, "ann").answer.headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_cookie_is_written_anew_when_it_has_aged_and_not_before(
    app: Flask, ann: FlaskClient
) -> None:
    fresh = ann.get("/who")
    with ann.session_transaction() as session:
        session["seen"] -= app.permanent_session_lifetime.total_seconds() / 10
    aged = ann.get("/who")

    assert "Set-Cookie" not in fresh.headers
    assert "Set-Cookie" in aged.headers
    assert ann.get("/who").status_code == 200
