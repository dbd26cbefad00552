"""What the door asks for: form tokens, keys, headers."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.access.test_identity import statements
from tests.web.company_app import (
    PASSWORD,
    engine_of,
    make_key,
    sign_in,
    token,
)


def test_a_post_without_the_form_token_is_refused(ann: FlaskClient) -> None:
    assert ann.post("/write").status_code == 400
    assert ann.post("/write", data={"csrf_token": "forged"}).status_code == 400


def test_a_post_with_the_form_token_is_taken(ann: FlaskClient) -> None:
    good = token(ann)

    assert ann.post("/write", data={"csrf_token": good}).status_code == 200
    assert ann.post("/write", headers={"X-CSRFToken": good}).status_code == 200


def test_another_persons_form_token_is_refused(app: Flask, ann: FlaskClient) -> None:
    other = sign_in(app.test_client(), "bob")

    assert ann.post("/write", data={"csrf_token": token(other)}).status_code == 400


def test_signing_in_needs_the_form_token_too(client: FlaskClient) -> None:
    answer = client.post("/login/", data={"username": "ann", "password": PASSWORD})

    assert answer.status_code == 400
    assert client.get("/who").status_code == 302


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for path in ("/login/", "/who", "/nothing", "/healthz"):
        headers = client.get(path).headers

        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"].split("style-src")[0]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"


# The API


def test_the_api_without_a_key_is_closed(client: FlaskClient) -> None:
    for headers in ({}, {"Authorization": "Bearer wuye_forged"}, {"Authorization": "Bearer x.y.z"}):
        answer = client.get("/api/v1/who", headers=headers)

        assert answer.status_code == 401, headers
        assert answer.is_json


def test_a_key_opens_the_api_without_a_form_token_in_one_statement(app: Flask) -> None:
    key = make_key(app, "bob")
    client, headers = app.test_client(), {"Authorization": f"Bearer {key}"}
    client.get("/api/v1/who", headers=headers)
    with statements(engine_of(app)) as made:
        answer = client.post("/api/v1/who", headers=headers)

    assert answer.json == {"login": "bob"}
    assert len(made) == 1


def test_a_key_opens_the_api_only(app: Flask) -> None:
    headers = {"Authorization": f"Bearer {make_key(app, 'bob')}"}

    assert app.test_client().get("/who", headers=headers).status_code == 302


def test_a_bad_key_is_not_saved_by_a_session(app: Flask, ann: FlaskClient) -> None:
    answer = ann.get("/api/v1/who", headers={"Authorization": "Bearer wuye_forged"})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "end",
    ["active = false", "revoked_on = now()", "expires_on = now() - interval '2 days'"],
)
def test_an_ended_key_opens_nothing(app: Flask, end: str) -> None:
    key = make_key(app, "bob")
    with engine_of(app).begin() as connection:
        connection.execute(text(f"update ab_api_key set {end}"))
    answer = app.test_client().get("/api/v1/who", headers={"Authorization": f"Bearer {key}"})

    assert answer.status_code == 401


def test_a_token_got_by_password_opens_the_api(app: Flask) -> None:
    client = app.test_client()
    body = {"username": "bob", "password": PASSWORD, "provider": "db"}
    given = client.post("/api/v1/security/login", json=body).json["access_token"]
    answer = client.post("/api/v1/who", headers={"Authorization": f"Bearer {given}"})

    assert answer.json == {"login": "bob"}


def test_a_key_counts_before_the_session_beside_it(app: Flask, ann: FlaskClient) -> None:
    body = {"username": "bob", "password": PASSWORD, "provider": "db"}
    token_of_bob = ann.post("/api/v1/security/login", json=body).json["access_token"]
    for proof in (make_key(app, "bob"), token_of_bob):
        answer = ann.get("/api/v1/who", headers={"Authorization": f"Bearer {proof}"})

        assert answer.json == {"login": "bob"}


def test_a_session_may_use_the_api_with_the_form_token(ann: FlaskClient) -> None:
    assert ann.get("/api/v1/who").json == {"login": "ann"}
    assert ann.post("/api/v1/who").status_code == 400
    headers = {"X-CSRFToken": token(ann)}
    assert ann.post("/api/v1/who", headers=headers).json == {"login": "ann"}
