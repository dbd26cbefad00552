"""Rooms whose charge area was measured anew, and what that changed on billed periods."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from sqlalchemy import Connection, text

from plugins.charging.amounts import exact, round_money
from plugins.charging.area_changes import difference_of
from plugins.charging.periods import Period
from plugins.charging.terms import terms_of
from plugins.demo.history.bills import BILLS
from plugins.demo.history.days import Window
from plugins.demo.ledger import Row

_CHANGES = ("1.72", "0.86", "-1.35", "-2.10", "2.04")
_BILLED = text(f"""
    SELECT id, period_from, period_to, snapshot, amount
      FROM {BILLS}
     WHERE room_id = :room AND fee_item_id = :item AND period_to >= :since AND bill_on < :until
     ORDER BY period_from
""")


@dataclass(slots=True, eq=False)
class Resurvey:
    """An approved area change; amounts in yuan."""

    id: int
    room: Row
    old_area: Decimal
    new_area: Decimal
    effective: date
    approved: date
    lines: list[Row] = field(default_factory=list)  # by key of the temporary bill
    no: str = ""

    @property
    def difference(self) -> Decimal:
        """Return what all billed periods come to, more or less."""
        return sum((line["difference"] for line in self.lines), Decimal("0.00"))

    @property
    def days(self) -> tuple[int, int]:
        """Return the first and last changed day, as ordinals."""
        first = min(line["period_from"] for line in self.lines)
        last = max(line["period_to"] for line in self.lines)
        return first.toordinal(), last.toordinal()


def approval_day(window: Window) -> date:
    """Return the day on which all of them were approved."""
    return window.months[max(0, window.closed - 5)] + timedelta(days=11)


def choose(
    rooms: Sequence[Row], sold: Collection[int], window: Window, random: Random
) -> list[Resurvey]:
    """Pick lived-in homes that kept their owner."""
    approved = approval_day(window)
    effective = max(window.first, approved - timedelta(days=74))
    fit = [r for r in rooms if r["state"] == "occupied" and r["id"] not in sold]
    return [
        Resurvey(
            n, room, room["charge_area"], room["charge_area"] + Decimal(change), effective,
            approved,
        )
        for n, (room, change) in enumerate(
            zip(random.sample(fit, len(_CHANGES)), _CHANGES, strict=True), start=1
        )
    ]  # fmt: skip


def compute(
    connection: Connection, found: Sequence[Resurvey], item: Row, starts: Mapping[int, date]
) -> None:
    """Work out the differences of billed periods, by the product's own rule.

    `starts` has the first charged day of each room.
    """
    terms = terms_of(item)
    for change in found:
        asked: dict[str, Any] = {
            "room": change.room["id"], "item": item["id"],
            "since": change.effective, "until": change.approved,
        }  # fmt: skip
        area = exact(change.new_area) - exact(change.old_area)
        for bill in connection.execute(_BILLED, asked).mappings():
            first = max(change.effective, bill["period_from"])
            period = Period(bill["period_from"], bill["period_to"])
            months, raw = difference_of(
                terms, starts[change.room["id"]], period, _read(bill["snapshot"]), first
            )
            change.lines.append(
                {
                    "key": bill["id"],
                    "fee_item": item["id"],
                    "period_from": first,
                    "period_to": bill["period_to"],
                    "months": _decimal(months),
                    "difference": round_money(raw * area, terms.rounding),
                }
            )


def _read(snapshot: Any) -> Any:
    return json.loads(snapshot) if isinstance(snapshot, str) else snapshot


def _decimal(value: Fraction) -> Decimal:
    return round(Decimal(value.numerator) / value.denominator, 8)


def measure(connection: Connection, found: Sequence[Resurvey]) -> None:
    """Give the rooms their new areas."""
    statement = text("UPDATE room SET charge_area = :area WHERE id = :room")
    rows = [{"area": change.new_area, "room": change.room["id"]} for change in found]
    connection.execute(statement, rows)
