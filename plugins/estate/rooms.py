"""A room's number and its spellings for search (rules.md 13)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from engine.extension import EventContext, Invalid, NotFound, Problem, after, before
from plugins.estate import incoming
from plugins.estate.numbering import (
    DEFAULT_PATTERN,
    BadPattern,
    Place,
    check_pattern,
    floor_and_room,
    normal_form,
    room_number,
    search_key,
    tokens_of,
)
from plugins.estate.texts import say_

_NUMBER_PARTS = ("estate", "building", "building_unit", "floor", "floor_no", "no", "full_no")

# An import numbers thousands of rooms of a few buildings; a connection lives for one request.
_known: WeakKeyDictionary[Connection, dict[tuple[str, int], dict[Any, Any]]] = WeakKeyDictionary()


@before("room", "create")
@before("room", "change")
def number_room(context: EventContext) -> None:
    """Bring the full number to the estate's pattern, and write the search key.

    An import may give `502` or `9棟1單元502` alone, as the full number or as the number:
    building, stairwell, floor and number are read off it. What fits no pattern stays as typed.

    Raises:
        Invalid: the number is empty and what the pattern needs is missing.
    """
    if not incoming.touches(context, _NUMBER_PARTS) or _is_numbered(context):
        return
    find_place(context)
    building, unit = _record(context, "building"), _record(context, "building_unit")
    if not building:
        return  # it is required: the engine says so
    _take_whole_number(context, pattern_of(building, _record(context, "estate")))
    _read_off(context)
    if not incoming.text(context, "no"):
        return
    if context.event == "create":
        _find_floor(context, building)
    full_no = _full_number(context, building, unit.get("no", ""))
    context.values["full_no"] = full_no
    context.values["search_key"] = search_key(full_no, building["no"], unit.get("no", ""))


def _is_numbered(context: EventContext) -> bool:
    """Tell whether the generator has done it already; no person can send a search key."""
    given = context.values
    return bool(context.event == "create" and given.get("search_key") and given.get("full_no"))


def find_place(context: EventContext) -> None:
    """Link the building and the stairwell that a number such as 9-1-402 names."""
    sent = context.values
    typed = str(sent.get("full_no") or sent.get("no") or "")
    *place, _ = normal_form(typed).split("-")
    if not 1 <= len(place) <= 2:
        return
    if incoming.link(context, "building") is None:
        _link_named(context, "building", "estate", place[0])
    building = _record(context, "building")
    is_there = bool(building) and normal_form(building["no"]) == place[0]
    if is_there and len(place) == 2 and incoming.link(context, "building_unit") is None:
        _link_named(context, "building_unit", "building", place[1])


def _link_named(context: EventContext, link: str, above: str, no: str) -> None:
    """Set a link to the one record of that number below another, if there is one."""
    parent = incoming.link(context, above)
    if parent is None:
        return
    table = context.table(link)
    known = _remembered(
        context,
        (f"{link} below", parent),
        lambda: {
            normal_form(row["no"]): row["id"]
            for row in context.records.find(link, table.c[f"{above}_id"] == parent)
        },
    )
    if no in known:
        context.values[link] = known[no]


def _take_whole_number(context: EventContext, pattern: str) -> None:
    """Take a number on the floor that is the whole number (1804, 9-1-402) for what it is.

    Only where the pattern has a floor and two digits for the room: elsewhere 101 may well be
    what stands on the door of the ground floor.
    """
    typed = incoming.text(context, "no")
    if "no" not in context.values or context.values.get("full_no"):
        return
    shapes = tokens_of(pattern)
    if "floor" not in shapes or shapes.get("room") not in ("", "2", "02"):
        return
    found = floor_and_room(typed)
    if found is None:
        return
    floor, room = found
    given = incoming.text(context, "floor_no") or _record(context, "floor").get("no")
    if given not in (None, "") and str(given) != str(floor):
        return
    context.values["no"] = room
    if given in (None, ""):
        context.values["floor_no"] = floor
    if "-" in normal_form(typed):
        context.values["full_no"] = typed


def _read_off(context: EventContext) -> None:
    """Fill floor and number from the full number where they were not given."""
    found = floor_and_room(str(context.values.get("full_no") or ""))
    if found is None:
        return
    if not incoming.text(context, "no"):
        context.values["no"] = found[1]
    if not incoming.text(context, "floor_no") and incoming.link(context, "floor") is None:
        context.values["floor_no"] = found[0]


def _find_floor(context: EventContext, building: dict[str, Any]) -> None:
    """Link the building's floor of that number, if there is one."""
    no = incoming.text(context, "floor_no")
    if incoming.link(context, "floor") is not None or not re.fullmatch(r"-?\d{1,3}", no):
        return
    table = context.table("floor")
    where = (table.c.building_id == building["id"]) & table.c.building_unit_id.is_(None)
    floors = _remembered(
        context,
        ("floors", building["id"]),
        lambda: {row["no"]: row["id"] for row in context.records.find("floor", where)},
    )
    if int(no) in floors:
        context.values["floor"] = floors[int(no)]


