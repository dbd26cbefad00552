"""Merge and split of rooms by document (checklist R01-04): old ones close, areas add up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from engine.extension import ActionContext, ActionResult, Invalid, Problem, action
from plugins.estate.texts import say_
from plugins.estate.transfers import current_shares, end_share

Row = dict[str, Any]

_CARRIED = (
    "estate", "building", "building_unit", "floor", "floor_no", "orientation", "state",
    "fee_coefficient", "handed_over_on", "payer",
)  # fmt: skip
_CENT = Decimal("0.01")


@action("estate.start_merge")
def start_merge(context: ActionContext) -> ActionResult:
    """Draft the merge of the chosen rooms into one, with their areas added up."""
    rooms = [context.records.get("room", number) for number in context.ids]
    if len(rooms) < 2:
        raise Invalid("Choose at least two rooms to merge.")
    target = {name: _total(rooms, name) for name in ("built_area", "inner_area", "charge_area")}
    target |= {name: rooms[0][name] for name in ("no", "full_no", "kind", "layout")}
    return _draft(context, "merge", rooms, [target])


@action("estate.start_split")
def start_split(context: ActionContext) -> ActionResult:
    """Draft the split of a room into equal parts; the clerk then writes the true areas."""
    (number,) = context.ids
    room = context.records.get("room", number)
    parts = int(context.asked["parts"])
    areas = {
        name: equal_parts(room[name], parts) for name in ("built_area", "inner_area", "charge_area")
    }
    targets = [
        {name: areas[name][i] for name in areas}
        | {"no": f"{room['no']}-{i + 1}", "full_no": f"{room['full_no']}-{i + 1}"}
        | {"kind": room["kind"], "layout": room["layout"]}
        for i in range(parts)
    ]
    return _draft(context, "split", [room], targets)


def equal_parts(area: Decimal | None, parts: int) -> list[Decimal | None]:
    """Split an area (㎡) to the hundredth; what is left over goes to the last part."""
    if area is None:
        return [None] * parts
    part = (area / parts).quantize(_CENT, rounding=ROUND_DOWN)
    return [*([part] * (parts - 1)), area - part * (parts - 1)]


def _draft(
    context: ActionContext, kind: str, rooms: Sequence[Row], targets: Sequence[Row]
) -> ActionResult:
    _refuse_mixed(rooms)
    document = context.records.create(
        "room_change",
        {
            "kind": kind,
            "estate": rooms[0]["estate"],
            "effective_on": context.asked["effective_on"],
            "reason": context.asked["reason"],
            "sources": [{"room": room["id"]} for room in rooms],
            "targets": list(targets),
        },
    )
    return ActionResult("The document is drafted.", redirect=f"/e/room_change/{document['id']}")


@action("estate.approve_room_change")
def approve_room_change(context: ActionContext) -> ActionResult:
    """Close the old rooms, make the new ones, and carry the owners over.

    Raises:
        Invalid: the areas do not add up, the rooms do not belong together, a date is wrong.
    """
    for number in sorted(context.ids):
        _approve(context, context.records.get("room_change", number, lock=True))
    return ActionResult("The new rooms are made.")


def _approve(context: ActionContext, document: Row) -> None:
    targets = _lines(context, "room_change_target", document)
    sources = sorted(row["room"] for row in _lines(context, "room_change_source", document))
    rooms = [context.records.get("room", number, lock=True) for number in sources]
    problems = [*_shape_problems(document["kind"], rooms, targets), *area_problems(rooms, targets)]
    if document["effective_on"] > context.today:
        message = say_("This takes effect on %(day)s and can be approved from then on.")
        problems.append(Problem(message, {"day": str(document["effective_on"])}, "effective_on"))
    if problems:
        raise Invalid(problems)
    _refuse_mixed(rooms)
    shares = _common_shares(context, rooms)
    for room in rooms:
        _close(context, document, room)
    for target in targets:
        _make(context, document, rooms, target, shares)
    context.records.change(
        "room_change",
        document["id"],
        {"state": "approved", "approved_by": context.user_id, "approved_at": context.now},
    )


def _lines(context: ActionContext, entity: str, document: Row) -> list[Row]:
    table = context.table(entity)
    where = table.c.room_change_id == document["id"]
    return context.records.find(entity, where, sort=["id"])


def _shape_problems(kind: str, rooms: Sequence[Row], targets: Sequence[Row]) -> list[Problem]:
    found = []
    if kind == "merge" and (len(rooms) < 2 or len(targets) != 1):
        found.append(Problem("A merge has two or more old rooms and one new room."))
    if kind == "split" and (len(rooms) != 1 or len(targets) < 2):
        found.append(Problem("A split has one old room and two or more new rooms."))
    found += [
        Problem("%(room)s is closed already.", {"room": room["full_no"]}, "sources")
        for room in rooms
        if room["state"] == "closed"
    ]
    return found


def area_problems(rooms: Sequence[Row], targets: Sequence[Row]) -> list[Problem]:
    """Say where the new areas do not add up to the old ones, exactly to 0.01 ㎡.

    The built areas must all be given. The inner areas count when every old room has one.
    """
    found = []
    for name in ("built_area", "inner_area"):
        if name == "inner_area" and any(room[name] is None for room in rooms):
            continue
        old, new = _total(rooms, name), _total(targets, name)
        if old is None or new is None:
            found.append(Problem("Every room needs an area.", {}, "targets"))
        elif old != new:
            message = say_("The new areas add up to %(new)s ㎡, the old ones to %(old)s ㎡.")
            found.append(Problem(message, {"new": str(new), "old": str(old)}, "targets"))
    return found


def _total(rows: Sequence[Row], name: str) -> Decimal | None:
    values = [row[name] for row in rows]
    return None if not values or None in values else sum(values, Decimal(0))


def _refuse_mixed(rooms: Sequence[Row]) -> None:
    if len({(room["estate"], room["building"]) for room in rooms}) > 1:
        raise Invalid([Problem("The rooms must be in one building.", {}, "sources")])


def _common_shares(context: ActionContext, rooms: Sequence[Row]) -> list[Row]:
    """Return the owners all old rooms share.

    Raises:
        Invalid: they belong to different people.
    """
    owned = [current_shares(context, room["id"]) for room in rooms]
    keys = [{(row["owner"], row["share"], row["primary"]) for row in shares} for shares in owned]
    if any(key != keys[0] for key in keys):
        message = say_("The rooms belong to different owners; transfer them first.")
        raise Invalid([Problem(message, {}, "sources")])
    return owned[0]


def _close(context: ActionContext, document: Row, room: Row) -> None:
    for row in current_shares(context, room["id"]):
        end_share(context, row, document["effective_on"])
    closed = {"state": "closed", "closed_on": document["effective_on"]}
    context.records.change("room", room["id"], closed)


def _make(
    context: ActionContext, document: Row, rooms: Sequence[Row], target: Row, shares: list[Row]
) -> None:
    values = {name: rooms[0][name] for name in _CARRIED}
    values |= {name: target[name] for name in ("no", "full_no", "layout", "built_area")}
    values |= {name: target[name] for name in ("inner_area", "charge_area")}
    values["kind"] = target["kind"] or rooms[0]["kind"]
    values["former_no"] = "、".join(room["full_no"] for room in rooms)[:40]
    room = context.records.create("room", values)
    context.records.change("room_change_target", target["id"], {"room": room["id"]})
    for row in shares:
        carried = {name: row[name] for name in ("owner", "share", "primary")}
        starts = {"room": room["id"], "start_on": document["effective_on"]}
        context.records.create("room_owner", carried | starts)
