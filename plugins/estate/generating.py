"""Write what the generator planned: stairwells, floors and rooms, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, Table, select

from engine.extension import Invalid, Problem, Records
from plugins.estate.generator import PlannedRoom
from plugins.estate.numbering import floor_label, normal_form, search_key
from plugins.estate.texts import say_

Row = dict[str, Any]
LAYOUTS = "room_layout"  # code of the dictionary that names layouts


class Workplace(Protocol):
    """What this needs of a context."""

    connection: Connection

    @property
    def records(self) -> Records:
        """The record service."""

    def table(self, entity: str) -> Table:
        """Return the entity's table."""


def existing_numbers(work: Workplace, estate: int) -> set[str]:
    """Return the normal forms of the numbers of an estate's open rooms."""
    room = work.table("room")
    query = select(room.c.full_no).where(room.c.estate_id == estate, room.c.state != "closed")
    return {normal_form(full_no) for full_no in work.connection.scalars(query)}


def create_rooms(
    work: Workplace, building: Row, rooms: Sequence[PlannedRoom], common: Row
) -> list[int]:
    """Create the rooms with the stairwells and floors that are missing; return their ids.

    `common` holds values all rooms share, as `kind` and `state`.

    Raises:
        Invalid: a number exists already, or a layout is in no dictionary.
    """
    taken = [room.full_no for room in rooms if room.exists]
    if taken:
        message = say_("%(count)s numbers exist already, such as %(number)s. Nothing was made.")
        raise Invalid([Problem(message, {"count": len(taken), "number": taken[0]}, code="exists")])
    layouts = _layouts(work, {room.shape.layout for room in rooms} - {""})
    units = _units(work, building, [room.unit for room in rooms])
    levels = _floors(work, building, [room.floor for room in rooms])
    return work.records.create_many(
        "room", [common | _room(building, room, units, levels, layouts) for room in rooms]
    )


def _room(building: Row, room: PlannedRoom, units: Row, levels: Row, layouts: Row) -> Row:
    shape = room.shape
    return {
        "estate": building["estate"],
        "building": building["id"],
        "building_unit": units.get(room.unit),
        "floor": levels[str(room.floor)],
        "floor_no": room.floor,
        "no": f"{room.room:02}",
        "full_no": room.full_no,
        "search_key": search_key(room.full_no, building["no"], room.unit),
        "built_area": shape.built_area,
        "inner_area": shape.inner_area,
        "layout": layouts.get(shape.layout),
        "orientation": shape.orientation or None,
    }


def _units(work: Workplace, building: Row, wanted: Sequence[str]) -> Row:
    """Return the id of each stairwell by its number; missing ones are made."""
    table = work.table("building_unit")
    known = {
        row["no"]: row["id"]
        for row in work.records.find("building_unit", table.c.building_id == building["id"])
    }
    missing = [no for no in dict.fromkeys(wanted) if no and no not in known]
    rows = [{"building": building["id"], "no": no, "name": f"{no}單元"} for no in missing]
    if rows:
        known |= dict(zip(missing, work.records.create_many("building_unit", rows), strict=True))
    return known


def _floors(work: Workplace, building: Row, wanted: Sequence[int]) -> Row:
    """Return the id of each floor by its number as text; missing ones are made."""
    table = work.table("floor")
    where = (table.c.building_id == building["id"]) & table.c.building_unit_id.is_(None)
    known = {str(row["no"]): row["id"] for row in work.records.find("floor", where)}
    missing = [no for no in dict.fromkeys(wanted) if str(no) not in known]
    rows = [{"building": building["id"], "no": no, "label": floor_label(no)} for no in missing]
    if rows:
        made = work.records.create_many("floor", rows)
        known |= dict(zip(map(str, missing), made, strict=True))
    return known


def _layouts(work: Workplace, names: set[str]) -> Row:
    if not names:
        return {}
    item, kind = work.table("dict_item"), work.table("dict_type")
    query = select(item.c.name, item.c.id).join(kind, kind.c.id == item.c.dict_type_id)
    found = work.connection.execute(query.where(kind.c.code == LAYOUTS, item.c.name.in_(names)))
    known = {row.name: row.id for row in found}
    unknown = sorted(names - known.keys())
    if unknown:
        message = say_("'%(name)s' is not in the dictionary of layouts.")
        raise Invalid([Problem(message, {"name": unknown[0]}, "shapes")])
    return known
