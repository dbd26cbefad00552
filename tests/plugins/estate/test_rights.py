"""Who may do what with rooms and owners: every job of the demo company."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.access import masked_fields, readable_fields
from engine.extension import Invalid, NotFound, Refused
from engine.records import Query, RecordService

Room = Callable[[str, str], dict[str, Any]]
Service = Callable[[str], RecordService]
Decide = Callable[[str, int], list[str]]


def count(service: RecordService, entity: str, where: str) -> int | None:
    from engine.records import condition_of

    condition = condition_of(service.work, entity, where)
    return service.page(Query(entity=entity, columns=("id",), conditions=(condition,))).total


def new_values(room: dict[str, Any]) -> dict[str, Any]:
    place = {name: room[name] for name in ("estate", "building", "building_unit", "floor")}
    return {**place, "no": "9", "built_area": "80"}


def test_a_clerk_makes_a_room_and_the_plugin_fills_what_he_may_not(
    service_of: Service, room_of: Room
) -> None:
    clerk = service_of("estate_clerk.th")

    room = clerk.create("room", new_values(room_of("CHHY", "3-1-0502")))

    assert room["full_no"] == "3-1-0509"
    assert "3棟1單元509" in room["search_key"]


def test_a_clerk_cannot_make_a_room_in_another_office(service_of: Service, room_of: Room) -> None:
    clerk = service_of("estate_clerk.nh")

    with pytest.raises((Invalid, Refused)):
        clerk.create("room", new_values(room_of("CHHY", "3-1-0502")))


def test_a_head_of_office_opens_an_estate(service_of: Service) -> None:
    head = service_of("office_head.th")
    (office,) = head.find("org_unit", "code == 'TH'")

    estate = head.create(
        "estate", {"code": "NEW", "name": "新樓盤", "office": office["id"], "kind": "mixed"}
    )

    assert head.get("org_unit", estate["unit"])["kind"] == "estate"


@pytest.mark.parametrize(
    "login", ["guard.chhy", "cashier.th", "engineer.th", "executive.g", "accountant.th"]
)
def test_who_only_reads_cannot_write_a_room(service_of: Service, room_of: Room, login: str) -> None:
    service, room = service_of(login), room_of("CHHY", "3-1-0502")

    with pytest.raises(Refused):
        service.create("room", new_values(room))
    with pytest.raises(Refused):
        service.change("room", room["id"], {"note": "x"})
    with pytest.raises(Refused):
        service.delete("room", room["id"])


def test_a_storekeeper_sees_no_room_at_all(service_of: Service) -> None:
    with pytest.raises((Invalid, Refused)):
        service_of("storekeeper.th").page(Query(entity="room", columns=("full_no",)))


def test_a_guard_sees_his_estate_only(service_of: Service, room_of: Room) -> None:
    guard = service_of("guard.chhy")

    assert guard.get("room", room_of("CHHY", "3-1-0502")["id"])
    with pytest.raises(NotFound):
        guard.get("room", room_of("GYXC", "1-1-0101")["id"])


def test_a_guard_sees_the_name_and_a_masked_phone(service_of: Service) -> None:
    work = service_of("guard.chhy").work

    seen = readable_fields(work.catalog, work.actor, "owner")

    assert {"name", "phone"} <= set(seen)
    assert not {"id_no", "birthday", "emergency_phone", "note"} & set(seen)
    assert "phone" in masked_fields(work.catalog, work.actor, "owner")


def test_customer_service_sets_the_state_and_no_area(service_of: Service, room_of: Room) -> None:
    desk, room = service_of("customer_service.th"), room_of("CHHY", "3-1-0502")

    assert desk.change("room", room["id"], {"state": "vacant"})["state"] == "vacant"
    with pytest.raises((Invalid, Refused)):
        desk.change("room", room["id"], {"built_area": "1"})


def test_nobody_closes_a_room_by_hand(service_of: Service, room_of: Room) -> None:
    head, room = service_of("office_head.th"), room_of("CHHY", "3-1-0502")

    with pytest.raises((Invalid, Refused)):
        head.change("room", room["id"], {"state": "closed"})


def test_a_clerk_hands_a_transfer_in_and_the_office_approves_it(
    service_of: Service, room_of: Room, decide: Decide
) -> None:
    clerk, head = service_of("estate_clerk.th"), service_of("office_head.th")
    room = room_of("CHHY", "3-1-0502")
    buyer = clerk.create("owner", {"name": "陳新", "unit": room["scope_unit"], "kind": "person"})
    asked = {"new_owner": buyer["id"], "effective_on": "2026-06-01"}
    result = clerk.press("room", "transfer", [room["id"]], asked)
    document = int(result.redirect.rsplit("/", 1)[1])

    with pytest.raises(Invalid):
        head.change("owner_change", document, {"state": "approved"})
    assert decide("owner_change", document) == ["books", "office"]

    assert head.get("room", room["id"])["payer"] == buyer["id"]


def test_branches_see_what_is_below_them(service_of: Service) -> None:
    south, group = service_of("branch_manager.gd"), service_of("executive.g")

    assert {row["code"] for row in south.find("estate")} == {"CHHY", "HYGJ", "LJW", "GYXC"}
    assert len(group.find("estate")) == 6
