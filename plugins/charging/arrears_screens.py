"""Two screens on what is owed: ageing by estate, and a building's rooms by colour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any

from engine.extension import ScreenContext, ScreenPage, screen
from plugins.charging.ageing import BUCKETS
from plugins.charging.arrears_sql import ageing_by_estate, progress_of
from plugins.charging.periods import DAY, add_months

COLOURS = {
    "none": "secondary",
    "paid": "green",
    "part": "yellow",
    "unpaid": "orange",
    "overdue": "red",
}


@screen("charging.ageing", entity="receivable")
def ageing(context: ScreenContext) -> ScreenPage:
    """Show what is owed by days overdue, as of any day (checklist R03-09)."""
    as_of = day_in(context.arguments, "as_of") or context.today
    say = context.message
    names = [name for name, _ in BUCKETS] + ["credit", "total"]
    labels = [say("Not due"), "1–30", "31–60", "61–90", "91–180", "181–365", "> 365",
              say("Credit"), say("Total")]  # fmt: skip
    rows = ageing_by_estate(context, as_of)
    data = {
        "title": say("Ageing"),
        "as_of": as_of.isoformat(),
        "labels": labels,
        "rows": [(row["name"], [row[name] for name in names]) for row in rows],
        "sums": [sum(row[name] for row in rows) for name in names],
    }
    return ScreenPage(template="charging/ageing.html", data=data)


@screen("charging.progress", entity="receivable")
def progress(context: ScreenContext) -> ScreenPage:
    """Show a building floor by floor, each room coloured by what it owes (R03-06)."""
    given = context.arguments
    month = day_in(given, "month") or context.today
    first = month.replace(day=1)
    buildings = _buildings(context)
    building = given.get("building") or (buildings[0][0] if buildings else "")
    rooms = []
    if building.isdecimal():
        context.records.get("building", int(building))  # refuses what the actor may not see
        rooms = progress_of(context, int(building), first, add_months(first, 1) - DAY)
    say = context.message
    names = {"none": say("No bill"), "paid": say("Paid"), "part": say("Part paid"),
             "unpaid": say("Unpaid"), "overdue": say("Overdue")}  # fmt: skip
    floors = [(f, list(group)) for f, group in groupby(rooms, key=lambda r: r["floor_no"])]
    data = {
        "title": say("Payment progress"),
        "month": f"{first:%Y-%m}",
        "building": building,
        "buildings": buildings,
        "floors": floors,
        "states": [(state, names[state], colour) for state, colour in COLOURS.items()],
        "names": names,
        "colours": COLOURS,
    }
    return ScreenPage(template="charging/progress.html", data=data)


def _buildings(context: ScreenContext) -> list[tuple[str, str]]:
    found = context.records.find("building", sort=("estate", "position", "id"), limit=500)
    estates = {e["id"]: e["name"] for e in context.records.find("estate")}
    return [(str(b["id"]), f"{estates.get(b['estate'], '')} {b['name']}") for b in found]


def day_in(given: Mapping[str, Any], name: str) -> date | None:
    """Read a day or a month from the query; None for anything else."""
    text = str(given.get(name, "")).strip()
    try:
        return date.fromisoformat(f"{text}-01" if len(text) == 7 else text)
    except ValueError:
        return None
