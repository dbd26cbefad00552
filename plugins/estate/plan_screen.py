"""The estate plan: a picture with hotspots coloured by room state (checklist R01-05)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from engine.extension import (
    ActionContext,
    ActionResult,
    Invalid,
    Problem,
    ScreenContext,
    ScreenPage,
    action,
    screen,
)
from plugins.estate.hotspots import Hotspot, arrange, in_rows, read_hotspots, rectangle
from plugins.estate.plan_colours import (
    NEUTRAL,
    arrears_of,
    legend_of,
    shows_arrears,
    state_colour,
)
from plugins.estate.texts import say_

Row = dict[str, Any]
BUILDINGS_PER_ROW = 5


@action("estate.open_plan")
def open_plan(context: ActionContext) -> ActionResult:
    """Open the plan of the chosen estate, or the chosen plan."""
    name = "plan" if context.entity == "plan_image" else context.entity
    return ActionResult(redirect=f"/s/estate.plan?{name}={context.ids[0]}")


@action("estate.arrange_plan")
def arrange_plan(context: ActionContext) -> ActionResult:
    """Lay the hotspots out: an elevation for a building, a grid for a floor or an estate."""
    for number in context.ids:
        spots = _arranged(context, context.records.get("plan_image", number))
        if not spots:
            raise Invalid("There is nothing yet that this plan could show.")
        kept = [spot.to_json() for spot in spots]
        context.records.change("plan_image", number, {"hotspots": kept})
    return ActionResult("The hotspots are arranged.")


def _arranged(context: ActionContext | ScreenContext, plan: Row) -> list[Hotspot]:
    """Return hotspots for the rooms of a floor or building, or the buildings of an estate."""
    if plan["building"] is None:
        table = context.table("building")
        where = table.c.estate_id == plan["estate"]
        found = context.records.find("building", where, sort=["position", "no"])
        return arrange("building", in_rows([row["id"] for row in found], BUILDINGS_PER_ROW))
    room = context.table("room")
    where = (room.c.building_id == plan["building"]) & (room.c.state != "closed")
    if plan["floor"] is not None:
        where &= room.c.floor_id == plan["floor"]
    floors: dict[int, list[int]] = {}
    for row in context.records.find("room", where, sort=["-floor_no", "full_no"]):
        floors.setdefault(row["floor_no"] or 0, []).append(row["id"])
    return arrange("room", list(floors.values()))


@screen("estate.plan", entity="plan_image", right="read")
def plan(context: ScreenContext) -> ScreenPage:
    """Show a plan; `plan=`, `building=` (its elevation) or `estate=` say which.

    A post adds or takes away a hotspot, for those who may change plans.
    """
    plans = context.records.find("plan_image", sort=["estate", "building", "name"], limit=200)
    shown = _chosen(context, plans)
    problems: list[str] = []
    if context.method == "POST" and shown.get("id"):
        context.require("plan_image", "change")
        problems = _edit(context, shown)
        if not problems:
            return ScreenPage(redirect=f"/s/estate.plan?plan={shown['id']}")
    return _page(context, shown, plans, problems)


def _chosen(context: ScreenContext, plans: Sequence[Row]) -> Row:
    """Return the plan asked for; a building without one is drawn as an elevation."""
    asked = {k: int(v) for k, v in context.arguments.items() if v.isdecimal() and len(v) < 19}
    if "plan" in asked:
        return context.records.get("plan_image", asked["plan"])
    if "building" in asked:
        building = context.records.get("building", asked["building"])
        own = [row for row in plans if row["building"] == building["id"]]
        return own[0] if own else _drawn(building["estate"], building["id"], building["name"])
    if "estate" in asked:
        estate = context.records.get("estate", asked["estate"])
        own = [row for row in plans if row["estate"] == estate["id"] and not row["building"]]
        return own[0] if own else _drawn(estate["id"], None, estate["name"])
    return plans[0] if plans else {}


def _drawn(estate: int, building: int | None, name: str) -> Row:
    return {"estate": estate, "building": building, "floor": None, "name": name, "picture": None}


def _edit(context: ScreenContext, shown: Row) -> list[str]:
    """Add or take away one hotspot; return what is wrong."""
    spots = read_hotspots(shown["hotspots"])
    form = context.form
    if form.get("remove", "").isdecimal():
        kept = [spot for i, spot in enumerate(spots) if i != int(form["remove"])]
    else:
        try:
            kept = [*spots, _posted(context, shown)]
        except (ValueError, Invalid) as wrong:
            if isinstance(wrong, Invalid):
                return [context.message(p.message, **p.params) for p in wrong.problems]
            return [context.message("The place must lie within the picture, in percent.")]
    context.records.change("plan_image", shown["id"], {"hotspots": [s.to_json() for s in kept]})
    return []


def _posted(context: ScreenContext, shown: Row) -> Hotspot:
    """Read the posted hotspot: a room's number and a rectangle in percent."""
    room = context.table("room")
    number = context.form.get("full_no", "").strip()
    where = (room.c.estate_id == shown["estate"]) & (room.c.full_no == number)
    found = context.records.find("room", where & (room.c.state != "closed"), limit=1)
    if not found:
        message = say_("The estate has no room %(number)s.")
        raise Invalid([Problem(message, {"number": number}, "full_no")])
    sides = [float(context.form.get(name, "").strip()) for name in ("x", "y", "width", "height")]
    return Hotspot("room", found[0]["id"], rectangle(sides[0], sides[1], sides[2], sides[3]))


