"""Districts, and whom and what an owner lives with: family, pets, vehicles (R01-06, R01-13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from engine.extension import Invalid, NotFound, Refused
from engine.records import Query, RecordService
from engine.storage.system_tables import wy_reveal
from engine.web.views.revealing import note_revealed

Room = Callable[[str, str], dict[str, Any]]
Service = Callable[[str], RecordService]
FAMILY = [
    {"name": "陳太", "relation": "spouse", "phone": "13812345678"},
    {"name": "陳小明", "relation": "child", "birthday": "2018-05-01"},
]


@pytest.fixture
def owner(room_of: Room) -> int:
    return int(room_of("CHHY", "3-1-0502")["payer"])


def test_a_household_is_written_with_its_owner_and_read_line_by_line(
    service_of: Service, owner: int
) -> None:
    clerk = service_of("customer_service.th")
    pets = [{"name": "旺財", "kind": "dog", "licence_no": "GZ-1"}]
    clerk.change("owner", owner, {"members": FAMILY, "pets": pets})
    first, second = clerk.lines("owner", "members", owner)
    assert (first["relation"], second["name"], second["lives_here"]) == ("spouse", "陳小明", True)

    clerk.change("owner", owner, {"members": [{"id": second["id"], "lives_here": False}]})
    (left,) = clerk.lines("owner", "members", owner)
    assert (left["id"], left["name"], left["lives_here"]) == (second["id"], "陳小明", False)
    assert [pet["name"] for pet in clerk.lines("owner", "pets", owner)] == ["旺財"]


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ({"members": [{"name": "", "relation": "child"}]}, "members.0.name"),
        ({"members": [{"name": "誰", "relation": "friend"}]}, "members.0.relation"),
        ({"members": [{"name": "誰", "relation": "child", "phone": "12"}]}, "members.0.phone"),
        ({"pets": [{"name": "龍", "kind": "dragon"}]}, "pets.0.kind"),
    ],
)
def test_what_is_wrong_in_a_household_is_said_at_its_line(
    service_of: Service, owner: int, lines: dict[str, Any], field: str
) -> None:
    clerk = service_of("customer_service.th")
    with pytest.raises(Invalid) as wrong:
        clerk.change("owner", owner, lines)

    assert [problem.field for problem in wrong.value.problems] == [field]
    assert clerk.lines("owner", "members", owner) == []


def test_opening_the_form_on_a_familys_numbers_is_noted(service_of: Service, owner: int) -> None:
    clerk = service_of("customer_service.th")
    clerk.change("owner", owner, {"members": FAMILY})
    entity = clerk.work.catalog.entity("owner")
    members = clerk.lines("owner", "members", owner)
    with clerk.work.connection.begin_nested():
        note_revealed(clerk.work, entity, {"id": owner, "members": members})
    noted = select(wy_reveal.c.entity, wy_reveal.c.record_id, wy_reveal.c.field)
    assert list(clerk.work.connection.execute(noted)) == [
        ("owner_member", members[0]["id"], "phone")
    ]


@pytest.mark.parametrize("login", ["guard.chhy", "cashier.th", "accountant.th"])
def test_a_household_is_not_shown_to_who_only_collects_or_guards(
    service_of: Service, owner: int, login: str
) -> None:
    service_of("customer_service.th").change("owner", owner, {"members": FAMILY})
    other = service_of(login)
    with pytest.raises((Invalid, Refused, NotFound)):
        other.page(Query(entity="owner", columns=("members.count",)))
    with pytest.raises(Refused):
        other.page(Query(entity="owner_member", columns=("name", "phone")))


def test_a_household_of_another_office_cannot_be_written(service_of: Service, owner: int) -> None:
    for login in ("customer_service.nh", "estate_clerk.bj"):
        with pytest.raises(NotFound):
            service_of(login).change("owner", owner, {"members": FAMILY})


def test_a_plate_is_registered_once_while_the_car_is_in_use(
    service_of: Service, owner: int
) -> None:
    clerk = service_of("customer_service.th")
    car = clerk.create("owner_vehicle", {"owner": owner, "plate": "粵A12345"})
    with pytest.raises(Invalid) as twice, clerk.work.connection.begin_nested():
        clerk.create("owner_vehicle", {"owner": owner, "plate": "粵A12345"})
    assert "已登記" in twice.value.problems[0].message

    clerk.change("owner_vehicle", car["id"], {"active": False})
    again = clerk.create("owner_vehicle", {"owner": owner, "plate": "粵A12345"})
    assert [hit.id for hit in clerk.search("粵a12345")] == [car["id"], again["id"]]


def test_districts_are_the_administrators_and_hold_estates(
    service_of: Service, records: RecordService
) -> None:
    made = records.create("district", {"code": "D9", "name": "河西片區", "city": "廣州"})
    (estate,) = records.find("estate", "code == 'CHHY'")
    records.change("estate", estate["id"], {"district": made["id"]})
    clerk = service_of("estate_clerk.th")

    assert [one["id"] for one in clerk.find("estate", "district.code == 'D9'")] == [estate["id"]]
    assert clerk.get("district", made["id"])["name"] == "河西片區"
    with pytest.raises(Refused):
        clerk.create("district", {"code": "D10", "name": "河東片區"})
    with pytest.raises(Refused), records.work.connection.begin_nested():
        records.delete("district", made["id"])  # an estate lies in it
    with pytest.raises(Invalid):
        records.create("district", {"code": "D9", "name": "另一片區"})
