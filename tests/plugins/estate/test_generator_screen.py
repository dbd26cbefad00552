"""The room generator through its screen and the real record service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.extension import ScreenPage
from engine.records import RecordService, Workspace
from plugins.estate.generator_screen import generator
from tests.plugins.estate.asking import Request

Row = dict[str, Any]
Ask = Callable[..., ScreenPage]


@pytest.fixture
def nine(records: RecordService) -> Row:
    """Building 9 of the demo company: it has stairwells and floors, and no rooms yet."""
    (found,) = records.find("building", "estate.code == 'CHHY' and no == '9'")
    return found


@pytest.fixture
def ask(work: Workspace, nine: Row) -> Ask:
    def post(step: str, **values: str) -> ScreenPage:
        usual = {
            "estate": str(nine["estate"]),
            "building": str(nine["id"]),
            "units": "1,2",
            "lowest": "1",
            "highest": "18",
            "per_floor": "4",
            "kind": "residence",
            "state": "unsold",
            "shapes": "01,04 = 118.62, 92.76, 三室兩廳, 南\n* = 89.35",
        }
        return generator(Request(work, "POST", {**usual, **values, "_step": step}))

    return post


def count(records: RecordService, building: Row) -> int:
    return len(records.find("room", f"building == {building['id']}"))


def test_the_empty_wizard_offers_the_estates_pattern(work: Workspace, nine: Row) -> None:
    page = generator(Request(work, "GET", {"building": str(nine["id"])}))
    boxes = {box["name"]: box for part in page.data["sections"] for box in part["fields"]}

    assert page.status == 200
    assert boxes["pattern"]["value"] == "{棟}-{單元}-{層:2}{室:2}"
    assert boxes["building"]["selected"] == [{"value": nine["id"], "text": "9棟"}]


def test_a_preview_writes_nothing(ask: Ask, records: RecordService, nine: Row) -> None:
    page = ask("preview")

    assert (page.data["count"], page.data["taken"]) == (144, 0)
    assert page.data["can_create"]
    assert page.data["planned"][0]["rooms"][0]["full_no"] == "9-1-1801"
    assert count(records, nine) == 0


def test_the_rooms_are_made_with_areas_layouts_floors_and_search_keys(
    ask: Ask, records: RecordService, nine: Row
) -> None:
    page = ask("create")

    assert page.redirect == f"/e/room/?f.building={nine['id']}"
    assert count(records, nine) == 144
    (room,) = records.find("room", f"building == {nine['id']} and full_no == '9-2-1804'")
    assert str(room["built_area"]) == "118.62"
    assert room["orientation"] == "south"
    assert None not in (room["layout"], room["floor"], room["building_unit"])
    assert "9棟2單元1804" in room["search_key"]


def test_existing_numbers_are_refused_and_nothing_is_made(
    ask: Ask, records: RecordService, nine: Row
) -> None:
    ask("create", highest="2")

    page = ask("create", highest="3")

    assert page.status == 422
    assert page.data["taken"] == 16
    assert not page.data["can_create"]
    assert count(records, nine) == 16


def test_a_new_building_is_made_with_its_rooms(ask: Ask, records: RecordService) -> None:
    ask("create", building="", new_building="12", lowest="-1", skip_floors="4", highest="5")

    (building,) = records.find("building", "estate.code == 'CHHY' and no == '12'")
    assert (building["floors_above"], building["floors_below"]) == (5, 1)
    labels = {f["label"] for f in records.find("floor", f"building == {building['id']}")}
    assert labels == {"B1", "1F", "2F", "3F", "5F"}
    assert count(records, building) == 40


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"highest": "x"}, "highest"),
        ({"highest": "9999"}, "highest"),
        ({"state": "closed"}, "kind"),
        ({"estate": "", "building": ""}, "estate"),
        ({"building": ""}, "building"),
        ({"building": "999999999"}, "building"),
        ({"shapes": "01 = 118.62, 92.76, 皇宮"}, "shapes"),
    ],
)
def test_what_cannot_be_is_said_at_its_box(
    ask: Ask, records: RecordService, nine: Row, values: dict[str, str], field: str
) -> None:
    page = ask("create", **values)

    assert page.status == 422
    assert [error["id"] for error in page.data["errors"]] == [f"f-{field}"]
    assert count(records, nine) == 0


def test_nothing_is_left_of_a_building_whose_rooms_were_refused(
    ask: Ask, records: RecordService
) -> None:
    page = ask("create", building="", new_building="12", shapes="* = 99999.999")

    assert page.status == 422
    assert records.find("building", "estate.code == 'CHHY' and no == '12'") == []
