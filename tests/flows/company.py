"""The company of the flow scenarios (/project): its metadata, its units and its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, insert, text, update

from engine.access import (
    ADMIN,
    NewUser,
    create_users,
    ensure_access,
    load_actor,
    set_preference,
    sync_rights,
)
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.records import Workspace
from engine.storage import Tables, apply, tables_of

PROJECT = Path(__file__).parent / "project"
NOW = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
HASH = "pbkdf2:sha256:1"  # nobody signs in with a password here


@cache
def texts() -> Mapping[str, str]:
    """Return the project's files by name."""
    found = {p.relative_to(PROJECT).as_posix(): p for p in PROJECT.rglob("*.yaml")}
    return {name: path.read_text() for name, path in sorted(found.items())}


@cache
def catalog() -> Catalog:
    """Return the catalog without any flow."""
    return catalog_from_texts(texts())


@cache
def _catalog_of(flows: tuple[tuple[str, str], ...]) -> Catalog:
    return catalog_from_texts({**texts(), **{f"workflows/{n}.yaml": t for n, t in flows}})


def catalog_with(**flows: str) -> Catalog:
    """Return the catalog with these flows: name -> the text of its file; made once for each."""
    return _catalog_of(tuple(sorted(flows.items())))


@cache
def tables() -> Tables:
    """Return the tables; flows change nothing in them."""
    return tables_of(catalog())


UNITS = {  # code -> (id, the unit above, who heads it)
    "hq": (1, None, "gus"),
    "business": (2, "hq", "cat"),
    "sales": (3, "business", "bob"),
    "finance": (4, "hq", "fay"),
    "legal": (5, "hq", "leo"),
    "purchasing": (6, "hq", "pam"),
    "warehouse": (7, "hq", "wes"),
}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the company; his roles are given at headquarters, so everywhere."""

    unit: str = "hq"
    manager: str = ""
    post: str = "clerk"
    roles: tuple[str, ...] = ("staff",)
    active: bool = True


PEOPLE = {
    "ann": Member("sales", "bob"),
    "bob": Member("sales", "cat", "head"),
    "cat": Member("business", "gus", "director"),
    "gus": Member("hq", "", "general_manager", ("staff", "gm")),
    "fay": Member("finance", "gus", "head", ("staff", "finance")),
    "fin": Member("finance", "fay", "clerk", ("staff", "finance")),
    "fox": Member("finance", "fay", "clerk", ("staff", "finance")),
    "leo": Member("legal", "gus", "head", ("staff", "legal")),
    "lia": Member("legal", "leo", "clerk", ("staff", "legal")),
    "pam": Member("purchasing", "cat", "head", ("staff", "purchasing")),
    "wes": Member("warehouse", "cat", "head", ("staff", "warehouse")),
    "zoe": Member("hq", "", "clerk", ()),
    "ina": Member("hq", "gus", "clerk", ("audit",), active=False),
    "adm": Member("", "", "", (ADMIN,)),  # nobody's employee
}
TEAMS = {"credit": ("fay", "leo", "bob", "ina")}

# The State Council's notice of 4 November 2025, as far as these tests need it.
HOLIDAYS = (
    *(date(2026, 2, day) for day in range(15, 24)),  # 春節
    *(date(2026, 9, day) for day in (25, 26, 27)),  # 中秋
    *(date(2026, 10, day) for day in range(1, 8)),  # 國慶
)
WORKED = (date(2026, 2, 14), date(2026, 2, 28), date(2026, 9, 20), date(2026, 10, 10))  # 調休


def install(connection: Connection) -> dict[str, int]:
    """Make tables, rights, units and people in an empty database; return login -> id."""
    ensure_access(connection)
    apply(connection, catalog(), author="test")
    sync_rights(connection, catalog())
    return fill(connection)


def fill(connection: Connection) -> dict[str, int]:
    """Write the units, people, teams and special days; return login -> id."""
    units = {code: row[0] for code, row in UNITS.items()}
    _add(
        connection,
        "unit",
        [
            {"id": number, "code": code, "name": code.title(), "parent_id": units.get(above or "")}
            for code, (number, above, _) in UNITS.items()
        ],
    )
    accounts = [
        NewUser(
            login=login,
            name=f"{login.title()} Tester",
            password="long enough",
            roles={role: [1] for role in one.roles},
        )
        for login, one in PEOPLE.items()
    ]
    users = create_users(connection, accounts, method=HASH)
    for number in users.values():
        set_preference(connection, number, "language", "en")
    _switch_off(connection, [login for login, one in PEOPLE.items() if not one.active])
    unit = tables().table("unit")
    for number, _, head in UNITS.values():
        connection.execute(update(unit).where(unit.c.id == number).values(head_id=users[head]))
    _employ(connection, users, units)
    _add(connection, "special_day", [{"date": day, "works": False} for day in HOLIDAYS])
    _add(connection, "special_day", [{"date": day, "works": True} for day in WORKED])
    return users


def _employ(connection: Connection, users: Mapping[str, int], units: Mapping[str, int]) -> None:
    employed = {login: one for login, one in PEOPLE.items() if one.unit}
    numbers = {login: number for number, login in enumerate(employed, 1)}
    rows = [
        {
            "id": numbers[login],
            "name": login.title(),
            "account_id": users[login],
            "unit_id": units[one.unit],
            "manager_id": None,
            "post": one.post,
        }
        for login, one in employed.items()
    ]
    _add(connection, "person", rows)
    person = tables().table("person")
    for login, one in employed.items():
        if one.manager:
            change = update(person).where(person.c.id == numbers[login])
            connection.execute(change.values(manager_id=numbers[one.manager]))
    for number, (code, members) in enumerate(TEAMS.items(), 1):
        _add(connection, "team", [{"id": number, "code": code, "name": code.title()}])
        rows = [{"team_id": number, "member_id": users[login]} for login in members]
        _add(connection, "team_member", rows)
    for entity in ("unit", "person", "team"):  # ids that tests make come after these
        connection.execute(text(f"ALTER TABLE {entity} ALTER COLUMN id RESTART WITH 1000"))


def _add(connection: Connection, entity: str, rows: list[dict[str, object]]) -> None:
    connection.execute(insert(tables().table(entity)), rows)


def _switch_off(connection: Connection, logins: list[str]) -> None:
    connection.execute(
        text("update ab_user set active = false where username = any(:logins)"),
        {"logins": logins},
    )


def people_now(connection: Connection) -> dict[str, int]:
    """Return login -> id of all accounts."""
    rows = connection.execute(text("select username, id from ab_user"))
    return {row.username: row.id for row in rows}


def workspace(
    connection: Connection, login: str, of: Catalog | None = None, now: datetime = NOW
) -> Workspace:
    """Return somebody's piece of work in a transaction."""
    query = text("select id from ab_user where username = :login")
    user_id = connection.execute(query, {"login": login}).scalar_one()
    found = of or catalog()
    actor = load_actor(connection, user_id, found)
    assert actor is not None, f"{login} is switched off"
    return Workspace(catalog=found, tables=tables(), connection=connection, actor=actor, now=now)