def _full_number(context: EventContext, building: dict[str, Any], unit: str) -> str:
    typed = unicodedata.normalize("NFKC", incoming.text(context, "full_no"))
    if not typed:
        return _by_pattern(context, building, unit)
    if "full_no" not in context.values:
        return typed  # it stands already, and was not asked to change
    try:
        made = _by_pattern(context, building, unit)
    except Invalid:
        return typed
    form = normal_form(made)
    return made if normal_form(typed) in (form, form.rsplit("-", 1)[-1]) else typed


def _by_pattern(context: EventContext, building: dict[str, Any], unit: str) -> str:
    floor_no = incoming.text(context, "floor_no") or _record(context, "floor").get("no")
    pattern = pattern_of(building, _record(context, "estate"))
    if floor_no is None and "floor" in tokens_of(pattern):
        message = say_("Give the room number, or the floor it can be made from.")
        raise Invalid([Problem(message, {}, "full_no")])
    no = incoming.text(context, "no")
    try:
        floor = 1 if floor_no is None else int(floor_no)
        return room_number(pattern, Place(building["no"], unit, floor, _room_of(no)))
    except (BadPattern, ValueError) as wrong:
        problem = Problem("No room number can be made: %(why)s", {"why": str(wrong)}, "full_no")
        raise Invalid([problem]) from wrong


def _room_of(no: str) -> int | str:
    return int(no) if no.isdecimal() else no


def pattern_of(building: dict[str, Any], estate: dict[str, Any]) -> str:
    """Return the pattern in force: the building's, else the estate's, else the usual one."""
    return building.get("room_pattern") or estate.get("room_pattern") or DEFAULT_PATTERN


def _record(context: EventContext, name: str) -> dict[str, Any]:
    """Return the linked record, or {} for none that the actor may see."""
    found = incoming.link(context, name)
    if found is None:
        return {}
    try:
        return _remembered(context, (name, found), lambda: context.records.get(name, found))
    except NotFound:
        return {}


def _remembered(
    context: EventContext, key: tuple[str, int], read: Callable[[], dict[Any, Any]]
) -> dict[Any, Any]:
    known = _known.setdefault(context.connection, {})
    if key not in known:
        known[key] = read()
    return known[key]


@after("building", "change")
@after("building_unit", "change")
@after("estate", "change")
@after("floor", "change")
@after("floor", "create")
@after("floor", "delete")
def forget(context: EventContext) -> None:
    """Drop what was read for numbers once it changes in the same transaction."""
    _known.pop(context.connection, None)


@before("estate", "create")
@before("estate", "change")
@before("building", "create")
@before("building", "change")
def refuse_bad_pattern(context: EventContext) -> None:
    """Refuse a room number pattern that would make no numbers.

    Raises:
        Invalid: says what is wrong with it.
    """
    pattern = context.values.get("room_pattern")
    if not pattern:
        return
    try:
        check_pattern(str(pattern))
    except BadPattern as wrong:
        raise Invalid([Problem(wrong.message, wrong.params, "room_pattern")]) from wrong
