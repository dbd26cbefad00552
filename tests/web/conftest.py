"""The application and who has signed in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.access import NewUser, create_users
from tests.access.project import build as build_company
from tests.web.bazaar_app import Bazaar, open_bazaar
from tests.web.company_app import (
    FAST,
    PASSWORD,
    USERS,
    build,
    close,
    engine_of,
    sign_in,
)
from tests.web.office_app import Office, open_office


@pytest.fixture(scope="module")
def url(filled_database: Callable[..., str]) -> str:
    return filled_database("company", build_company)


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


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def ann(client: FlaskClient) -> FlaskClient:
    return sign_in(client, "ann")


@pytest.fixture(scope="session")
def shop(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bazaar]:
    """The bazaar; its records stay, so each test makes its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(tmp_path_factory.mktemp("data")))
        with open_bazaar(new_database) as found:
            yield found


@pytest.fixture(scope="session")
def office(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """The company that decides by flows; its cases stay, so each test makes its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(tmp_path_factory.mktemp("data")))
        with open_office(new_database) as found:
            yield found
