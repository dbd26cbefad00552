"""The room generator's plan: rules.md W59."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from plugins.estate.generator import Request, RoomShape, parse_shapes, plan_rooms
from plugins.estate.numbering import BadPattern, normal_form

W59 = Request(
    building="3",
    units=("1", "2"),
    lowest=1,
    highest=18,
    per_floor=4,
    pattern="{棟}-{單元}-{層:2}{室:2}",
)


def test_w59_two_units_of_18_floors_of_4_rooms_are_144_rooms() -> None:
    rooms = plan_rooms(W59)

    assert len(rooms) == 144
    assert rooms[0].full_no == "3-1-0101"
    assert rooms[-1].full_no == "3-2-1804"
    assert not any(room.exists for room in rooms)


def test_an_existing_number_is_marked_in_whatever_spelling_it_was_typed() -> None:
    rooms = plan_rooms(W59, existing={normal_form("3棟1單元502")})

    assert [room.full_no for room in rooms if room.exists] == ["3-1-0502"]


def test_skipped_floors_and_rooms_get_no_number() -> None:
    request = replace(W59, lowest=-1, highest=5, skip_floors="4", skip_rooms="*4")

    rooms = plan_rooms(request)

    assert {room.floor for room in rooms} == {-1, 1, 2, 3, 5}
    assert {room.room for room in rooms} == {1, 2, 3, 5}
    assert rooms[0].full_no == "3-1-B101"


def test_a_pattern_that_repeats_a_number_is_refused() -> None:
    with pytest.raises(BadPattern, match="two rooms"):
        plan_rooms(replace(W59, pattern="{棟}-{室:2}"))


def test_a_pattern_without_widths_that_runs_together_is_refused() -> None:
    # Floor 1 room 11 and floor 11 room 1 would both be 111.
    with pytest.raises(BadPattern, match="two rooms"):
        plan_rooms(replace(W59, units=(), highest=12, per_floor=12, pattern="{層}{室}"))


def test_more_rooms_than_a_run_may_make_are_refused() -> None:
    with pytest.raises(BadPattern, match="at most 5000"):
        plan_rooms(replace(W59, highest=200, per_floor=50))


def test_no_room_at_all_is_refused() -> None:
    with pytest.raises(BadPattern, match="no room"):
        plan_rooms(replace(W59, per_floor=0))


def test_an_area_template_gives_each_position_its_areas() -> None:
    shapes = parse_shapes("01、4 = ８９.50㎡, 72.3, 三室兩廳, 南\n\n* = 120")
    rooms = plan_rooms(replace(W59, highest=1, units=(), shapes=shapes))

    assert [room.shape.built_area for room in rooms] == [
        Decimal("89.50"),
        Decimal(120),
        Decimal(120),
        Decimal("89.50"),
    ]
    assert rooms[0].shape == RoomShape(Decimal("89.50"), Decimal("72.3"), "三室兩廳", "南")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("01 89.5", "must look like"),
        ("x = 89.5", "must look like"),
        ("1 = abc", "no number"),
        ("1 = 80, 90", "exceeds"),
        ("1 = -3", "out of range"),
        ("1 = NaN", "out of range"),
        ("1 = 80, 70, a, b, c", "too many"),
    ],
)
def test_a_line_nobody_can_read_is_quoted(line: str, said: str) -> None:
    with pytest.raises(BadPattern, match=said):
        parse_shapes(line)
