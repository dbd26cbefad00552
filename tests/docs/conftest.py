"""Readers of the documentation."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, NullPool, create_engine, insert, text

from engine.access import NewUser, create_admin, create_users
from engine.access.installing import ensure_access
from engine.cli._setup import DEMO_PASSWORD
from engine.extension import registry
from engine.loading import load_catalog
from engine.storage.database import engine_for
from engine.storage.tables import tables_of
from plugins.demo.blueprint import UNITS
from tests.docs.reader import Reader

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
def company(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """The product with the units and logins of the demo company, and none of its records."""
    reader = Reader(tmp_path, database_url, monkeypatch)
    fill_company(reader)
    yield reader
    reader.close()


def fill_company(reader: Reader) -> None:
    """Apply the product's metadata; make units and accounts."""
    reader.take_product()
    reader.type("wuye apply")
    numbers = {unit.code: number for number, unit in enumerate(UNITS, 1)}
    units = [
        {"code": u.code, "name": u.name, "kind": u.kind, "parent_id": numbers.get(u.parent)}
        for u in UNITS
    ]
    engine = engine_for(reader.database_url)
    with engine.begin() as connection:
        ensure_access(connection)
        tables = tables_of(load_catalog(reader.folder))
        connection.execute(insert(tables.table("org_unit")), units)
        create_admin(connection, "admin", "Admin", DEMO_PASSWORD, method=FAST)
        people = [
            NewUser(login=login, name=login, password=DEMO_PASSWORD, roles=roles)
            for login, roles in LOGINS.items()
        ]
        create_users(connection, people, method=FAST)
    engine.dispose()


@pytest.fixture(scope="session")
def lending_database(
    cluster_url: URL, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a database in which the tutorial was followed, with a tool and a loan."""
    name = f"{template_database}_{secrets.token_hex(4)}"
    folder = tmp_path_factory.mktemp("lending")
    with pytest.MonkeyPatch.context() as patch:
        _copy(cluster_url, template_database, name)
        reader = Reader(folder, _url(cluster_url, name), patch)
        fill_company(reader)
        reader.write_files_of("tutorial.md")
        reader.type("wuye apply --author you --reason lending")
        _let_in(reader)
        tool = {"code": "LD-01", "name": "鋁梯 3 米", "office": 7, "deposit": "200"}
        reader.type(_call("HEAD", "tool/", tool))
        loan = {"tool": 1, "borrower": "王小明", "phone": "13800138000"}
        reader.type(_call("CLERK", "loan/", loan))
        reader.close()
    yield name
    _drop(cluster_url, name)


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
    lending_database: str, cluster_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Reader]:
    """A reader who has done the tutorial, in a folder and a database of his own."""
    for table in ("_actions", "_jobs", "_screens", "_listeners"):
        monkeypatch.setattr(registry, table, dict(getattr(registry, table)))
    name = f"{lending_database}_{secrets.token_hex(4)}"
    _copy(cluster_url, lending_database, name)
    reader = Reader(tmp_path, _url(cluster_url, name), monkeypatch)
    reader.take_product()
    reader.write_files_of("tutorial.md")
    _let_in(reader)
    yield reader
    reader.close()
    _drop(cluster_url, name)


def _copy(cluster: URL, template: str, name: str) -> None:
    # a session that is just ending would keep the template from being copied
    ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
    _on_server(cluster, f"{ending}'{template}'")
    _on_server(cluster, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def _drop(cluster: URL, name: str) -> None:
    _on_server(cluster, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _on_server(cluster: URL, statement: str) -> None:
    server = create_engine(cluster, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(statement))


def _url(cluster: URL, name: str) -> str:
    return cluster.set(database=name).render_as_string(hide_password=False)
