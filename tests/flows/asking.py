"""Ask the directory for people, and change the company between two questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event, insert, text, update

from engine.flows.people import About
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.metadata.flows import Who
from engine.records import RecordService, Workspace
from tests.flows.company import UNITS, tables, texts


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
