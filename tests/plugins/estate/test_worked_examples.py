"""W58-W60 of rules.md through the wizard, the real service and the database."""

from __future__ import annotations

from typing import Any

import pytest

from engine.records import RecordService, Workspace
from plugins.estate.generator_screen import generator
from tests.plugins.estate.asking import Request

Row = dict[str, Any]


@pytest.fixture
def estate(records: RecordService) -> Row:
    """A new estate without a pattern of its own."""
    (office,) = records.find("org_unit", "code == 'TH'")
    values = {"code": "W58", "name": "新樓盤", "office": office["id"], "kind": "residential"}
    return records.create("estate", values)


def made(work: Workspace, records: RecordService, estate: Row, **asked: str) -> list[Row]:
    """Generate building 3 of the estate; return its rooms as they are stored."""
    sent = {"estate": str(estate["id"]), "new_building": "3", "kind": "residence",
            "state": "unsold", **asked, "_step": "create"}  # fmt: skip
    page = generator(Request(work, "POST", sent))
    assert page.redirect, page.data
    return records.find("room", f"estate == {estate['id']}", sort=("id",))


def test_w58_the_pattern_writes_3_1_0502(records: RecordService, estate: Row) -> None:
    building = records.create("building", {"estate": estate["id"], "no": "3", "name": "3棟"})
    unit = records.create("building_unit", {"building": building["id"], "no": "1", "name": "1單元"})
    records.change("estate", estate["id"], {"room_pattern": "{棟}-{單元}-{層:2}{室:2}"})

    place = {"building": building["id"], "building_unit": unit["id"], "floor_no": 5}
    room = records.create("room", {"estate": estate["id"], **place, "no": "2"})

    assert room["full_no"] == "3-1-0502"


def test_w59_two_units_of_18_floors_of_4_rooms_are_144_rooms(
    work: Workspace, records: RecordService, estate: Row
) -> None:
    rooms = made(
        work, records, estate, units="1-2", lowest="1", highest="18", per_floor="4",
        pattern="{棟}-{單元}-{層:2}{室:2}",
    )  # fmt: skip

    numbers = sorted(room["full_no"] for room in rooms)
    assert (len(rooms), numbers[0], numbers[-1]) == (144, "3-1-0101", "3-2-1804")


def test_w60_minus_2_to_19_without_4_13_14_are_18_floors_and_none_is_0(
    work: Workspace, records: RecordService, estate: Row
) -> None:
    rooms = made(
        work, records, estate, lowest="-2", highest="19", skip_floors="4, 13-14", per_floor="1"
    )

    stored = [room["floor_no"] for room in rooms]
    assert len(set(stored)) == 18
    assert not {0, 4, 13, 14} & set(stored)
    assert (min(stored), max(stored)) == (-2, 19)
    floors = records.find("floor", f"building == {rooms[0]['building']}")
    assert {floor["label"] for floor in floors} >= {"B2", "B1", "1F", "19F"}
