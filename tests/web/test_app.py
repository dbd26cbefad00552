"""The application: transactions, languages, failures, releases."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from sqlalchemy import text

from engine.access import set_preference
from engine.extension import Conflict, Invalid, NotFound, Problem, Refused
from engine.storage.apply import apply
from engine.web.guard import public
from engine.web.languages import select_language
from engine.web.session import request_connection, state
from engine.web.settings import secret_key
from engine.web.state import snapshot_of
from tests.access.project import MODULE, catalog_of, company
from tests.web.company_app import (
    build,
    close,
    engine_of,
    make_key,
    sign_in,
    token,
)

Raise = Callable[[Exception], FlaskClient]


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


def test_two_who_wait_for_each_other_are_not_both_lost(url: str) -> None:
    made = build(url)
    engine = engine_of(made)
    lock = "select pg_advisory_xact_lock(%s)"
    waits = "select 1 from pg_locks where locktype = 'advisory' and not granted"
    other = engine.connect()
    other.exec_driver_sql(lock % 4711)

    def cross_over() -> None:
        while not other.exec_driver_sql(waits).first():  # who waited first gives way
            time.sleep(0.01)
        other.exec_driver_sql(lock % 4712)

    held = threading.Thread(target=cross_over, daemon=True)

    def cross() -> str:
        mine = request_connection()
        mine.exec_driver_sql(lock % 4712)
        held.start()
        mine.exec_driver_sql(lock % 4711)
        return "went on"

    made.add_url_rule("/cross", "cross", cross)
    client = made.test_client()
    sign_in(client, "ann")
    answer = client.get("/cross", headers={"Accept": "application/json"})
    held.join(timeout=20)
    other.rollback()
    other.close()
    close(made)

    assert answer.status_code == 409
    assert answer.json["error"]["message"] == "此刻有其他人正在處理相同的內容，請再試一次。"


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
