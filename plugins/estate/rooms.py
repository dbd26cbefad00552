"""A room's number and its spellings for search (rules.md 13)."""

from __future__ import annotations

import unicodedata
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
    room_number,
    search_key,
)

_NUMBER_PARTS = ("estate", "building", "building_unit", "floor", "floor_no", "no", "full_no")

# An import numbers thousands of rooms of a few buildings; a connection lives for one request.
_known: WeakKeyDictionary[Connection, dict[tuple[str, int], dict[str, Any]]] = WeakKeyDictionary()


@before("room", "create")
@before("room", "change")
def number_room(context: EventContext) -> None:
    """Write the full number where it is empty, and always the search key.

    Raises:
        Invalid: the number is empty and what the pattern needs is missing.
    """
    if not incoming.touches(context, _NUMBER_PARTS) or _is_numbered(context):
        return
    building, unit = _record(context, "building"), _record(context, "building_unit")
    if not building or not incoming.text(context, "no"):
        return  # both are required: the engine says so
    full_no = unicodedata.normalize("NFKC", incoming.text(context, "full_no"))
    full_no = full_no or _by_pattern(context, building, unit.get("no", ""))
    context.values["full_no"] = full_no
    context.values["search_key"] = search_key(full_no, building["no"], unit.get("no", ""))


def _is_numbered(context: EventContext) -> bool:
    """Tell whether the generator has done it already; no person can send a search key."""
    given = context.values
    return bool(context.event == "create" and given.get("search_key") and given.get("full_no"))


def _by_pattern(context: EventContext, building: dict[str, Any], unit: str) -> str:
    floor_no = incoming.text(context, "floor_no") or _record(context, "floor").get("no")
    if floor_no is None:
        raise Invalid(
            [Problem("Give the room number, or the floor it can be made from.", {}, "full_no")]
        )
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
    known = _known.setdefault(context.connection, {})
    if (name, found) not in known:
        try:
            known[name, found] = context.records.get(name, found)
        except NotFound:
            return {}
    return known[name, found]


@after("building", "change")
@after("building_unit", "change")
@after("estate", "change")
@after("floor", "change")
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
