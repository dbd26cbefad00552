from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import load_workbook
from sqlalchemy import URL, Engine, text

from engine.exchange import exporting
from engine.exchange.importing import runs
from engine.jobs import Runner, Served
from engine.storage.database import engine_for
from engine.web.app import create_app
from engine.web.session import state
from engine.web.views.exporting import bp as exporting_bp
from engine.web.views.importing import bp as importing_bp
from engine.web.views.jobs import bp as jobs_bp
from tests.conftest import _drop, _on_server
from tests.exchange.books import HEAD, line, xlsx
from tests.exchange.world import build, catalog, tables
from tests.web.company_app import close, config, sign_in, token

SignedIn = Callable[[str], FlaskClient]


@pytest.fixture
def app(cluster_url: URL, template_database: str, tmp_path, monkeypatch) -> Iterator[Flask]:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    name = f"{template_database}_{secrets.token_hex(4)}"
    with _on_server(cluster_url).connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template_database}"')
    url = cluster_url.set(database=name).render_as_string(hide_password=False)
    filled = engine_for(url)
    build(filled)
    filled.dispose()
    made = create_app(catalog(), database_url=url, config=config())
    for blueprint in (exporting_bp, importing_bp, jobs_bp):
        if blueprint.name not in made.blueprints:
            made.register_blueprint(blueprint)
    yield made
    close(made)
    _drop(cluster_url, name)


@pytest.fixture
def signed_in(app: Flask) -> SignedIn:
    return lambda login: sign_in(app.test_client(), login)


@pytest.fixture
def database(app: Flask) -> Engine:
    return state(app)._engine


def work_off(engine: Engine) -> None:
    runner = Runner(engine, lambda _: Served(catalog(), tables()))
    while runner.run_due():
        pass


def post(client: FlaskClient, path: str, follow: bool = True, **data: Any) -> Any:
    sent = {"csrf_token": token(client), **data}
    return client.post(path, data=sent, follow_redirects=follow)


def upload(client: FlaskClient, data: bytes, name: str = "rooms.xlsx") -> Any:
    return post(client, "/e/room/import", file=(io.BytesIO(data), name), mode="both")


def number_of(answer: Any) -> str:
    found = re.search(r"/e/room/import/(\d+)", answer.request.path)
    assert found is not None, answer.status
    return found[1]


COLUMNS = {
    "map.0": "estate",
    "map.1": "building",
    "map.2": "full_no",
    "map.3": "built_area",
    "map.4": "inner_area",
    "map.5": "kind",
}


def room_count(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("select count(*) from room")) or 0)


def test_a_workbook_goes_from_upload_to_records(signed_in, database) -> None:
    ann = signed_in("ann")
    mapping = upload(ann, xlsx([HEAD, line("1-0101"), line("1-0102", building="7棟")]))
    number = number_of(mapping)
    assert '<option value="full_no" selected>' in mapping.text

    preview = post(ann, f"/e/room/import/{number}", key="estate,full_no", **COLUMNS)
    assert preview.request.path.endswith("/preview")
    assert "7棟" in preview.text
    assert room_count(database) == 0
    result = post(ann, f"/e/room/import/{number}/commit")

    assert (result.status_code, room_count(database)) == (200, 1)
    bad = ann.get(f"/e/room/import/{number}/errors.xlsx")
    rows = load_workbook(io.BytesIO(bad.data)).get_sheet_by_index(0).to_python()
    assert [r[2] for r in rows[1:]] == ["1-0102"]
    again = post(ann, f"/e/room/import/{number}/commit")
    assert (again.status_code, room_count(database)) == (200, 1)


def test_a_long_import_runs_in_the_background_with_its_progress(
    signed_in, database, monkeypatch
) -> None:
    monkeypatch.setattr(runs, "AT_ONCE_ROWS", 1)
    ann = signed_in("ann")
    number = number_of(upload(ann, xlsx([HEAD, line("A"), line("B")])))

    waiting = post(ann, f"/e/room/import/{number}", **COLUMNS)
    job = re.search(r'hx-get="(/jobs/\d+)"', waiting.text)
    assert job is not None
    assert 'class="job"' in ann.get(job[1], headers={"HX-Request": "true"}).text
    work_off(database)
    preview = ann.get(f"/e/room/import/{number}/preview")
    assert "commit" in preview.text
    post(ann, f"/e/room/import/{number}/commit")
    work_off(database)

    assert room_count(database) == 2
    assert f"/e/room/import/{number}" in ann.get(job[1]).text


