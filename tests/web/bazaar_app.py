"""The bazaar as an application: who signs in to it, and what tests ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event, select
from werkzeug.test import TestResponse

from engine.access import NewUser, create_users, ensure_access, sync_rights
from engine.storage.apply import apply
from engine.storage.database import engine_for
from engine.web.app import create_app
from tests.web.bazaar import PEOPLE, bazaar, fill, tables
from tests.web.company_app import FAST, PASSWORD, close, config, engine_of, make_key, sign_in, token

__all__ = ["Bazaar", "Person", "open_bazaar"]


class Person:
    """Somebody who has signed in, and sends the form token with every post."""

    def __init__(self, app: Flask, login: str) -> None:
        self.client: FlaskClient = sign_in(app.test_client(), login)
        self.login = login
        self._token = token(self.client)

    def get(self, url: str, **more: Any) -> TestResponse:
        return self.client.get(url, headers={"Accept-Language": "en", **more.pop("headers", {})},
                               **more)  # fmt: skip

    def post(self, url: str, form: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        data = {"csrf_token": self._token, **(form or {})}
        headers = {"Accept-Language": "en", **more.pop("headers", {})}
        return self.client.post(url, data=data, headers=headers, **more)


class Caller:
    """A program with an API key."""

    def __init__(self, app: Flask, login: str) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {make_key(app, login)}", "Accept-Language": "en"}

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        headers = {**self.headers, **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def create(self, entity: str, **values: Any) -> dict[str, Any]:
        answer = self("POST", f"/{entity}/", values)
        assert answer.status_code == 201, answer.text
        return answer.json


class Bazaar:
    """The application with its people and its database."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.engine: Engine = engine_of(app)
        self._people: dict[str, Person] = {}
        self._callers: dict[str, Caller] = {}

    def person(self, login: str) -> Person:
        if login not in self._people:
            self._people[login] = Person(self.app, login)
        return self._people[login]

    def caller(self, login: str) -> Caller:
        if login not in self._callers:
            self._callers[login] = Caller(self.app, login)
        return self._callers[login]

    def row(self, entity: str, record_id: int) -> dict[str, Any] | None:
        """Return a row as it is stored, whoever may see it."""
        table = tables().table(entity)
        with self.engine.connect() as connection:
            found = connection.execute(select(table).where(table.c.id == record_id)).mappings()
            row = found.one_or_none()
        return dict(row) if row else None

    def count(self, entity: str) -> int:
        with self.engine.connect() as connection:
            return len(connection.execute(select(tables().table(entity).c.id)).all())

    def query(self, statement: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(statement).all())

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """Collect the statements that are run inside."""
        found: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            found.append(statement)

        event.listen(self.engine, "before_cursor_execute", note)
        try:
            yield found
        finally:
            event.remove(self.engine, "before_cursor_execute", note)


def prepare(connection: Connection) -> None:
    """Write tables, rights, units and people."""
    ensure_access(connection)
    apply(connection, bazaar(), author="test")
    sync_rights(connection, bazaar())
    fill(connection)
    people = [
        NewUser(login=login, name=login.title(), password=PASSWORD, roles=roles)
        for login, roles in PEOPLE.items()
    ]
    create_users(connection, people, method=FAST)


@contextmanager
def open_bazaar(new_database: Callable[[], str]) -> Iterator[Bazaar]:
    """Give the application over a database of its own."""
    url = new_database()
    engine = engine_for(url)
    with engine.begin() as connection:
        prepare(connection)
    engine.dispose()
    app = create_app(bazaar(), database_url=url, config=config(LISTEN_FOR_RELEASES=False))
    yield Bazaar(app)
    close(app)
