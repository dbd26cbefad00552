"""Ask the directory for people, and change the company between two questions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text, update

from engine.access import NewUser, create_user
from engine.flows.people import About, Directory
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.metadata.flows import Who
from engine.records import RecordService, Workspace
from tests.flows.company import HASH, UNITS, people_now, tables, texts
from tests.flows.conftest import NewRequest, Work

Ask = Callable[..., list[str]]
Hire = Callable[..., int]


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


def employ(connection: Connection, login: str, user: int, unit: str, manager: str) -> None:
    row = {"name": login.title(), "account_id": user, "unit_id": UNITS[unit][0]}
    row["manager_id"] = person_id(connection, manager) if manager else None
    connection.execute(insert(tables().table("person")).values(row))


def login_of(connection: Connection, user: int) -> str:
    found = connection.scalar(text("select username from ab_user where id = :id"), {"id": user})
    return str(found)


def switch_off(connection: Connection, login: str) -> None:
    connection.execute(text(f"update ab_user set active = false where username = '{login}'"))


def change_person(connection: Connection, login: str, **values: Any) -> None:
    person = tables().table("person")
    name = login.title()
    connection.execute(update(person).where(person.c.name == name).values(values))


def person_id(connection: Connection, login: str) -> int:
    query = text("select id from person where name = :name")
    return int(connection.execute(query, {"name": login.title()}).scalar_one())


def initiator(name: str = "", level: int = 1, upto: str = "") -> Who:
    return Who(kind="initiator", name=name, level=level, upto=upto)


def role(name: str, within: str = "") -> Who:
    return Who(kind="role", name=name, within=within)


def field(path: str) -> Who:
    return Who(kind="field", name=path)


def about_of(work: Workspace, user: int, number: int) -> About:
    return About(
        initiator=user,
        entity="request",
        record_id=number,
        record=RecordService(work).get("request", number),
        decided={},
        chosen={},
        step="s",
    )


def _without(line: str) -> Catalog:
    manifest = [one for one in texts()["models.yaml"].splitlines() if not one.startswith(line)]
    return catalog_from_texts({**texts(), "models.yaml": "\n".join(manifest)})


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(connection.engine, "before_cursor_execute", note)
    yield seen
    event.remove(connection.engine, "before_cursor_execute", note)
