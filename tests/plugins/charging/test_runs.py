"""Billing runs through the service and the database (checklist R03-01)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.extension import Refused
from tests.plugins.charging.world import World, d


def test_w01_a_month_of_area_times_price(world: World) -> None:
    item = world.item("2.50")
    world.link(world.room("128.00"), item)

    run = world.generated("2026-06-01", "2026-06-30", item)

    (bill,) = world.bills(run)
    assert bill["amount"] == Decimal("320.00")
    assert (bill["period_from"], bill["period_to"]) == (d("2026-06-01"), d("2026-06-30"))
    assert bill["due_on"] == d("2026-07-01")
    assert (bill["state"], bill["open"], bill["months"]) == ("draft", 0, 1)
    assert bill["net"] + bill["tax"] == bill["amount"]
    assert bill["snapshot"]["area"] == 128


def test_a_second_computation_changes_nothing(world: World) -> None:
    item = world.item()
    world.link(world.room(), item)
    run = world.generated("2026-06-01", "2026-06-30", item)

    world.press("bill_run", "generate", run)

    assert world.amounts(run) == [Decimal("320.00")]
    assert world.get("bill_run", run)["bills"] == 1


def test_a_second_run_bills_only_what_is_missing(world: World) -> None:
    item = world.item()
    world.link(world.room(), item)
    world.published("2026-06-01", "2026-06-30", item)
    world.link(world.room("100.00"), item, "2026-06-11")

    supplement = world.generated("2026-06-01", "2026-06-30", item)

    assert world.amounts(supplement) == [Decimal("166.67")]


def test_every_room_without_a_bill_has_a_reason(world: World) -> None:
    item = world.item()
    for room in (world.room(None), world.room(payer=False), world.room("0")):
        world.link(room, item)

    run = world.generated("2026-06-01", "2026-06-30", item)

    reasons = [skip["reason"] for skip in world.find("bill_skip", f"bill_run == {run}")]
    assert sorted(reasons) == ["AREA_MISSING", "AREA_MISSING", "PAYER_MISSING"]
    assert world.get("bill_run", run)["skipped"] == 3


def test_an_item_without_a_price_is_skipped_and_an_agreed_price_is_not(world: World) -> None:
    item = world.item(None)
    world.link(world.room(), item)
    world.link(world.room(), item, price="1")

    run = world.generated("2026-06-01", "2026-06-30", item)

    assert world.amounts(run) == [Decimal("128.00")]
    assert [s["reason"] for s in world.find("bill_skip")] == ["PRICE_MISSING"]


def test_the_estates_own_price_wins_and_a_change_splits_the_month(world: World) -> None:
    item = world.item("100.00")
    world.make("fee_price", fee_item=item, estate=world.ids["estate"], price="105",
               effective_from="2026-06-16")  # fmt: skip
    world.link(world.room("100.00"), item)

    run = world.generated("2026-06-01", "2026-06-30", item)

    (bill,) = world.bills(run)
    assert bill["amount"] == Decimal("10250.00")
    assert [piece["price"] for piece in bill["snapshot"]["pieces"]] == [100, 105]


def test_w06_fixed_w07_formula_and_w08_coefficient(world: World) -> None:
    room = world.room("100.00")
    fixed = world.item("360.00", basis="fixed", cycle_months="3")
    formula = world.item("2.5", basis="formula", formula="area * price * 0.9")
    other = world.room("89.50")
    letters = world.item(None, basis="formula", formula="R * X * 2.30")
    world.link(room, fixed)
    world.link(room, formula)
    world.link(other, letters, coefficient="1.2")

    run = world.generated("2026-07-01", "2026-07-31", fixed, formula, letters)

    assert world.amounts(run) == [Decimal("360.00"), Decimal("225.00"), Decimal("247.02")]


def test_a_formula_that_divides_by_zero_is_skipped_and_not_zero(world: World) -> None:
    item = world.item("1", basis="formula", formula="100 / (R - 128)")
    world.link(world.room("128.00"), item)

    run = world.generated("2026-06-01", "2026-06-30", item)

    assert world.bills(run) == []
    assert [s["reason"] for s in world.find("bill_skip")] == ["FORMULA_INVALID"]


def test_publishing_opens_the_bills_and_voiding_frees_the_period(world: World) -> None:
    item = world.item()
    world.link(world.room(), item)
    run = world.published("2026-06-01", "2026-06-30", item)
    assert [b["open"] for b in world.bills(run)] == [Decimal("320.00")]

    world.press("bill_run", "void", run, reason="價格錯")

    assert [(b["state"], b["open"]) for b in world.bills(run)] == [("void", 0)]
    assert world.amounts(world.generated("2026-06-01", "2026-06-30", item)) == [Decimal("320.00")]


def test_a_published_run_cannot_be_computed_again(world: World) -> None:
    item = world.item()
    world.link(world.room(), item)
    run = world.published("2026-06-01", "2026-06-30", item)

    with pytest.raises(Refused):
        world.press("bill_run", "generate", run)


def test_w34_a_prepayment_pays_the_next_bill_when_it_is_published(world: World) -> None:
    item = world.item()
    room = world.room()
    world.link(room, item)
    payer = world.get("room", room)["payer"]
    world.make("prepayment_account", payer=payer, estate=world.ids["estate"], balance="360")

    run = world.published("2026-06-01", "2026-06-30", item)

    (bill,) = world.bills(run)
    assert (bill["received"], bill["open"], bill["pay_state"]) == (Decimal("320.00"), 0, "paid")
    assert [a["balance"] for a in world.find("prepayment_account")] == [Decimal("40.00")]
    assert world.get("bill_run", run)["offset"] == Decimal("320.00")
