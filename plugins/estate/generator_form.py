"""The boxes of the room generator, in the order a clerk thinks of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from engine.extension import Problem, ScreenContext
from plugins.estate.forms import box, chosen
from plugins.estate.numbering import DEFAULT_PATTERN, BadPattern, Place, room_number
from plugins.estate.rooms import pattern_of
from plugins.estate.texts import say_

Row = dict[str, Any]

FIRST_VALUES = {
    "units": "1",
    "lowest": "1",
    "highest": "18",
    "per_floor": "4",
    "kind": "residence",
    "state": "unsold",
}
KINDS = {
    "residence": say_("Residence"),
    "apartment": say_("Apartment"),
    "villa": say_("Villa"),
    "office": say_("Office"),
    "shop": say_("Shop"),
    "storage": say_("Storage"),
}
STATES = {"unsold": say_("Unsold"), "sold": say_("Sold"), "vacant": say_("Vacant")}
_SHAPES = say_("01, 04 = 89.50, 72.30, 3 bedrooms, South\n* = 120")


def sections(
    context: ScreenContext,
    given: Mapping[str, str],
    problems: Sequence[Problem],
    estate: Row,
    building: Row,
) -> list[Row]:
    """Return the titled groups of boxes, with what was typed and what is wrong with it."""
    say = context.message
    pattern = given.get("pattern") or pattern_of(building, estate)
    typed = {**given, "pattern": pattern}
    return [
        {"label": say("Place"), "fields": _place(context, typed, problems, estate, building)},
        {"label": say("Floors and numbers"), "fields": _numbers(context, typed, problems)},
        {"label": say("Rooms"), "fields": _rooms(context, typed, problems)},
    ]


def _place(
    context: ScreenContext,
    given: Mapping[str, str],
    problems: Sequence[Problem],
    estate: Row,
    building: Row,
) -> list[Row]:
    say, one = context.message, partial(box, given=given, problems=problems)
    return [
        one(
            say("Estate"),
            "estate",
            widget="lookup",
            required=True,
            lookup_url="/e/room/lookup/estate",
            selected=chosen(estate, "name"),
        ),
        one(
            say("Building"),
            "building",
            widget="lookup",
            depends=["estate"],
            lookup_url="/e/room/lookup/building",
            selected=chosen(building, "name"),
        ),
        one(say("Or the number of a new building"), "new_building", max_length=10),
        one(say("Stairwells"), "units", help=say("Such as 1-3 or A,B; empty if there are none.")),
    ]


def _numbers(
    context: ScreenContext, given: Mapping[str, str], problems: Sequence[Problem]
) -> list[Row]:
    say, one = context.message, partial(box, given=given, problems=problems)
    number = partial(one, widget="number", required=True)
    basement = say("-1 is the first basement; there is no floor 0.")
    return [
        number(say("Lowest floor"), "lowest", help=basement),
        number(say("Highest floor"), "highest"),
        one(say("Floors to skip"), "skip_floors", placeholder="4, 13-14, *4"),
        number(say("Rooms per floor"), "per_floor"),
        one(say("Rooms to skip"), "skip_rooms", placeholder="4, *4"),
        one(say("Pattern"), "pattern", help=_example(context, given["pattern"])),
    ]


def _rooms(
    context: ScreenContext, given: Mapping[str, str], problems: Sequence[Problem]
) -> list[Row]:
    say, one = context.message, partial(box, given=given, problems=problems)
    kinds, states = (
        _choices(context, KINDS, given["kind"]),
        _choices(context, STATES, given["state"]),
    )
    return [
        one(say("Use"), "kind", widget="select", required=True, choices=kinds),
        one(say("State"), "state", widget="select", required=True, choices=states),
        one(
            say("Areas by room number"),
            "shapes",
            widget="textarea",
            wide=True,
            rows_high=5,
            placeholder=say(_SHAPES),
            help=say("Room number = built area, inner area, layout, orientation."),
        ),
    ]


def _choices(context: ScreenContext, options: Mapping[str, str], value: str) -> list[Row]:
    return [
        {"value": key, "label": context.message(label), "selected": key == value}
        for key, label in options.items()
    ]


def _example(context: ScreenContext, pattern: str) -> str:
    try:
        written = room_number(pattern or DEFAULT_PATTERN, Place("3", "1", 5, 2))
    except BadPattern:
        return ""
    return context.message("Building 3, unit 1, floor 5, room 02 → %(number)s", number=written)
