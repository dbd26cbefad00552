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
)
from plugins.estate.texts import say_

_NUMBER_PARTS = ("estate", "building", "building_unit", "floor", "floor_no", "no", "full_no")

# An import numbers thousands of rooms of a few buildings; a connection lives for one request.
_known: WeakKeyDictionary[Connection, dict[tuple[str, int], dict[Any, Any]]] = WeakKeyDictionary()


@before("room", "create")
@before("room", "change")
def number_room(context: EventContext) -> None:
    """Bring the full number to the estate's pattern, and write the search key.

    An import may give `502` or `9棟1單元502` alone: floor and number are read off it. What
    fits no pattern stays as it was typed.

    Raises:
        Invalid: the number is empty and what the pattern needs is missing.
    """
    if not incoming.touches(context, _NUMBER_PARTS) or _is_numbered(context):
        return
    building, unit = _record(context, "building"), _record(context, "building_unit")
    if not building:
        return  # it is required: the engine says so
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
    if floor_no is None:
        message = say_("Give the room number, or the floor it can be made from.")
        raise Invalid([Problem(message, {}, "full_no")])
    no = incoming.text(context, "no")
    try:
        place = Place(building["no"], unit, int(floor_no), int(no) if no.isdecimal() else no)
        return room_number(pattern_of(building, _record(context, "estate")), place)
    except (BadPattern, ValueError) as wrong:
        problem = Problem("No room number can be made: %(why)s", {"why": str(wrong)}, "full_no")
        raise Invalid([problem]) from wrong


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
