"""Accounts and grants from the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from engine.access import load_actor
from engine.cli.users import command
from engine.storage.database import engine_for
from tests.access.project import build, company

Run = Callable[..., Result]


@pytest.fixture
def own_engine(filled_database: Callable[..., str]) -> Iterator[Engine]:
    engine = engine_for(filled_database("company", build))
    yield engine
    engine.dispose()


@pytest.fixture
def run(own_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", own_engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("WUYE_PASSWORD", "long enough")
    return lambda *words: CliRunner().invoke(command, list(words))


def actor(engine: Engine, login: str):
    with engine.connect() as connection:
        query = "select id from ab_user where username = %s"
        found = connection.exec_driver_sql(query, (login,)).scalar_one()
        return load_actor(connection, found, company())


def test_accounts_are_made_with_roles_and_grants(run, own_engine: Engine) -> None:
    made = [
        run("create-admin", "root", "--name", "Root"),
        run("create-user", "ann", "--name", "王小明", "--role", "clerk@4", "--role", "clerk@6"),
        run("grant", "ann", "viewer", "--unit", "5", "--to", "2099-01-01"),
    ]

    assert [one.exit_code for one in made] == [0, 0, 0], [one.output for one in made]
    assert actor(own_engine, "root").is_admin
    ann = actor(own_engine, "ann")
    assert ann.name == "王小明"
    assert ann.grants == {"clerk": {4, 6}, "staff": {4, 6}, "viewer": {5}}
    assert "viewer\tunit 5\t… – 2099-01-01" in run("grants", "ann").output


def test_refusals_are_told_in_one_line(run) -> None:
    run("create-admin", "root")
    for words in (
        ("create-admin", "root"),
        ("create-user", "ann", "--role", "ghost"),
        ("create-user", "ann", "--role", "clerk@north"),
        ("grant", "nobody", "clerk"),
        ("revoke", "0"),
    ):
        answer = run(*words)

        assert answer.exit_code != 0
        assert "Traceback" not in answer.output
