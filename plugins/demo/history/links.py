"""Which rooms pay which fee items since when, with the exceptions every company has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from plugins.demo.company import Company
from plugins.demo.history.fees import Tariff
from plugins.demo.ledger import Row

_HOMES = ("residence", "villa", "apartment")
_HIGH = ("CHHY", "LJW")
_Rule = Callable[[str, Row], bool]
_RULES: tuple[tuple[str, _Rule], ...] = (
    ("WY01", lambda e, r: e in _HIGH or r["kind"] == "apartment"),
    ("WY02", lambda e, r: e in ("GYXC", "YQS")),
    ("WY03", lambda e, r: r["kind"] in ("office", "shop")),
    ("KT01", lambda e, r: r["kind"] in ("office", "shop")),
    ("DT01", lambda e, r: e in _HIGH and r["floor_no"] > 1),
    ("GT01", lambda e, r: e in ("GYXC", "YQS") or r["kind"] == "apartment"),
    ("LJ01", lambda e, r: r["kind"] in ("residence", "apartment")),
    ("LJ02", lambda e, r: r["kind"] in ("office", "shop")),
)  # fmt: skip


def room_fees(
    company: Company, tariff: Tariff, random: Random, first: date, *, unlinked: int = 24
) -> list[Row]:
    """Link the handed-over rooms; `unlinked` of them were forgotten."""
    codes = {row["id"]: row["code"] for row in company.rows["estate"]}
    rooms = [r for r in company.rows["room"] if r["handed_over_on"] and r["payer"]]
    forgotten = set(random.sample([r["id"] for r in rooms], unlinked))
    found: list[Row] = []
    for room in rooms:
        if room["id"] not in forgotten:
            for code, rule in _RULES:
                if rule(codes[room["estate"]], room):
                    found.append(_linked(room, tariff.item(code), random))
    parking = _parking(company, tariff.item("CW01"), random, first)
    found += (row for row in parking if row["room"] not in forgotten)
    for number, row in enumerate(found, start=1):
        row["id"] = number
    return found


def _linked(room: Row, item: Row, random: Random) -> Row:
    """Link a room from its handover on; some have an agreed price or a coefficient."""
    more: dict[str, Any] = {}
    chance = random.random()
    if item["code"] == "WY03" and chance < 0.05:
        agreed = Decimal("14.50") if room["kind"] == "shop" else Decimal("19.80")
        more = {"price": agreed, "note": "主力租戶協議價"}
    elif item["code"] in ("WY01", "WY02") and room["state"] == "vacant" and chance < 0.12:
        more = {"coefficient": Decimal("0.7"), "note": "空置房七折"}
    elif item["code"] == "LJ01" and room["state"] == "vacant" and chance < 0.02:
        more = {"quantity": Decimal(0), "note": "長期空置，免收垃圾清運費"}
    return _row(room, item, room["handed_over_on"], **more)


def _row(room: Row, item: Row, starts_on: date, **more: Any) -> Row:
    return {
        "id": 0,
        "scope_unit": room["scope_unit"],
        "room": room["id"],
        "fee_item": item["id"],
        "price": None,
        "coefficient": None,
        "quantity": Decimal(1),
        "starts_on": starts_on,
        "ends_on": None,
        "payer": None,
        "note": None,
        **more,
    }


def _parking(company: Company, item: Row, random: Random, first: date) -> Iterator[Row]:
    """Let cars of a room rent its spaces; some came or went lately, tenants' cars pay alone."""
    rooms = {row["id"]: row for row in company.rows["room"]}
    cars = Counter(row["room"] for row in company.rows["owner_vehicle"])
    for room_id in sorted(cars):
        room = rooms[room_id]
        spaces = min(cars[room_id], 3 if room["kind"] in _HOMES else 12)
        starts, ends = room["handed_over_on"], None
        chance = random.random()
        if chance < 0.16:
            starts = max(starts, _day_in(random, first, company.today))
        elif chance < 0.22:
            ends = _day_in(random, first, company.today)
        if ends is None or ends > starts:
            note = f"{spaces} 個車位" if spaces > 1 else None
            yield _row(room, item, starts, quantity=Decimal(spaces), ends_on=ends, note=note)


def _day_in(random: Random, first: date, last: date) -> date:
    return first + timedelta(days=random.randrange(max(1, (last - first).days)))
