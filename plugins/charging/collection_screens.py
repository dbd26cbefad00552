"""Screens that ask who pays: collection rates, debtors, and rooms nobody charges."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from engine.extension import ScreenContext, ScreenPage, screen
from plugins.charging.arrears_list import PAGE, arrears
from plugins.charging.arrears_screens import day_in
from plugins.charging.rates_sql import SUMS, collected, rates_of

Row = dict[str, Any]
SHOWN_ROOMS = 300


@screen("charging.rates", entity="receivable")
def rates(context: ScreenContext) -> ScreenPage:
    """Show the collection rates of a period by estate or office (W43-W47)."""
    given, today = context.arguments, context.today
    first = day_in(given, "first") or today.replace(month=1, day=1)
    last = day_in(given, "last") or today
    by = "office" if given.get("by") == "office" else "estate"
    net = given.get("net") == "1"
    rows = collected(context, first, max(first, last), by, net=net)
    say = context.message
    data = {
        "title": say("Collection rates"),
        "first": first.isoformat(),
        "last": last.isoformat(),
        "by": by,
        "net": net,
        "groups": [("estate", say("Estate")), ("office", say("Office"))],
        "rows": rows,
        "total": _total(rows, net=net),
    }
    return ScreenPage(template="charging/rates.html", data=data)


def _total(rows: list[Row], *, net: bool) -> Row:
    """Add the rows up; rates are of the sums, never averages of rates."""
    sums: Row = {name: sum((row[name] for row in rows), Decimal(0)) for name in SUMS}
    sums |= {name: sum(row[name] for row in rows) for name in ("households", "owing")}
    return sums | rates_of(sums, net=net)


@screen("charging.arrears", entity="receivable")
def debtors(context: ScreenContext) -> ScreenPage:
    """Show who owes what since when, as of any day (checklist R03-09)."""
    given = context.arguments
    as_of = day_in(given, "as_of") or context.today
    estate, page = number_in(given, "estate"), number_in(given, "page") or 1
    rows, count = arrears(context, as_of, estate=estate, page=page)
    data = {
        "title": context.message("Debtors"),
        "as_of": as_of.isoformat(),
        "estate": estate,
        "estates": estates_of(context),
        "rows": rows,
        "count": count,
        "page": page,
        "pages": max(1, -(-count // PAGE)),
        "sums": [sum((row[n] for row in rows), Decimal(0))
                 for n in ("principal", "late_fee", "total")],
    }  # fmt: skip
    return ScreenPage(template="charging/debtors.html", data=data)


@screen("charging.rooms_without_fee", entity="room_fee")
def rooms_without_fee(context: ScreenContext) -> ScreenPage:
    """Show the rooms no fee item is charged to, and the way to link them (R01-11)."""
    estate = number_in(context.arguments, "estate")
    rows, count = uncharged(context, context.today, estate)
    data = {
        "title": context.message("Rooms without a fee item"),
        "estate": estate,
        "estates": estates_of(context),
        "rows": rows,
        "count": count,
        "may_link": context.may("room_fee", "link_rooms"),
    }
    return ScreenPage(template="charging/rooms_without_fee.html", data=data)


def uncharged(context: Any, on: date, estate: int | None = None) -> tuple[list[Row], int]:
    """Return rooms that have no fee item on a day or later (some of many), and how many."""
    room, fee, place = (context.table(n) for n in ("room", "room_fee", "estate"))
    charged = select(fee.c.id).where(
        fee.c.room_id == room.c.id, (fee.c.ends_on.is_(None)) | (fee.c.ends_on >= on)
    )
    wanted = (room.c.state != "closed") & ~charged.exists() & context.visible("room", room)
    if estate is not None:
        wanted &= room.c.estate_id == estate
    count = context.connection.scalar(select(func.count()).select_from(room).where(wanted))
    query = (
        select(room.c.id, room.c.full_no, room.c.charge_area, room.c.handed_over_on,
               place.c.name.label("estate"))
        .join(place, place.c.id == room.c.estate_id)
        .where(wanted)
        .order_by(place.c.name, room.c.full_no)
        .limit(SHOWN_ROOMS)
    )  # fmt: skip
    return [dict(row) for row in context.connection.execute(query).mappings()], int(count)


def estates_of(context: Any) -> list[tuple[int, str]]:
    """Return the estates the actor may see, to choose from."""
    found = context.records.find("estate", sort=("name",), limit=500)
    return [(row["id"], row["name"]) for row in found]


def number_in(given: Any, name: str) -> int | None:
    """Read a positive number from the query; None for anything else."""
    text = str(given.get(name, "")).strip()
    found = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    return found or None
