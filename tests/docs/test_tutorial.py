"""docs/tutorial.md is followed to the letter."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import insert

from engine.access import NewUser, create_admin, create_users
from engine.access.installing import ensure_access
from engine.cli._setup import DEMO_PASSWORD
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


@pytest.fixture
def company(reader: Reader) -> Reader:
    """The product with the units and logins of the demo company, and none of its records."""
    reader.take_product()
    reader.type("wuye apply")
    catalog = load_catalog(reader.folder)
    numbers = {unit.code: number for number, unit in enumerate(UNITS, 1)}
    units = [
        {"code": u.code, "name": u.name, "kind": u.kind, "parent_id": numbers.get(u.parent)}
        for u in UNITS
    ]
    engine = engine_for(reader.database_url)
    with engine.begin() as connection:
        ensure_access(connection)
        connection.execute(insert(tables_of(catalog).table("org_unit")), units)
        create_admin(connection, "admin", "Admin", DEMO_PASSWORD, method=FAST)
        people = [
            NewUser(login=login, name=login, password=DEMO_PASSWORD, roles=roles)
            for login, roles in LOGINS.items()
        ]
        create_users(connection, people, method=FAST)
    engine.dispose()
    return reader


def test_the_tutorial_is_true(company: Reader) -> None:
    company.follow("tutorial.md")
    if os.environ.get("SHOW"):
        print()
