"""The demo company's employees, groups and work days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

import pytest

from engine.access import SYSTEM, load_actor, may, readable_fields
from engine.fieldtypes import field_type
from engine.flows.calendar import Calendar
from engine.flows.people import About, Directory
from engine.metadata.flows import Who
from engine.records import Workspace
from plugins.demo import Company, generate
from plugins.demo.ledger import Row
from plugins.demo.staff import staff_rows
from plugins.demo.work_days import HOLIDAYS
from tests.plugins.demo.conftest import NOON, TODAY, Books, catalog, tables


@pytest.fixture(scope="module")
def company() -> Company:
    return generate(1, TODAY)


@pytest.fixture(scope="module")
def rows(company: Company) -> Mapping[str, list[Row]]:
    ids = {one.login: number for number, one in enumerate(company.users, start=50)}
    return staff_rows(company, ids)


def test_every_account_is_somebodys(company: Company, rows: Mapping[str, list[Row]]) -> None:
    assert [row["name"] for row in rows["employee"]] == [one.name for one in company.users]
    for key in ("no", "account", "phone"):
        assert len({row[key] for row in rows["employee"]}) == len(company.users), key


def test_every_value_is_one_a_person_could_have_typed(rows: Mapping[str, list[Row]]) -> None:
    for entity, found in rows.items():
        fields = catalog().entity(entity).fields
        for row in found:
            for name, one in fields.items():
                value = row.get(name)
                assert value is not None or not one.required or one.type == "lines", (entity, name)
                if name in row:
                    assert field_type(one.type).parse(one, value) == value, (entity, row)
    assert all(row["hired_on"] < TODAY for row in rows["employee"])


def test_there_is_one_way_up_for_everybody(company: Company, rows: Mapping[str, list[Row]]) -> None:
    people = {row["id"]: row for row in rows["employee"]}
    without = [row["position"] for row in people.values() if row["manager"] is None]
    ranks = Counter(
        (row["position"], people[row["manager"]]["position"])
        for row in people.values()
        if row["manager"]
    )

    assert without == ["executive"]
    assert {above for (post, above) in ranks if post == "cashier"} == {"office_head"}
    assert {above for (post, above) in ranks if post == "guard"} == {"office_head"}
    assert {above for (post, above) in ranks if post == "office_head"} == {"branch_manager"}
    assert {above for (post, above) in ranks if post == "branch_manager"} == {"executive"}
    assert {above for (post, above) in ranks if post == "finance"} == {"executive"}


def test_groups_have_members(rows: Mapping[str, list[Row]]) -> None:
    sizes = Counter(row["work_group"] for row in rows["work_group_member"])

    assert all(sizes[row["id"]] >= 3 for row in rows["work_group"])


def test_the_days_of_2026_are_those_announced(company: Company) -> None:
    days = {row["date"]: row["is_workday"] for row in company.rows["calendar_day"]}
    announced = {row["date"] for row in company.rows["calendar_day"] if row["note"] is None}

    assert len(days) == len(company.rows["calendar_day"])
    assert {day.year for day in announced} == {2026}
    off = sum(1 for day, works in days.items() if day in announced and not works)
    assert off == sum(one.days for one in HOLIDAYS if one.announced) == 33
    assert {day for day in announced if days[day]} == {
        date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9),
        date(2026, 9, 20), date(2026, 10, 10),
    }  # fmt: skip
    assert all(day.isoweekday() > 5 for day, works in days.items() if works)


def test_days_not_yet_announced_say_so(company: Company) -> None:
    assert all(
        (row["note"] is None) == (row["date"].year == 2026) for row in company.rows["calendar_day"]
    )
    # a year has as many working days as another: each day borrowed is given back
    usual = Calendar(catalog().calendar)
    for year, statutory in ((2026, 13), (2027, 13)):
        special = {r["date"]: r["is_workday"] for r in company.rows["calendar_day"]}
        given = sum(usual.works(day) - works for day, works in special.items() if day.year == year)
        assert given == statutory, year


def test_colleagues_see_where_one_works_and_no_more(books: Books) -> None:
    user = books.one("SELECT min(id) FROM ab_user WHERE username LIKE 'cashier%'")
    actor = load_actor(books.connection, user, catalog())
    assert actor is not None

    seen = readable_fields(catalog(), actor, "employee")
    assert {"no", "name", "unit", "manager", "position"} <= set(seen)
    assert not {"phone", "email", "hired_on", "left_on", "note"} & set(seen)
    for entity in ("employee", "work_group", "calendar_day"):
        assert may(catalog(), actor, entity, "read")
        for action in ("create", "change", "delete", "export", "import", "history"):
            assert not may(catalog(), actor, entity, action), (entity, action)


def test_flows_find_the_demo_companys_people(books: Books) -> None:
    work = Workspace(
        catalog=catalog(), tables=tables(), connection=books.connection, actor=SYSTEM, now=NOON
    )
    users = dict(books.rows("SELECT username, id FROM ab_user"))
    logins = {number: login for login, number in users.items()}
    estate = books.one("SELECT id FROM estate ORDER BY id LIMIT 1")
    office = books.one("SELECT office_id FROM estate ORDER BY id LIMIT 1")
    code = books.one("SELECT lower(code) FROM org_unit WHERE id = :id", id=office)
    about = About(
        initiator=users[f"cashier.{code}"],
        entity="estate",
        record_id=estate,
        record={},
        decided={},
        chosen={},
        step="s",
    )

    def found(**who: str) -> list[str]:
        one = Who(**who)  # type: ignore[arg-type]
        return [logins[user] for user in Directory(work).resolve([one], about)]

    way = found(kind="initiator", name="managers_to", upto="executive")
    assert [login.split(".")[0] for login in way] == ["office_head", "branch_manager", "executive"]
    assert found(kind="initiator", name="dept_head") == [f"office_head.{code}"]
    assert found(kind="dept_head", name="G") == ["executive.g"]
    assert found(kind="role", name="cashier") == [f"cashier.{code}"]
    assert found(kind="role", name="cashier", within="@initiator.dept") == [f"cashier.{code}"]
    assert set(found(kind="group", name="tender")) == {
        "executive.g", "hq_finance.g", "branch_manager.gd", "branch_manager.jz",
    }  # fmt: skip
    assert set(found(kind="post", name="branch_manager")) == {
        "branch_manager.gd", "branch_manager.jz",
    }  # fmt: skip