def _page(
    context: ScreenContext, shown: Row, plans: Sequence[Row], problems: Sequence[str]
) -> ScreenPage:
    spots = read_hotspots(shown.get("hotspots")) if shown else []
    if shown and not spots:
        spots = _arranged(context, shown)
    bills = shows_arrears(context)
    by = "arrears" if bills and context.arguments.get("by") == "arrears" else "state"
    shapes, legend = _shapes(context, spots, by)
    data = {
        "title": shown.get("name") or context.message("Estate plan"),
        "choices": [_choice(row, shown) for row in plans],
        "picture_url": f"/files/{_file_id(shown)}" if _file_id(shown) else "",
        "shapes": shapes,
        "legend": legend,
        "ways": _ways(context, shown, by) if bills and shown else [],
        "problems": problems,
        "can_edit": bool(shown.get("id")) and context.may("plan_image", "change"),
        "new_url": "/e/plan_image/new" if context.may("plan_image", "create") else "",
    }
    status = 422 if problems else 200
    return ScreenPage(template="estate/plan.html", data=data, status=status)


def _choice(row: Row, shown: Row) -> Row:
    current = row["id"] == shown.get("id")
    return {"url": f"/s/estate.plan?plan={row['id']}", "label": row["name"], "current": current}


def _ways(context: ScreenContext, shown: Row, by: str) -> list[Row]:
    """Return the links that colour the plan in another way."""
    kept = next((name for name in ("building", "estate") if shown.get(name)), "estate")
    where = f"plan={shown['id']}" if shown.get("id") else f"{kept}={shown[kept]}"
    labels = {"state": say_("Room states"), "arrears": say_("Arrears")}
    return [
        {
            "url": f"/s/estate.plan?{where}&by={way}",
            "label": context.message(label),
            "current": way == by,
        }
        for way, label in labels.items()
    ]


def _file_id(shown: Mapping[str, Any]) -> int | None:
    """Return the id of the picture's file; an image field may hold one id or a list."""
    picture = shown.get("picture")
    if isinstance(picture, (list, tuple)):
        picture = picture[0] if picture else None
    return picture if isinstance(picture, int) else None


def _shapes(
    context: ScreenContext, spots: Sequence[Hotspot], by: str
) -> tuple[list[Row], list[Row]]:
    """Return what is drawn and its legend; a room the reader may not see has no shape."""
    rooms = _rooms(context, [s.record_id for s in spots if s.entity == "room"])
    buildings = _buildings(context, [s.record_id for s in spots if s.entity == "building"])
    owing = arrears_of(context, list(rooms)) if by == "arrears" else {}
    shapes = []
    counts: Counter[str] = Counter()
    for index, spot in enumerate(spots):
        shape = _shape(spot, rooms, buildings, owing, by)
        if shape:
            counts[shape["key"]] += 1
            shapes.append(shape | {"index": index})
    return shapes, legend_of(context, counts)


def _shape(
    spot: Hotspot,
    rooms: Mapping[int, Any],
    buildings: Mapping[int, str],
    owing: Mapping[int, Any],
    by: str,
) -> Row:
    label_x, label_y = spot.centre
    drawn: Row = {"points": spot.outline, "x": f"{label_x:.2f}", "y": f"{label_y:.2f}"}
    if spot.entity == "building":
        name = buildings.get(spot.record_id)
        url = f"/s/estate.plan?building={spot.record_id}"
        return drawn | {"label": name, "url": url, "fill": NEUTRAL, "key": ""} if name else {}
    room = rooms.get(spot.record_id)
    if room is None:
        return {}
    key = room["state"]
    if by == "arrears":
        key = "owing" if owing.get(spot.record_id) else "clear"
    label = room["full_no"].rsplit("-", 1)[-1]
    return drawn | {
        "label": label,
        "title": room["full_no"],
        "url": f"/e/room/{spot.record_id}",
        "fill": state_colour(key),
        "key": key,
    }


def _rooms(context: ScreenContext, ids: Sequence[int]) -> dict[int, Any]:
    room = context.table("room")
    query = select(room.c.id, room.c.full_no, room.c.state)
    query = query.where(room.c.id.in_(ids), context.visible("room", room))
    return {row.id: dict(row._mapping) for row in context.connection.execute(query)}


def _buildings(context: ScreenContext, ids: Sequence[int]) -> dict[int, str]:
    building = context.table("building")
    query = select(building.c.id, building.c.name)
    query = query.where(building.c.id.in_(ids), context.visible("building", building))
    return {row.id: row.name for row in context.connection.execute(query)}
