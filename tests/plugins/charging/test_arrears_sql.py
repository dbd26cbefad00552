"""Ageing and progress from the database agree with the plain rules."""

from __future__ import annotations

from decimal import Decimal

from plugins.charging.ageing import Aged, Movement
from plugins.charging.ageing import ageing as plain_ageing
from plugins.charging.arrears_screens import ageing, progress
from plugins.charging.arrears_sql import ageing_by_estate, progress_of
from tests.plugins.charging.test_linking_and_counter import Asked
from tests.plugins.charging.test_money import Counter
from tests.plugins.charging.world import World, d


def test_ageing_as_of_a_past_day_ignores_later_payments(world: World) -> None:
    counter = Counter(world, ["2025-12", "2026-01", "2026-02", "2026-03"])
    counter.pay("500", "2026-02-10")
    counter.pay("300", "2026-03-20")
    world.on("2026-06-30")

    for day, paid in (("2026-02-28", 500), ("2026-03-25", 800), ("2026-06-30", 800)):
        (row,) = ageing_by_estate(world.context, d(day))
        left = Decimal(paid)
        ledger = []
        for bill in counter.bills():
            part = min(left, bill["amount"])
            left -= part
            if bill["bill_on"] <= d(day):
                movement = Movement(d(day), part)
                ledger.append(Aged(bill["due_on"], bill["amount"], (movement,)))
        expected = plain_ageing(ledger, d(day))
        assert {name: row[name] for name in expected} == expected
        assert row["total"] == sum(expected.values())


def test_a_room_is_coloured_by_what_it_owes(world: World) -> None:
    counter = Counter(world, ["2026-03"])
    other = world.room()
    building = world.ids["building"]

    def states() -> dict[int, str]:
        rows = progress_of(world.context, building, d("2026-03-01"), d("2026-03-31"))
        return {row["id"]: row["state"] for row in rows}

    world.on("2026-03-01")
    assert states() == {counter.room: "unpaid", other: "none"}
    world.on("2026-03-02")
    assert states()[counter.room] == "overdue"
    counter.pay("320", "2026-03-02")
    assert states()[counter.room] == "paid"


def test_the_screens_answer(world: World) -> None:
    Counter(world, ["2026-03"])
    building = str(world.ids["building"])

    aged = ageing(Asked(world, "GET", as_of="nonsense"))  # type: ignore[arg-type]
    shown = progress(Asked(world, "GET", building=building, month="2026-03"))  # type: ignore[arg-type]

    assert aged.data["sums"][-1] == Decimal("320.00")
    assert len(shown.data["floors"]) == 1