def imported(client: FlaskClient, *rows: Any, **more: Any) -> str:
    """Import rows and return the import's number."""
    number = number_of(upload(client, xlsx([HEAD, *rows])))
    post(client, f"/e/room/import/{number}", key="estate,full_no", **COLUMNS, **more)
    post(client, f"/e/room/import/{number}/commit")
    return number


def test_an_import_is_taken_back_on_screen_without_the_right_to_delete(signed_in, database) -> None:
    ann = signed_in("ann")
    number = imported(ann, line("1-0101"), line("1-0102"))
    result = ann.get(f"/e/room/import/{number}/preview").text
    assert f"/e/room/import/{number}/undo" in result
    assert room_count(database) == 2

    done = post(ann, f"/e/room/import/{number}/undo")
    again = post(ann, f"/e/room/import/{number}/undo")

    assert "已撤回：刪除 2 條" in done.text
    assert room_count(database) == 0
    assert (again.status_code, f"/import/{number}/undo" in again.text) == (200, False)


def test_nothing_is_taken_back_over_what_somebody_has_changed(signed_in, database) -> None:
    ann = signed_in("ann")
    number = imported(ann, line("1-0101"), line("1-0102"))
    with database.begin() as connection:
        connection.execute(text("update room set version = 2 where full_no = '1-0102'"))

    answer = post(ann, f"/e/room/import/{number}/undo")

    assert "有記錄妨礙撤回" in answer.text
    assert "第 3 行" in answer.text
    assert room_count(database) == 2


def test_a_large_import_is_taken_back_in_the_background(signed_in, database, monkeypatch) -> None:
    ann = signed_in("ann")
    number = imported(ann, line("1-0101"), line("1-0102"))
    monkeypatch.setattr(runs, "AT_ONCE_ROWS", 1)

    waiting = post(ann, f"/e/room/import/{number}/undo")
    work_off(database)

    assert waiting.request.path.startswith("/jobs/")
    assert f"/e/room/import/{number}/preview" in ann.get(waiting.request.path).text
    assert room_count(database) == 0


def test_all_or_nothing_is_chosen_on_screen(signed_in, database) -> None:
    ann = signed_in("ann")
    data = xlsx([HEAD, line("1-0101"), line("1-0102", building="7棟")])
    sent = {"file": (io.BytesIO(data), "rooms.xlsx"), "mode": "both", "bad": "stop"}
    mapping = post(ann, "/e/room/import", **sent)
    assert '<input type="hidden" name="bad" value="stop">' in mapping.text
    number = number_of(mapping)

    preview = post(ann, f"/e/room/import/{number}", key="estate,full_no", bad="stop", **COLUMNS)
    post(ann, f"/e/room/import/{number}/commit")

    assert "全部正確才匯入" in preview.text
    assert room_count(database) == 0


def test_past_imports_are_listed_to_who_made_them(signed_in) -> None:
    ann, amy = signed_in("ann"), signed_in("amy")
    number = imported(ann, line("1-0101"), line("1-0102", building="7棟"))
    upload(ann, xlsx([HEAD, line("1-0103")]), "later.xlsx")

    listed = ann.get("/e/room/imports", headers={"Accept-Language": "en"}).text

    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", listed, re.DOTALL)
    cells = [re.sub(r"<[^>]+>", " ", row).split() for row in rows]
    assert [c[0] for c in cells] == ["later.xlsx", "rooms.xlsx"]
    assert cells[1][-4:] == ["1", "0", "0", "1"]
    assert f"/e/room/import/{number}/preview" in rows[1]
    assert "rooms.xlsx" not in amy.get("/e/room/imports").text


def test_a_link_that_no_column_holds_can_be_set_for_the_whole_file(signed_in, database) -> None:
    ann = signed_in("ann")
    mapping = upload(ann, xlsx([["樓宇", "房號"], ["1棟", "X1"]]))
    assert 'name="map.all.estate"' in mapping.text
    number = number_of(mapping)

    post(
        ann,
        f"/e/room/import/{number}",
        **{"map.0": "building", "map.1": "full_no", "map.all.estate": "#2"},
    )
    post(ann, f"/e/room/import/{number}/commit")

    assert room_count(database) == 1


