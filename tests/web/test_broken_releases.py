"""A process that serves goes on by what it has when a flow's file is broken, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, text

from engine.cli import main
from engine.jobs.catalogs import Catalogs
from engine.web.app import create_app
from engine.web.session import state
from engine.web.state import State
from tests.jobs.test_worker_thread import until

FILES = {
    "models.yaml": """
product: {name: Test}
roles: {staff: {label: 員工}}
include: [m.yaml]
""",
    "m.yaml": """
module: m
label: 甲
entities:
  claim:
    label: 報銷
    fields:
      state:
        type: choice
        label: 狀態
        read_only: true
        default: draft
        options: {draft: 草稿, pending: 審批中, approved: 已批准, rejected: 駁回, voided: 作廢}
""",
    "workflows/claim.yaml": "flow: claim\nfor: claim\nsteps: [{step: STEP, who: role:staff}]\n",
}
BROKEN = "flow: claim\nfor: claim\nsteps: [{step: third, who: role:nobody_has}]\n"


def write(root: Path, step: str) -> None:
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content.replace("STEP", step))


def type_apply() -> tuple[int, str]:
    done = CliRunner().invoke(main, ["apply", "--author", "you", "--reason", "test"])
    return done.exit_code, done.output


@pytest.fixture
def root(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, "first")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    assert type_apply()[0] == 0
    return tmp_path


@pytest.fixture
def served(root: Path, database_url: str) -> Iterator[Flask]:
    """A web process that listens, as it does in earnest."""
    config = {"SECRET_KEY": "only for tests, and long enough", "RATELIMIT_ENABLED": False}
    app = create_app(root=root, database_url=database_url, config=config)
    app.test_client().get("/healthz")
    yield app
    state(app).stop()
    state(app).engine.dispose()


def step_of(held: State) -> str:
    steps = held.current.catalog.flows["claim"].actions["submit"].steps or ()
    return steps[0].id


def release_broken(engine: Engine) -> None:
    """Put a text in force that this engine does not understand, as a newer one might."""
    names = "applied_at, author, reason, digest, steps"
    query = f"""insert into wy_release ({names}, sources) select {names},
      jsonb_set(sources::jsonb, '{{workflows/claim.yaml}}', to_jsonb(cast(:broken as text)))
      from wy_release order by id desc limit 1"""
    with engine.begin() as connection:
        connection.execute(text(query), {"broken": BROKEN})
        connection.execute(text("select pg_notify('wuye_release', '0')"))


def test_a_broken_file_is_refused_and_the_mended_one_taken(served: Flask, root: Path) -> None:
    held = state(served)
    (root / "workflows/claim.yaml").write_text(BROKEN)

    code, said = type_apply()

    assert code == 1
    assert "workflows/claim.yaml:3:33: unknown-role: there is no role 'nobody_has'" in said
    assert not held.refresh()
    assert step_of(held) == "first"

    write(root, "mended")
    assert type_apply()[0] == 0
    assert until(lambda: step_of(held) == "mended")


def test_a_release_that_is_not_understood_is_passed_over_and_told_of_once(
    served: Flask, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    held = state(served)
    good = held.current
    release_broken(held.engine)

    assert until(lambda: "cannot be served" in caplog.text)
    assert held.refresh() is False
    assert held.current is good
    assert served.test_client().get("/healthz").get_json() == {
        "status": "ok",
        "release": good.release,
    }
    assert caplog.text.count("cannot be served") == 1
    assert "workflows/claim.yaml:3:33: unknown-role" in caplog.text

    write(root, "mended")
    assert type_apply()[0] == 0
    assert until(lambda: step_of(held) == "mended")


def test_jobs_go_on_by_what_is_understood(
    served: Flask, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine, catalogs = state(served).engine, Catalogs()
    with engine.begin() as connection:
        good = catalogs.current(connection)
    release_broken(engine)
    for _ in range(2):
        with engine.begin() as connection:
            assert catalogs.current(connection) is good
    assert caplog.text.count("cannot be worked with") == 1

    write(root, "mended")
    assert type_apply()[0] == 0
    with engine.begin() as connection:
        assert catalogs.current(connection) is not good
