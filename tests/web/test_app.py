"""The door of the web application: signing in, who gets in, and what attackers meet."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask, g, jsonify, request, session
from flask.testing import FlaskClient
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from sqlalchemy import URL, text

from engine.access import NewUser, create_users, set_preference, set_right
from engine.extension import Conflict, Invalid, NotFound, Problem, Refused
from engine.storage.apply import apply
from engine.web.app import create_app
from engine.web.guard import public
from engine.web.languages import select_language
from engine.web.session import current_actor, request_connection, state
from engine.web.settings import secret_key
from engine.web.state import snapshot_of
from tests.access.databases import company_database
from tests.access.project import MODULE, catalog_of, company
from tests.access.test_identity import statements
from tests.access.test_sync import ADMIN

PASSWORD = "long enough"
FAST = "pbkdf2:sha256:1"
USERS = {
    "root": {"Admin": []},
    "ann": {"clerk": [2]},
    "bob": {"viewer": [3]},
    "eve": {},
}
Raise = Callable[[Exception], FlaskClient]


def config(**more: object) -> dict[str, object]:
    return {
        "SECRET_KEY": "only for tests, and long enough for a token",
        "FAB_PASSWORD_HASH_METHOD": FAST,
        "RATELIMIT_ENABLED": False,
        "TESTING": False,
        "PROPAGATE_EXCEPTIONS": False,
        **more,
    }


@pytest.fixture(scope="module")
def url(cluster_url: URL, template_database: str) -> Iterator[str]:
    with company_database(cluster_url, template_database) as found:
        yield found


@pytest.fixture(scope="module")
def app(url: str) -> Iterator[Flask]:
    made = build(url)
    with engine_of(made).begin() as connection:
        people = [
            NewUser(login=login, name=login, password=PASSWORD, roles=roles)
            for login, roles in USERS.items()
        ]
        create_users(connection, people, method=FAST)
    yield made
    close(made)


def build(url: str, **more: object) -> Flask:
    made = create_app(company(), database_url=url, config=config(**more))
    for path, view in {
        "/who": lambda: jsonify(login=g.actor.login, units=sorted(g.actor.units("clerk"))),
        "/write": write,
        "/boom": boom,
        "/language": lambda: str(get_locale()),
        "/open": public(lambda: "open to all"),
        "/api/v1/who": lambda: jsonify(login=current_actor().login),
    }.items():
        made.add_url_rule(path, path.strip("/").replace("/", "_"), view, methods=["GET", "POST"])
    return made


def write() -> tuple[str, int]:
    request_connection().execute(text("update notice set subject = subject || '!'"))
    return "done", int(request.args.get("status", "200"))


def boom() -> str:
    raise RuntimeError("secret detail")


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


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def ann(client: FlaskClient) -> FlaskClient:
    return sign_in(client, "ann")


# Signing in


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


# Forms and headers


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


def test_a_session_may_use_the_api_with_the_form_token(ann: FlaskClient) -> None:
    assert ann.get("/api/v1/who").json == {"login": "ann"}
    assert ann.post("/api/v1/who").status_code == 400
    headers = {"X-CSRFToken": token(ann)}
    assert ann.post("/api/v1/who", headers=headers).json == {"login": "ann"}


def make_key(app: Flask, login: str) -> str:
    with app.test_request_context():
        manager = app.appbuilder.sm
        made = manager.create_api_key(manager.find_user(login), "test")
        return str(made["key"])


# Rights


def test_staff_see_none_of_fabs_screens_and_administrators_all(app: Flask) -> None:
    ann, root = sign_in(app.test_client(), "ann"), sign_in(app.test_client(), "root")
    paths = ("/users/list/", "/roles/list/", "/roles/add", "/users/add", "/groups/list/")
    paths = tuple(p for p in paths if p in {str(r) for r in app.url_map.iter_rules()})

    assert len(paths) >= 4
    assert {ann.get(path).status_code for path in paths} == {403}
    assert {root.get(path).status_code for path in paths} <= {200, 500}


def test_a_person_reaches_the_form_for_his_own_password(app: Flask, ann: FlaskClient) -> None:
    assert ann.get("/resetmypassword/form").status_code in {200, 500}


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


# One transaction


def test_an_answer_that_failed_leaves_nothing_written(app: Flask, ann: FlaskClient) -> None:
    good = token(ann)
    lengths = [subject(app)]
    for status in (200, 422):
        ann.post(f"/write?status={status}", data={"csrf_token": good})
        lengths.append(subject(app))

    assert lengths[1] == lengths[0] + 1
    assert lengths[2] == lengths[1]


def subject(app: Flask) -> int:
    with engine_of(app).connect() as connection:
        return connection.scalar(text("select length(subject) from notice"))


# Languages


def test_the_address_beats_the_session_and_the_session_the_browser(app: Flask) -> None:
    with app.test_request_context("/?_l=en", headers={"Accept-Language": "zh-CN"}):
        session["locale"] = "zh_Hant"
        assert select_language() == "en"
    with app.test_request_context("/?_l=xx", headers={"Accept-Language": "zh-CN"}):
        session["locale"] = "zh_Hant"
        assert select_language() == "zh_Hant"
    with app.test_request_context("/", headers={"Accept-Language": "zh-CN"}):
        assert select_language() == "zh_Hans"


def test_a_persons_own_choice_beats_the_browser(app: Flask) -> None:
    bob = sign_in(app.test_client(), "bob")
    with engine_of(app).begin() as connection:
        number = connection.scalar(text("select id from ab_user where username = 'bob'"))
        set_preference(connection, number, "language", "en")

    assert bob.get("/language", headers={"Accept-Language": "zh-CN"}).text == "en"


def test_a_language_asked_for_once_is_kept(ann: FlaskClient) -> None:
    ann.get("/language?_l=en")

    assert ann.get("/language").text == "en"


# Failures


@pytest.fixture(scope="module")
def raising(url: str) -> Iterator[Raise]:
    made = build(url)
    found: list[Exception] = []

    def fail() -> str:
        raise found[0]

    for path in ("/fail", "/api/v1/security/fail"):
        made.add_url_rule(path, path, public(fail))

    def prepare(error: Exception) -> FlaskClient:
        found[:] = [error]
        return made.test_client()

    yield prepare
    close(made)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("You may not do this."), 403),
        (NotFound("room", 1), 404),
        (Conflict(differences={"no": ("1", "2")}, current_version=3), 409),
        (Invalid([Problem("Too long", field="no")]), 422),
        (RuntimeError("secret detail"), 500),
    ],
)
def test_failures_are_told_in_plain_words(raising: Raise, error: Exception, status: int) -> None:
    answer = raising(error).get("/fail")

    assert answer.status_code == status
    assert "secret" not in answer.get_data(as_text=True)
    assert "Traceback" not in answer.get_data(as_text=True)


def test_a_crash_shows_a_number_that_stands_in_the_log(
    raising: Raise, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        page = raising(RuntimeError("secret detail")).get("/fail").get_data(as_text=True)
    number = re.search(r"failure ([0-9a-f]{8})", caplog.text)

    assert number is not None
    assert number.group(1) in page
    assert "secret detail" in caplog.text


def test_the_api_answers_failures_in_json(app: Flask) -> None:
    headers = {"Authorization": f"Bearer {make_key(app, 'bob')}"}
    answer = app.test_client().get("/api/v0/nothing", headers=headers)

    assert answer.status_code == 404
    assert answer.json["error"]["status"] == 404


# Living


def test_health_needs_no_account(client: FlaskClient) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json["status"] == "ok"


def test_a_new_release_is_served_without_a_restart(app: Flask) -> None:
    app.test_client().get("/healthz")
    first = state(app).current
    newer = catalog_of(MODULE.replace("en: Notice}", "en: Announcement}"))
    with engine_of(app).begin() as connection:
        release = apply(connection, newer, author="test")
    deadline = time.monotonic() + 10
    while state(app).current is first and time.monotonic() < deadline:
        time.sleep(0.02)
    served = state(app).current

    assert served.release == release.id
    assert str(served.catalog.entity("notice").label.in_("en")) == "Announcement"
    state(app).swap(snapshot_of(company(), release.id))


def test_the_ear_for_releases_survives_a_lost_connection(app: Flask) -> None:
    app.test_client().get("/healthz")
    kill = text(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = :n"
    )
    time.sleep(0.3)
    with engine_of(app).begin() as connection:
        connection.execute(kill, {"n": "wuye ear"})
    first = state(app).current
    state(app).swap(snapshot_of(company(), -1))
    deadline = time.monotonic() + 10
    while state(app).current.release == -1 and time.monotonic() < deadline:
        time.sleep(0.05)

    assert state(app).current.release == first.release


def test_a_secret_key_is_made_once_and_kept_for_its_owner(tmp_path) -> None:
    environ = {"DATA_DIR": str(tmp_path)}
    made = secret_key(environ)

    assert len(made) > 40
    assert secret_key(environ) == made
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert secret_key({"SECRET_KEY": "given"}) == "given"
