"""The real catalog and the demo company in a real database; each test rolls back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from engine.access import SYSTEM, NewUser, create_users
from engine.flows.service import FlowService
from engine.metadata import Catalog
from engine.records import RecordService, Workspace
from engine.storage import Tables, engine_for
from plugins.demo import Company, load, set_managers
from tests.databases import rolled_back
from tests.plugins.deciding import as_user, play
from tests.product import product, product_tables

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return product()


@pytest.fixture(scope="session")
def tables() -> Tables:
    return product_tables()


@pytest.fixture(scope="session")
def demo(
    catalog: Catalog, tables: Tables, product_database: Callable[[], str]
) -> Iterator[tuple[Engine, Company]]:
    engine = engine_for(product_database())
    with engine.begin() as connection:
        company = load(connection, tables, 1, TODAY)
        hire_all(connection, tables, company)
    yield engine, company
    engine.dispose()


def hire_all(connection: Connection, tables: Tables, company: Company) -> None:
    units = {row["code"]: row["id"] for row in company.rows["org_unit"]}
    people = [
        NewUser(
            login=one.login,
            name=one.name,
            password="demo only 123",
            roles={one.role: [units[one.unit]]},
        )
        for one in company.users
    ]
    ids = create_users(connection, people, method="pbkdf2:sha256:1")
    set_managers(connection, tables, company, ids)


@pytest.fixture
def connection(demo: tuple[Engine, Company]) -> Iterator[Connection]:
    with rolled_back(demo[0]) as opened:
        yield opened


@pytest.fixture
def company(demo: tuple[Engine, Company]) -> Company:
    return demo[1]


@pytest.fixture
def work(catalog: Catalog, tables: Tables, connection: Connection) -> Workspace:
    return Workspace(catalog=catalog, tables=tables, connection=connection, actor=SYSTEM, now=NOW)


@pytest.fixture
def records(work: Workspace) -> RecordService:
    return RecordService(work.as_trusted())


@pytest.fixture
def room_of(records: RecordService) -> Callable[[str, str], dict[str, Any]]:
    """A function from the code of an estate and a number to the open room."""

    def room(estate: str, full_no: str) -> dict[str, Any]:
        where = f"estate.code == '{estate}' and full_no == '{full_no}' and state != 'closed'"
        (found,) = records.find("room", where)
        return found

    return room


@pytest.fixture
def service_of(work: Workspace) -> Callable[[str], RecordService]:
    """A function from a login such as `guard.chhy` to the record service as that person has it."""

    def service(login: str) -> RecordService:
        return RecordService(as_user(work, _number(work, login)))

    return service


def _number(work: Workspace, login: str) -> int:
    find = text("select id from ab_user where username = :login")
    return int(work.connection.execute(find, {"login": login}).scalar_one())


@pytest.fixture
def decide(work: Workspace) -> Callable[[str, int], list[str]]:
    """A function: decide("owner_change", 7) hands a record in and has everybody agree."""

    def make(entity: str, record: int, by: str = "estate_clerk.th") -> list[str]:
        clerk = as_user(work, _number(work, by))
        return play(work, FlowService(clerk).start(entity, record).case_id)

    return make
