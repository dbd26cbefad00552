"""Readers of the documentation."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from engine.access import NewUser, create_admin, create_users
from engine.access.installing import ensure_access
from engine.cli._sample import DEMO_PASSWORD
from engine.extension import registry
from engine.storage.database import engine_for
from plugins.demo.blueprint import UNITS
from tests.databases import Server
from tests.docs.reader import Reader
from tests.product import product_tables

FAST = "pbkdf2:sha256:1"
LOGINS = {
    "office_head.bj": {"office_head": [7]},
    "customer_service.bj": {"customer_service": [7]},
    "customer_service.th": {"customer_service": [4]},
    "engineer.bj": {"engineer": [7]},
}
WHO = {
    "HEAD": "office_head.bj",
    "CLERK": "customer_service.bj",
    "OTHER": "customer_service.th",
    "ENGINEER": "engineer.bj",
    "ADMIN": "admin",
}


@pytest.fixture
def company(
    tmp_path: Path, product_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Reader]:
    """The product with the units and logins of the demo company, and none of its records."""
    reader = Reader(tmp_path, product_database(), monkeypatch)
    fill_company(reader)
    yield reader
    reader.close()


def fill_company(reader: Reader) -> None:
    """Write the product's metadata; make units and accounts."""
    reader.take_product()
    numbers = {unit.code: number for number, unit in enumerate(UNITS, 1)}
    units = [
        {"code": u.code, "name": u.name, "kind": u.kind, "parent_id": numbers.get(u.parent)}
        for u in UNITS
    ]
    engine = engine_for(reader.database_url)
    with engine.begin() as connection:
        ensure_access(connection)
        connection.execute(insert(product_tables().table("org_unit")), units)
        create_admin(connection, "admin", "Admin", DEMO_PASSWORD, method=FAST)
        people = [
            NewUser(login=login, name=login, password=DEMO_PASSWORD, roles=roles)
            for login, roles in LOGINS.items()
        ]
        create_users(connection, people, method=FAST)
    engine.dispose()


@pytest.fixture(scope="session")
def lending_database(
    server: Server, product_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], str]:
    """A function that makes a database in which the tutorial was followed: a tool and a loan."""

    def follow(engine: Engine) -> None:
        url = engine.url.render_as_string(hide_password=False)
        with pytest.MonkeyPatch.context() as patch:
            reader = Reader(tmp_path_factory.mktemp("lending"), url, patch)
            fill_company(reader)
            _follow_tutorial(reader)
            reader.close()

    return lambda: server.at(server.copy(server.filled("lending", product_template, follow)))


def _follow_tutorial(reader: Reader) -> None:
    reader.write_files_of("tutorial.md")
    reader.type("wuye apply --author you --reason lending")
    _let_in(reader)
    tool = {"code": "LD-01", "name": "鋁梯 3 米", "office": 7, "deposit": "200"}
    reader.type(_call("HEAD", "tool/", tool))
    loan = {"tool": 1, "borrower": "王小明", "phone": "13800138000"}
    reader.type(_call("CLERK", "loan/", loan))


def _call(who: str, path: str, value: object) -> str:
    sent = json.dumps(value, ensure_ascii=False)
    return f"curl -s $API/{path} -H 'Authorization: Bearer ${who}' --json '{sent}'"


def _let_in(reader: Reader) -> None:
    """Give the reader a token of each login, under the names the pages use."""
    reader.kept["API"] = "http://127.0.0.1:8080/api/v1"
    for variable, login in WHO.items():
        proof = {"username": login, "password": DEMO_PASSWORD, "provider": "db"}
        answer = reader.type(f"curl -s $API/security/login --json '{json.dumps(proof)}'")
        reader.kept[variable] = json.loads(answer)["access_token"]


@pytest.fixture
def lending(
    lending_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Reader]:
    """A reader who has done the tutorial, in a folder and a database of his own."""
    for table in ("_actions", "_jobs", "_screens", "_listeners"):
        monkeypatch.setattr(registry, table, dict(getattr(registry, table)))
    reader = Reader(tmp_path, lending_database(), monkeypatch)
    reader.take_product()
    reader.write_files_of("tutorial.md")
    _let_in(reader)
    yield reader
    reader.close()
    for name, module in list(sys.modules.items()):  # the next reader's plugin registers anew
        if name.startswith("plugins.") and str(tmp_path) in str(getattr(module, "__file__", "")):
            del sys.modules[name]
