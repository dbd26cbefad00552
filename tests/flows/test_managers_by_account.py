"""Companies whose people name their manager by account, or name none at all."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import Connection, Engine, insert

from engine.access import NewUser, create_users, ensure_access, sync_rights
from engine.flows.staff import Staff
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.records import Workspace
from engine.storage import apply, tables_of
from tests.flows.company import HASH, texts, workspace

# login -> (unit, manager)
PLACES = {"a": (2, "b"), "b": (2, "c"), "c": (1, "d"), "d": (1, "b"), "e": (2, "")}


def _catalog(change: str) -> Catalog:
    files = dict(texts())
    people = files["models/people.yaml"]
    files["models/people.yaml"] = people.replace(
        "{type: link, to: person,", "{type: link, to: user,"
    )
    files["models.yaml"] = files["models.yaml"].replace(*change.split(" => "))
    return catalog_from_texts(files)


def _fill(connection: Connection, catalog: Catalog) -> dict[str, int]:
    ensure_access(connection)
    apply(connection, catalog, author="test")
    sync_rights(connection, catalog)
    accounts = [NewUser(login=one, name=one, password="long enough") for one in PLACES]
    users = create_users(connection, accounts, method=HASH)
    tables = tables_of(catalog)
    units = [
        {"id": 1, "code": "top", "name": "Top", "parent_id": None, "head_id": users["c"]},
        {"id": 2, "code": "low", "name": "Low", "parent_id": 1, "head_id": users["b"]},
    ]
    connection.execute(insert(tables.table("unit")), units)
    rows = [
        {"name": one, "account_id": users[one], "unit_id": unit, "manager_id": users.get(boss)}
        for one, (unit, boss) in PLACES.items()
    ]
    connection.execute(insert(tables.table("person")), rows)
    return users


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        # d's manager is b again: the way ends there
        ("people => people", {"a": "bcd", "b": "cd", "e": "bcd", "d": "bc"}),
        (", manager: manager => ", {"a": "bc", "b": "c", "c": "", "e": "bc", "d": "c"}),
    ],
)
def test_the_way_up(engine: Engine, change: str, expected: Mapping[str, str]) -> None:
    catalog = _catalog(change)
    with engine.begin() as connection:
        users = _fill(connection, catalog)
        staff = Staff(_work(connection, catalog))

        logins = {number: login for login, number in users.items()}
        for login, way in expected.items():
            found = [logins[stand.user] for stand in staff.managers(users[login])]
            assert "".join(found) == way, login


def _work(connection: Connection, catalog: Catalog) -> Workspace:
    made = workspace(connection, "a", catalog)
    return Workspace(
        catalog=catalog,
        tables=tables_of(catalog),
        connection=connection,
        actor=made.actor,
        now=made.now,
    )
