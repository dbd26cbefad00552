"""The set-based run and the plain Python rules say the same, to the cent and to the day."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from plugins.charging.charges import PriceVersion, pieces_of, recurring_amount
from plugins.charging.periods import (
    Cycle,
    Period,
    anchor_of,
    bill_date,
    due_date,
    nth_start,
    periods,
    slots,
)
from plugins.charging.terms import Terms, terms_of
from tests.plugins.charging.world import World, d

FIRST, LAST = d("2026-01-01"), d("2026-03-31")
AREAS = ["128.00", "96.35", "130.70", "317.06", "0.01"]


def random_item(dice: random.Random) -> dict[str, Any]:
    months = dice.choice(["1", "1", "2", "3", "6", "12", "0"])
    return {
        "cycle_months": months,
        "cycle_days": dice.choice([7, 10, 45, 90]) if months == "0" else None,
        "timing": dice.choice(["prepaid", "postpaid"]),
        "anchor": dice.choice(["calendar", "anniversary"]),
        "proration": "actual_days" if months == "0" else dice.choice(
            ["actual_days", "thirty_days", "year_365", "whole_if_15", "whole_month"]
        ),
        "rounding": dice.choice(["half_up", "up", "down", "whole_yuan"]),
        "basis": dice.choice(["charge_area", "fixed"]),
        "lead_days": dice.choice([0, 5]),
        "bill_at_month_end": dice.choice([True, False]),
        "due_rule": dice.choice(["days_after", "day_of_month"]),
        "due_days": dice.choice([0, 15, 30]),
        "due_day": dice.choice([1, 15, 28, 31]),
    }  # fmt: skip


def random_day(dice: random.Random, first: str, last: str) -> date:
    span = (d(last) - d(first)).days
    return d(first) + timedelta(days=dice.randint(0, span))


def expected(
    terms: Terms, fee: dict[str, Any], area: Decimal, versions: list[PriceVersion]
) -> dict[date, tuple[date, date, date, Decimal]]:
    """Map the first day of each bill to (last day, bill date, due date, amount)."""
    found = {}
    anchor = anchor_of(terms.cycle, terms.anchor, fee["starts_on"])
    for cut in periods(terms.cycle, terms.anchor, fee["starts_on"], LAST + timedelta(60),
                       fee["ends_on"]):  # fmt: skip
        billed_on = bill_date(cut, terms.timing, terms.lead_days,
                              at_month_end=terms.bill_at_month_end)  # fmt: skip
        if not FIRST <= billed_on <= LAST:
            continue
        pieces = pieces_of(cut, slots_of(terms.cycle, anchor, cut), versions, terms.proration)
        basis = area if terms.basis == "charge_area" else fee["quantity"]
        amount = recurring_amount(
            pieces, basis * (fee["coefficient"] or 1),
            months_per_price=terms.months_per_price, rounding=terms.rounding,
        )  # fmt: skip
        if amount > 0:
            found[cut.start] = (cut.end, billed_on, due_date(billed_on, terms.due), amount)
    return found


def slots_of(cycle: Cycle, anchor: date, cut: Period) -> list[Period]:
    index = 0
    while nth_start(cycle, anchor, index + 1) <= cut.start:
        index += 1
    return slots(cycle, anchor, index)


@pytest.mark.parametrize("seed", range(4))
def test_sql_and_python_agree(world: World, seed: int) -> None:
    dice = random.Random(seed)
    rooms = [world.room(area) for area in AREAS]
    wanted = {}
    items = []
    for _ in range(12):
        changed = random_day(dice, "2025-06-01", "2026-06-30")
        versions = [PriceVersion(d("2020-01-01"), Decimal(dice.randint(1, 99_999)) / 10_000),
                    PriceVersion(changed, Decimal(dice.randint(1, 99_999)) / 10_000)]  # fmt: skip
        item = world.item(str(versions[0].price), **random_item(dice))
        world.make("fee_price", fee_item=item, price=str(versions[1].price),
                   effective_from=changed)  # fmt: skip
        items.append(item)
        for room, area in zip(rooms, AREAS, strict=True):
            starts = random_day(dice, "2023-12-01", "2026-03-31")
            ends = random_day(dice, "2026-01-01", "2026-12-31") if dice.random() < 0.3 else None
            fee = world.make(
                "room_fee", room=room, fee_item=item, starts_on=starts,
                ends_on=None if ends is None or ends < starts else ends,
                coefficient=dice.choice([None, "1.5", "0.3333"]),
            )  # fmt: skip
            terms = terms_of(world.get("fee_item", item))
            wanted[fee] = expected(terms, world.get("room_fee", fee), Decimal(area), versions)

    run = world.generated(FIRST.isoformat(), LAST.isoformat(), *items)

    made: dict[int, dict[date, Any]] = {fee: {} for fee in wanted}
    for bill in world.bills(run):
        made[bill["room_fee"]][bill["period_from"]] = (
            bill["period_to"], bill["bill_on"], bill["due_on"], bill["amount"],
        )  # fmt: skip
    assert made == wanted
    assert sum(len(bills) for bills in wanted.values()) > 50
