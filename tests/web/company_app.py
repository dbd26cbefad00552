"""An application over the small company, and what tests do with it."""

from __future__ import annotations

import secrets

from flask import Flask, g, jsonify, request, session
from flask.testing import FlaskClient
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from sqlalchemy import text

from engine.web.app import create_app
from engine.web.guard import public
from engine.web.session import current_actor, request_connection, state
from tests.access.project import company

PASSWORD = "long enough"
FAST = "pbkdf2:sha256:1"
USERS = {
    "root": {"Admin": []},
    "ann": {"clerk": [2]},
    "bob": {"viewer": [3]},
    "eve": {},
}


def config(**more: object) -> dict[str, object]:
    return {
        "SECRET_KEY": "only for tests, and long enough for a token",
        "FAB_PASSWORD_HASH_METHOD": FAST,
        "RATELIMIT_ENABLED": False,
        "TESTING": False,
        "PROPAGATE_EXCEPTIONS": False,
        **more,
    }


def build(url: str, **more: object) -> Flask:
    made = create_app(company(), database_url=url, config=config(**more))
    for path, view in {
        "/who": lambda: jsonify(login=g.actor.login, units=sorted(g.actor.units("clerk"))),
        "/write": write,
        "/language": lambda: str(get_locale()),
        "/open": public(lambda: "open to all"),
        "/api/v1/who": lambda: jsonify(login=current_actor().login),
    }.items():
        made.add_url_rule(path, path.strip("/").replace("/", "_"), view, methods=["GET", "POST"])
    return made


def write() -> tuple[str, int]:
    request_connection().execute(text("update notice set subject = subject || '!'"))
    return "done", int(request.args.get("status", "200"))


def engine_of(app: Flask):
    return state(app)._engine


def close(app: Flask) -> None:
    state(app).stop()
    engine_of(app).dispose()


def token(client: FlaskClient) -> str:
    """Make the form token of a client's session, as any page of it has."""
    with client.session_transaction() as kept:
        raw = kept.setdefault("csrf_token", secrets.token_hex(8))
    with client.application.test_request_context():
        session["csrf_token"] = raw
        return str(generate_csrf())


def sign_in(
    client: FlaskClient, login: str, password: str = PASSWORD, after: str = ""
) -> FlaskClient:
    form = {"username": login, "password": password, "csrf_token": token(client)}
    query = {"next": after} if after else {}
    client.answer = client.post("/login/", data=form, query_string=query)
    return client


def make_key(app: Flask, login: str) -> str:
    with app.test_request_context():
        manager = app.appbuilder.sm
        made = manager.create_api_key(manager.find_user(login), "test")
        return str(made["key"])
