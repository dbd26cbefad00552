"""Plan the rooms of a building from a few numbers; nothing is written here (rules.md 13)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from plugins.estate.numbering import (
    BadPattern,
    Place,
    SkipList,
    floors,
    normal_form,
    room_number,
    room_numbers,
)
from plugins.estate.texts import say_

MAX_ROOMS = 5000  # of one run; more is a slip of the keyboard
EVERY_ROOM = "*"  # the row of an area template for rooms that have none of their own


@dataclass(frozen=True, slots=True)
class RoomShape:
    """What the rooms of one position share on every floor."""

    built_area: Decimal | None = None  # ㎡
    inner_area: Decimal | None = None  # ㎡
    layout: str = ""  # name of an item of the dictionary 'room_layout'
    orientation: str = ""  # as the clerk wrote it: a key or a label of the choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the wizard asks for."""

    building: str  # its number, '3'
    units: tuple[str, ...] = ()  # stairwell numbers; empty: the building has none
    lowest: int = 1  # floors; -1 is the first basement
    highest: int
    per_floor: int
    pattern: str
    skip_floors: str = ""
    skip_rooms: str = ""
    shapes: Mapping[str, RoomShape] = field(default_factory=dict)
    # ^ by room number as text, and EVERY_ROOM


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRoom:
    """One line of the preview."""

    unit: str
    floor: int
    room: int
    full_no: str
    shape: RoomShape
    exists: bool  # the estate has a room of that number, in whatever spelling


def plan_rooms(request: Request, existing: Collection[str] = ()) -> list[PlannedRoom]:
    """List the rooms, by stairwell, floor and number (W59).

    `existing` are the normal forms of the numbers the estate has already.

    Raises:
        BadPattern: the request makes no sense, makes a number twice, or too many rooms.
    """
    levels = floors(request.lowest, request.highest, SkipList(request.skip_floors))
    _check_size(len(levels) * request.per_floor * max(1, len(request.units)), request.per_floor)
    numbers = room_numbers(request.per_floor, SkipList(request.skip_rooms))
    rooms = [
        _planned(request, Place(request.building, unit, floor, number), number, existing)
        for unit in request.units or ("",)
        for floor in levels
        for number in numbers
    ]
    _refuse_twice(rooms)
    return rooms


def _check_size(count: int, per_floor: int) -> None:
    if per_floor < 1 or count < 1:
        raise BadPattern(say_("This would make no room."))
    if count > MAX_ROOMS:
        raise BadPattern(
            say_("This would make %(count)s rooms; at most %(most)s at once."),
            count=count,
            most=MAX_ROOMS,
        )


def _planned(request: Request, place: Place, number: int, existing: Collection[str]) -> PlannedRoom:
    full_no = room_number(request.pattern, place)
    shapes = request.shapes
    return PlannedRoom(
        unit=place.unit,
        floor=place.floor,
        room=number,
        full_no=full_no,
        shape=shapes.get(str(number)) or shapes.get(EVERY_ROOM) or RoomShape(),
        exists=normal_form(full_no) in existing,
    )


def _refuse_twice(rooms: list[PlannedRoom]) -> None:
    seen: set[str] = set()
    for room in rooms:
        form = normal_form(room.full_no)
        if form in seen:
            raise BadPattern(
                say_("The pattern gives %(number)s to two rooms; add a token or a width."),
                number=room.full_no,
            )
        seen.add(form)


def parse_shapes(text: str) -> dict[str, RoomShape]:
    """Read an area template: a line per room number.

    `01 = 89.50, 72.30, 三室兩廳, 南`, where the number may be a list (`1,4`) or `*` for all
    others; what follows the built area may be left out. Full-width signs and ㎡ are taken.

    Raises:
        BadPattern: a line cannot be read; the message quotes it.
    """
    shapes: dict[str, RoomShape] = {}
    for line in text.splitlines():
        plain = unicodedata.normalize("NFKC", line.replace("㎡", "")).strip()
        if not plain:
            continue
        numbers, separator, rest = plain.partition("=")
        keys = re.split(r"[,、\s]+", numbers.strip())
        if not separator or not all(re.fullmatch(r"\d+|\*", key) for key in keys):
            raise BadPattern(say_("'%(line)s' must look like 01 = 89.50, 72.30"), line=line.strip())
        shape = _shape(line, rest)
        shapes |= {key if key == EVERY_ROOM else str(int(key)): shape for key in keys}
    return shapes


def _shape(line: str, text: str) -> RoomShape:
    parts = [part.strip() for part in re.split(r"[,、]", text)]
    built, inner, layout, orientation, *more = [*parts, "", "", "", ""]
    if any(more):
        raise BadPattern(say_("'%(line)s' has too many values."), line=line.strip())
    try:
        areas = [Decimal(value) if value else None for value in (built, inner)]
    except InvalidOperation:
        raise BadPattern(say_("An area in '%(line)s' is no number."), line=line.strip()) from None
    shape = RoomShape(areas[0], areas[1], layout, orientation)
    _check_areas(line, shape)
    return shape


def _check_areas(line: str, shape: RoomShape) -> None:
    given = [area for area in (shape.built_area, shape.inner_area) if area is not None]
    if not all(area.is_finite() and 0 < area < 100_000 for area in given):
        raise BadPattern(say_("An area in '%(line)s' is out of range."), line=line.strip())
    if len(given) == 2 and given[1] > given[0]:
        raise BadPattern(
            say_("The inner area in '%(line)s' exceeds the built area."), line=line.strip()
        )
