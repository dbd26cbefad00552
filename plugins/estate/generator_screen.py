"""The wizard that makes a building's rooms: ask, preview, create (checklist R01-08)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.extension import (
    ActionContext,
    ActionResult,
    Invalid,
    NotFound,
    Problem,
    ScreenContext,
    ScreenPage,
    action,
    screen,
)
from plugins.estate.forms import errors_of
from plugins.estate.generating import create_rooms, existing_numbers
from plugins.estate.generator import PlannedRoom, Request, parse_shapes, plan_rooms
from plugins.estate.generator_form import FIRST_VALUES, KINDS, STATES, sections
from plugins.estate.numbering import BadPattern, floor_label, stairwells
from plugins.estate.rooms import pattern_of

Row = dict[str, Any]
SHOWN_ROOMS = 400  # of a preview; the page must stay small


@dataclass(slots=True)
class Wizard:
    """What was asked for so far, and what came of it."""

    given: Mapping[str, str]
    estate: Row = field(default_factory=dict)
    building: Row = field(default_factory=dict)  # {'no': …} alone for one that is to be made
    rooms: list[PlannedRoom] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@action("estate.open_generator")
def open_generator(context: ActionContext) -> ActionResult:
    """Open the wizard for the chosen estate or building."""
    where = f"?{context.entity}={context.ids[0]}" if context.ids else ""
    return ActionResult(redirect=f"/s/estate.generator{where}")


@screen("estate.generator", entity="room", right="create")
def generator(context: ScreenContext) -> ScreenPage:
    """Show the wizard; with `_step=create` make the rooms."""
    given = context.form.to_dict() if context.method == "POST" else dict(context.arguments)
    wizard = Wizard(FIRST_VALUES | given)
    _find_place(context, wizard)
    if context.method != "POST" or wizard.problems:
        return _page(context, wizard)
    try:
        wizard.rooms = plan_rooms(_request(wizard), existing_numbers(context, wizard.estate["id"]))
        if wizard.given.get("_step") == "create":
            return _create(context, wizard)
    except BadPattern as wrong:
        wizard.problems.append(Problem(wrong.message, wrong.params))
    except Invalid as wrong:
        wizard.problems.extend(wrong.problems)
    return _page(context, wizard)


def _find_place(context: ScreenContext, wizard: Wizard) -> None:
    """Find the estate and the building; a building that is to be made has a number only."""
    building, estate = wizard.given.get("building", ""), wizard.given.get("estate", "")
    try:
        if building.isdecimal():
            wizard.building = context.records.get("building", int(building))
            estate = str(wizard.building["estate"])
        if estate.isdecimal():
            wizard.estate = context.records.get("estate", int(estate))
    except NotFound:
        wizard.problems.append(
            Problem("There is no such building that you may see.", {}, "building")
        )
        return
    if context.method == "POST":
        _check_place(wizard)


def _check_place(wizard: Wizard) -> None:
    if not wizard.building and wizard.given.get("new_building", "").strip():
        wizard.building = {"no": wizard.given["new_building"].strip()}
    if not wizard.estate:
        wizard.problems.append(Problem("Choose an estate.", {}, "estate"))
    elif wizard.estate["state"] != "active":
        wizard.problems.append(Problem("A closed estate gets no more rooms.", {}, "estate"))
    elif not wizard.building:
        wizard.problems.append(Problem("Choose a building, or number a new one.", {}, "building"))


def _request(wizard: Wizard) -> Request:
    given = wizard.given
    # Plugin code may set any state; a forged one must not slip through here.
    if given["kind"] not in KINDS or given["state"] not in STATES:
        raise Invalid([Problem("Choose a use and a state.", {}, "kind")])
    return Request(
        building=wizard.building["no"],
        units=stairwells(given.get("units", "")),
        lowest=_whole(given, "lowest"),
        highest=_whole(given, "highest"),
        per_floor=_whole(given, "per_floor"),
        pattern=given.get("pattern") or pattern_of(wizard.building, wizard.estate),
        skip_floors=given.get("skip_floors", ""),
        skip_rooms=given.get("skip_rooms", ""),
        shapes=parse_shapes(given.get("shapes", "")),
    )


def _whole(given: Mapping[str, str], name: str) -> int:
    try:
        number = int(given.get(name, "").strip())
    except ValueError:
        raise Invalid([Problem("Enter a whole number.", {}, name)]) from None
    if not -10 <= number <= 200:
        raise Invalid([Problem("This must be from -10 to 200.", {}, name)])
    return number


def _create(context: ScreenContext, wizard: Wizard) -> ScreenPage:
    common = {"kind": wizard.given["kind"], "state": wizard.given["state"]}
    # The refusal is shown on this page, so what was written before it must be undone here.
    with context.connection.begin_nested():
        building = wizard.building
        if "id" not in building:
            context.require("building", "create")
            building = context.records.create("building", _new_building(wizard))
        made = create_rooms(context, building, wizard.rooms, common)
    return ScreenPage(
        redirect=f"/e/room/?f.building={building['id']}",
        message=context.message("%(count)s rooms are made.", count=len(made)),
    )


def _new_building(wizard: Wizard) -> Row:
    levels = [room.floor for room in wizard.rooms]
    no = wizard.building["no"]
    return {
        "estate": wizard.estate["id"],
        "no": no,
        "name": f"{no}棟",
        "position": int(no) if no.isdecimal() else 0,
        "floors_above": max(0, *levels),
        "floors_below": -min(0, *levels),
    }


def _page(context: ScreenContext, wizard: Wizard) -> ScreenPage:
    taken = [room for room in wizard.rooms if room.exists]
    data = {
        "title": context.message("Room generator"),
        "sections": sections(
            context, wizard.given, wizard.problems, wizard.estate, wizard.building
        ),
        "errors": errors_of(context, wizard.problems),
        "planned": _preview(wizard.rooms),
        "count": len(wizard.rooms),
        "more": max(0, len(wizard.rooms) - SHOWN_ROOMS),
        "taken": len(taken),
        "can_create": bool(wizard.rooms) and not taken and not wizard.problems,
        "cancel_url": "/e/room/",
    }
    status = 422 if wizard.problems else 200
    return ScreenPage(template="estate/generator.html", data=data, status=status)


def _preview(rooms: list[PlannedRoom]) -> list[Row]:
    """Return a row per stairwell and floor, the highest floor first, as a building stands."""
    rows: dict[tuple[str, int], list[Row]] = {}
    for room in rooms[:SHOWN_ROOMS]:
        area = "" if room.shape.built_area is None else f"{room.shape.built_area} ㎡"
        cell = {"full_no": room.full_no, "exists": room.exists, "area": area}
        rows.setdefault((room.unit, room.floor), []).append(cell)
    ordered = sorted(rows.items(), key=lambda item: (item[0][0], -item[0][1]))
    return [{"unit": u, "floor": floor_label(f), "rooms": found} for (u, f), found in ordered]
