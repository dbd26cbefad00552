"""The demo company with its history, loaded once; each test's changes are rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, text

from engine.access import SYSTEM, NewUser, create_users
from engine.records.contexts import Action
from engine.records.workspace import Workspace
from engine.storage.database import engine_for
from plugins.demo import employ, load, load_history, set_managers
from tests.databases import rolled_back
from tests.product import product as catalog
from tests.product import product_tables as tables

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 6, 30)
NOON = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)  # in Shanghai


def load_company(engine: Engine, *, seed: int = 1, months: int = 18) -> None:
    with engine.begin() as connection:
        company = load(connection, tables(), seed, TODAY)
        unit = tables().table("org_unit")
        units = {r.code: r.id for r in connection.execute(select(unit.c.code, unit.c.id))}
        accounts = [
            NewUser(
                login=u.login, name=u.name, password="hidden-2026", roles={u.role: [units[u.unit]]}
            )
            for u in company.users
        ]
        users = create_users(connection, accounts)
        set_managers(connection, tables(), company, users)
        employ(connection, tables(), company, users)
        load_history(connection, tables(), company, users, months=months)


@dataclass(frozen=True)
class Books:
    """The loaded history, with short questions."""

    connection: Connection

    def rows(self, query: str, **values: Any) -> list[Any]:
        return [tuple(row) for row in self.connection.execute(text(query), values)]

    def one(self, query: str, **values: Any) -> Any:
        return self.connection.execute(text(query), values).scalar_one()

    def none(self, query: str) -> None:
        """Demand that a query for wrong rows finds none; shows the first of them."""
        assert self.rows(f"SELECT * FROM ({query}) wrong LIMIT 5") == []

    def money(self, query: str) -> Decimal:
        return Decimal(self.one(query))

    @property
    def context(self) -> Action:
        work = Workspace(
            catalog=catalog(), tables=tables(), connection=self.connection, actor=SYSTEM, now=NOON
        )
        return Action(work, "", [], {})


@pytest.fixture(scope="session")
def history_engine(product_database: Callable[[], str]) -> Iterator[Engine]:
    engine = engine_for(product_database())
    load_company(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def books(history_engine: Engine) -> Iterator[Books]:
    with rolled_back(history_engine) as opened:
        yield Books(opened)