def test_the_estate_of_another_office_is_not_offered_and_not_taken(signed_in, database) -> None:
    ann = signed_in("ann")
    mapping = upload(ann, xlsx([["樓宇", "房號"], ["1棟", "X1"]]))
    assert "南山苑" not in mapping.text
    number = number_of(mapping)

    post(
        ann,
        f"/e/room/import/{number}",
        **{"map.0": "building", "map.1": "full_no", "map.all.estate": "#3"},
    )
    post(ann, f"/e/room/import/{number}/commit")

    assert room_count(database) == 0


@pytest.mark.parametrize("name", ["rooms.exe", "rooms.xlsx", "rooms.csv"])
def test_files_of_another_kind_are_refused_with_a_reason(signed_in, name) -> None:
    answer = upload(signed_in("ann"), b"MZ\x00\x01 not a workbook", name)

    assert answer.status_code == 422
    assert 'name="file"' in answer.text


def test_who_may_not_import_gets_nowhere(signed_in) -> None:
    vic, bob = signed_in("vic"), signed_in("bob")
    number = number_of(upload(signed_in("ann"), xlsx([HEAD, line("A")])))

    assert vic.get("/e/room/import").status_code == 403
    assert vic.get("/e/room/import/template.xlsx").status_code == 403
    assert bob.get(f"/e/room/import/{number}").status_code == 404
    assert bob.get(f"/e/room/import/{number}/errors.xlsx").status_code == 404
    assert post(bob, f"/e/room/import/{number}/commit").status_code == 404


def test_a_template_is_downloaded(signed_in) -> None:
    answer = signed_in("ann").get("/e/room/import/template.xlsx")

    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]


def test_what_the_list_shows_is_exported(signed_in, database) -> None:
    ann = signed_in("ann")
    number = number_of(upload(ann, xlsx([HEAD, line("A"), line("B", kind="商鋪")])))
    post(ann, f"/e/room/import/{number}", **COLUMNS)
    post(ann, f"/e/room/import/{number}/commit")

    answer = ann.get("/e/room/export.xlsx?f.kind=shop&cols=full_no,kind&sort=-full_no")
    rows = load_workbook(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [r[0] for r in rows] == ["房號", "B"]
    assert ann.get("/e/room/export.csv?f.kind=shop").data.startswith(b"\xef\xbb\xbf")
    assert ann.get("/e/room/export.pdf").status_code == 404
    assert ann.get("/e/room/export.xlsx?where=nonsense(").status_code == 422
    assert signed_in("vic").get("/e/room/export.xlsx").status_code == 403
    bobs = load_workbook(io.BytesIO(signed_in("bob").get("/e/room/export.xlsx").data))
    assert len(bobs.get_sheet_by_index(0).to_python()) == 1


def test_a_long_export_is_made_in_the_background_and_is_its_owners(
    signed_in, database, monkeypatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_AT_ONCE", -1)
    ann = signed_in("ann")

    page = ann.get("/e/room/export.xlsx", follow_redirects=True)
    job = page.request.path
    work_off(database)

    found = re.search(r'href="(/exports/\d+)"', ann.get(job).text)
    assert found is not None
    assert ann.get(found[1]).data.startswith(b"PK")
    assert signed_in("bob").get(found[1]).status_code == 404
    assert signed_in("bob").get(job).status_code == 404


def test_a_dead_letter_is_shown_and_tried_again_by_its_owner_only(signed_in, database) -> None:
    from engine.storage.outbox import enqueue

    with database.begin() as connection:
        user = connection.scalar(text("select id from ab_user where username = 'ann'"))
        job = enqueue(connection, "gone.job", {}, user_id=user)
    work_off(database)
    ann, bob = signed_in("ann"), signed_in("bob")

    assert f"/jobs/{job}/retry" in ann.get("/jobs").text
    assert post(bob, f"/jobs/{job}/retry").status_code == 404
    assert post(ann, f"/jobs/{job}/retry").status_code == 200
    assert post(ann, f"/jobs/{job}/cancel").status_code == 200
    with database.connect() as connection:
        state_now = connection.scalar(text("select state from wy_outbox where id = :i"), {"i": job})
    assert state_now == "cancelled"


def test_visitors_are_sent_to_the_login(app) -> None:
    for path in ("/jobs", "/e/room/import", "/e/room/export.xlsx", "/exports/1"):
        assert app.test_client().get(path).status_code == 302
