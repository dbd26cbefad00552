"""Rooms and estates through the real record service."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from engine.extension import Invalid
from engine.records import Query, RecordService

Room = Callable[[str, str], dict[str, Any]]


def new_room(records: RecordService, like: dict[str, Any], **values: Any) -> dict[str, Any]:
    place = {name: like[name] for name in ("estate", "building", "building_unit", "floor")}
    return records.create("room", {**place, **values})


def test_an_empty_number_is_made_by_the_estates_pattern(
    records: RecordService, room_of: Room
) -> None:
    room = new_room(records, room_of("CHHY", "3-1-0502"), no="9")

    assert room["floor_no"] == 5
    assert room["full_no"] == "3-1-0509"
    assert room["state"] == "unsold"


@pytest.mark.parametrize("typed", ["502", "0502", "５０２", "9-1-502", "9棟1單元502"])
def test_a_number_as_customers_write_it_is_brought_to_the_pattern(
    records: RecordService, typed: str
) -> None:
    (building,) = records.find("building", "estate.code == 'CHHY' and no == '9'")
    (unit,) = records.find("building_unit", f"building == {building['id']} and no == '1'")
    place = {"estate": building["estate"], "building": building["id"]}

    room = records.create("room", {**place, "building_unit": unit["id"], "full_no": typed})

    assert (room["full_no"], room["no"], room["floor_no"]) == ("9-1-0502", "02", 5)
    assert records.get("floor", room["floor"])["no"] == 5


@pytest.mark.parametrize("typed", ["1804", "18F04", "9-1-1804", "9棟1單元1804", "９－１－１８０４"])
def test_a_whole_number_in_the_place_of_the_number_is_taken_apart(
    records: RecordService, typed: str
) -> None:
    (building,) = records.find("building", "estate.code == 'CHHY' and no == '9'")
    (unit,) = records.find("building_unit", f"building == {building['id']} and no == '1'")
    place = {"estate": building["estate"], "building": building["id"]}

    room = records.create("room", {**place, "building_unit": unit["id"], "no": typed})

    assert (room["full_no"], room["no"], room["floor_no"]) == ("9-1-1804", "04", 18)


@pytest.mark.parametrize("field", ["no", "full_no"])
@pytest.mark.parametrize("typed", ["9-1-402", "9棟1單元402"])
def test_building_and_stairwell_are_read_off_the_number(
    records: RecordService, field: str, typed: str
) -> None:
    (building,) = records.find("building", "estate.code == 'CHHY' and no == '9'")

    room = records.create("room", {"estate": building["estate"], field: typed})

    unit = records.get("building_unit", room["building_unit"])
    assert (room["building"], unit["no"]) == (building["id"], "1")
    assert (room["full_no"], room["no"], room["floor_no"]) == ("9-1-0402", "02", 4)


def test_a_number_on_another_floor_than_the_one_given_stays_as_typed(
    records: RecordService, room_of: Room
) -> None:
    room = new_room(records, room_of("CHHY", "3-1-0502"), no="1804")

    assert (room["no"], room["floor_no"]) == ("1804", 5)


def test_a_pattern_without_floors_leaves_numbers_of_three_digits_alone(
    records: RecordService, room_of: Room
) -> None:
    like = room_of("CHHY", "3-1-0502")
    records.change("building", like["building"], {"room_pattern": "{棟}-{室}"})
    place = {"estate": like["estate"], "building": like["building"]}

    room = records.create("room", {**place, "no": "101"})

    assert (room["full_no"], room["no"], room["floor_no"]) == ("3-101", "101", None)


def test_a_building_that_is_not_there_is_asked_for(records: RecordService, room_of: Room) -> None:
    with pytest.raises(Invalid) as refused:
        records.create("room", {"estate": room_of("CHHY", "3-1-0502")["estate"], "no": "77-1-402"})

    assert [p.field for p in refused.value.problems] == ["building"]


def test_a_number_of_the_customers_own_stays(records: RecordService, room_of: Room) -> None:
    room = new_room(records, room_of("CHHY", "3-1-0502"), no="9", full_no="物業 1 號倉")

    assert room["full_no"] == "物業 1 號倉"


def test_a_buildings_own_pattern_comes_first(records: RecordService, room_of: Room) -> None:
    like = room_of("CHHY", "3-1-0502")
    records.change("building", like["building"], {"room_pattern": "{棟}座{層}{室:A}"})

    assert new_room(records, like, no="9")["full_no"] == "3座5I"


def test_a_pattern_that_makes_no_number_is_refused(records: RecordService, room_of: Room) -> None:
    like = room_of("CHHY", "3-1-0502")

    with pytest.raises(Invalid, match="must contain"):
        records.change("building", like["building"], {"room_pattern": "{棟}"})


def test_a_number_is_unique_in_its_estate(records: RecordService, room_of: Room) -> None:
    like = room_of("CHHY", "3-1-0502")

    with pytest.raises(Invalid) as refused:
        new_room(records, like, no="02")

    assert "樓盤內已有此房號" in str(refused.value)


@pytest.mark.parametrize(
    "typed",
    ["3-1-502", "3-1-0502", "3棟1單元502", "3栋1单元0502", "３－１－５０２", "3號樓1單元502"],
)
def test_any_spelling_finds_the_room(records: RecordService, room_of: Room, typed: str) -> None:
    query = Query(entity="room", columns=("full_no",), search=typed, size=200)
    found = {row[0] for row in records.page(query).rows}

    assert room_of("CHHY", "3-1-0502")["id"] in found


def test_the_inner_area_cannot_exceed_the_built_area(records: RecordService, room_of: Room) -> None:
    room = room_of("CHHY", "3-1-0502")

    with pytest.raises(Invalid, match="套內面積不能大於建築面積"):
        records.change("room", room["id"], {"inner_area": room["built_area"] + 1})


def test_areas_that_follow_from_others_are_filled_in(records: RecordService, room_of: Room) -> None:
    like = room_of("CHHY", "3-1-0502")
    room = new_room(records, like, no="9", built_area="90.00", inner_area="70.5")

    assert room["charge_area"] == Decimal("90.00")
    assert room["shared_area"] == Decimal("19.50")


def test_a_new_estate_gets_a_unit_under_its_office(records: RecordService) -> None:
    (office,) = records.find("org_unit", "code == 'TH'")
    estate = records.create(
        "estate", {"code": "NEW", "name": "新樓盤", "office": office["id"], "kind": "mixed"}
    )
    unit = records.get("org_unit", estate["unit"])

    assert (unit["kind"], unit["parent"], unit["code"]) == ("estate", office["id"], "NEW")
    assert estate["scope_unit"] == unit["id"]


def test_a_renamed_estate_renames_its_unit(records: RecordService) -> None:
    (estate,) = records.find("estate", "code == 'CHHY'")
    (office,) = records.find("org_unit", "code == 'NH'")

    records.change("estate", estate["id"], {"name": "翠湖雅苑", "office": office["id"]})

    unit = records.get("org_unit", estate["unit"])
    assert (unit["name"], unit["parent"]) == ("翠湖雅苑", office["id"])


def test_floor_0_is_refused(records: RecordService, room_of: Room) -> None:
    like = room_of("CHHY", "3-1-0502")

    with pytest.raises(Invalid, match="沒有 0 層"):
        records.create("floor", {"building": like["building"], "no": 0, "label": "0"})
