"""The estate plan through its screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.extension import NotFound, Refused
from engine.records import RecordService, Workspace
from plugins.estate.plan_screen import plan
from tests.plugins.estate.asking import Request

Service = Callable[[str], RecordService]
Room = Callable[[str, str], dict[str, Any]]


def test_an_estates_plan_leads_to_its_buildings(work: Workspace, records: RecordService) -> None:
    (estate,) = records.find("estate", "code == 'XHH'")
    page = plan(Request(work, "GET", {"estate": str(estate["id"])}))

    assert [shape["label"] for shape in page.data["shapes"]] == ["M座商場", "A棟"]


def test_a_building_without_a_plan_is_drawn_by_floors(work: Workspace, room_of: Room) -> None:
    room = room_of("CHHY", "3-1-0502")
    page = plan(Request(work, "GET", {"building": str(room["building"])}))

    shown = {shape["title"]: shape for shape in page.data["shapes"]}
    assert len(shown) == 2 * 28 * 4
    assert shown["3-1-0502"]["url"] == f"/e/room/{room['id']}"
    assert sum(row["count"] for row in page.data["legend"]) == len(shown)


def test_who_owes_is_coloured_once_there_are_bills(work: Workspace, room_of: Room) -> None:
    room = room_of("CHHY", "3-1-0502")
    where = {"building": str(room["building"]), "by": "arrears"}
    page = plan(Request(work, "GET", where))

    assert [way["current"] for way in page.data["ways"]] == [False, True]
    assert [row["label"] for row in page.data["legend"]] == ["Nothing owed"]


def test_a_guard_sees_no_plan_of_another_estate(service_of: Service, room_of: Room) -> None:
    guard = service_of("guard.gyxc")
    building = str(room_of("CHHY", "3-1-0502")["building"])

    with pytest.raises(NotFound):
        plan(Request(guard.work, "GET", {"building": building}))


def test_a_hotspot_is_added_and_taken_away(work: Workspace, records: RecordService) -> None:
    (kept,) = records.find("plan_image", "estate.code == 'CHHY'")
    number = str(kept["id"])

    def post(**values: str) -> Any:
        request = Request(work, "POST", values)
        request.arguments = {"plan": number}
        return plan(request)

    before = len(kept["hotspots"])
    place = {"x": "1", "y": "2", "width": "3", "height": "4"}
    assert post(full_no="3-1-0502", **place).redirect == f"/s/estate.plan?plan={number}"
    spots = records.get("plan_image", kept["id"])["hotspots"]
    assert len(spots) == before + 1
    assert post(full_no="3-1-0502", **{**place, "x": "99"}).status == 422
    assert post(full_no="no such", **place).status == 422
    post(remove=str(before))
    assert len(records.get("plan_image", kept["id"])["hotspots"]) == before


def test_who_may_not_change_plans_adds_no_hotspot(
    service_of: Service, records: RecordService
) -> None:
    (kept,) = records.find("plan_image", "estate.code == 'CHHY'")
    request = Request(service_of("guard.chhy").work, "POST", {"remove": "0"})
    request.arguments = {"plan": str(kept["id"])}

    with pytest.raises(Refused):
        plan(request)


def test_hotspots_are_arranged_with_one_button(records: RecordService, room_of: Room) -> None:
    room = room_of("CHHY", "3-1-0502")
    values = {"estate": room["estate"], "building": room["building"], "name": "3棟立面"}
    made = records.create("plan_image", values)

    records.press("plan_image", "arrange", [made["id"]])

    assert len(records.get("plan_image", made["id"])["hotspots"]) == 2 * 28 * 4
