"""The company of the scenarios in a database of its own; each test's changes are rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from engine.access import NewUser, create_user
from engine.flows.people import About, Directory
from engine.metadata import Catalog
from engine.metadata.flows import Who
from engine.records import RecordService, Workspace
from engine.storage.database import engine_for
from tests.flows.asking import employ, login_of
from tests.flows.company import HASH, NOW, UNITS, install, people_now, workspace
from tests.flows.playing import Stage, stage
from tests.flows.sound import check_all

Work = Callable[..., Workspace]
NewRequest = Callable[..., int]
Ask = Callable[..., list[str]]
Hire = Callable[..., int]
OnStage = Callable[..., Stage]


@pytest.fixture(scope="session")
def flow_engine(new_database: Callable[[], str]) -> Iterator[Engine]:
    """The company, shared by this worker's tests: what is committed in it stays."""
    engine = engine_for(new_database())
    with engine.begin() as connection:
        install(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def own_engine(engine: Engine) -> Engine:
    """The company in a database of this test's own, for several connections at once."""
    with engine.begin() as connection:
        install(connection)
    return engine


@pytest.fixture
def connection(flow_engine: Engine) -> Iterator[Connection]:
    with flow_engine.connect() as opened, opened.begin() as transaction:
        yield opened
        transaction.rollback()


@pytest.fixture
def people(connection: Connection) -> Mapping[str, int]:
    """Login -> id of everybody in PEOPLE."""
    return people_now(connection)


@pytest.fixture
def work(connection: Connection) -> Work:
    """A function: work("bob", of=catalog, now=…) is bob's piece of work in this transaction."""

    def make(login: str = "ann", of: Catalog | None = None, now: datetime = NOW) -> Workspace:
        return workspace(connection, login, of, now)

    return make


@pytest.fixture
def on(connection: Connection, people: Mapping[str, int]) -> Iterator[OnStage]:
    """A function: on(t=flow("…")) is a stage with a draft of ann's; at the end all is sound.

    `on(record={"amount": 5}, …)` says what the request is like; without it, it has a title only.
    """
    made: list[Stage] = []

    def make(record: Mapping[str, Any] | None = None, **flows: str) -> Stage:
        made.append(stage(connection, people, **flows))
        made[-1].new(**(record or {}))
        return made[-1]

    yield make
    if made:
        check_all(made[-1].system())


@pytest.fixture
def new_request(work: Work) -> NewRequest:
    """A function that creates a request as somebody; returns its id.

    `new_request("ann", amount=500, lines=["paper", "ink"])`. `lines` are items' names or maps
    of values; the unit is Sales.
    """

    def make(by: str = "ann", lines: list[Any] | None = None, **values: Any) -> int:
        rows = [one if isinstance(one, dict) else {"item": one} for one in lines or ()]
        given = {"title": "A request", "unit": UNITS["sales"][0], "lines": rows, **values}
        return int(RecordService(work(by)).create("request", given)["id"])

    return make


@pytest.fixture
def ask(work: Work, new_request: NewRequest) -> Ask:
    """Ask for the logins of whom some words mean, for a new request or another record."""

    def make(
        *who: Who, by: str = "ann", entity: str = "request", record: Any = None, **about: Any
    ) -> list[str]:
        mine = work("adm")
        number = new_request("ann") if record is None else record
        stored = RecordService(mine).get(entity, number)
        asked = About(
            initiator=people_now(mine.connection)[by],
            entity=entity,
            record_id=number,
            record=stored,
            decided=about.pop("decided", {}),
            chosen=about.pop("chosen", {}),
            step=about.pop("step", "s"),
        )
        found = Directory(mine).resolve(who, asked)
        return [login_of(mine.connection, user) for user in found]

    return make


@pytest.fixture
def hire(connection: Connection) -> Hire:
    """Make an account: hire("eve", unit="sales", manager="ann", cashier=["sales", None])."""

    def make(login: str, unit: str = "", manager: str = "", **roles: list[str | None]) -> int:
        given = {
            role: [None if code is None else UNITS[code][0] for code in units]
            for role, units in roles.items()
        }
        one = NewUser(login=login, name=f"{login} T", password="long enough", roles=given)
        made = create_user(connection, one, method=HASH)
        if unit:
            employ(connection, login, made, unit, manager)
        return made

    return make
