"""Billing runs through the service and the database (checklist R03-01)."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.access import Actor
from engine.extension import Conflict, More, Refused
from engine.jobs.context import JobWork
from plugins.charging import computing, runs
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


def reading(world: World, room: int, item: int, read_on: str, **more: Any) -> int:
    days = {"read_from": "2026-01-01", "read_on": read_on}
    return world.make("meter_charge", room=room, fee_item=item, prev="0", cur="9", **days, **more)


def test_a_metered_room_without_a_reading_is_on_the_skip_list(world: World) -> None:
    item = world.item("0.60", kind="metered", basis="usage")
    read, typed_in, unread, ended = (world.room() for _ in range(4))
    for room in (read, typed_in, unread):
        world.link(room, item)
    world.link(ended, item, ends_on="2026-05-31")
    world.press("meter_charge", "post", reading(world, read, item, "2026-06-20"))
    waiting = world.get("meter_charge", reading(world, typed_in, item, "2026-06-20"))
    reading(world, unread, item, "2026-05-31")  # before the cycle

    run = world.generated("2026-06-01", "2026-06-30")
    world.press("bill_run", "generate", run)  # again: the list is not doubled

    skips = {skip["room"]: skip for skip in world.find("bill_skip", f"bill_run == {run}")}
    assert {skip["reason"] for skip in skips.values()} == {"READING_MISSING"}
    assert set(skips) == {typed_in, unread}
    assert waiting["no"] in skips[typed_in]["detail"]
    assert "2026-06-01" in skips[unread]["detail"]
    assert world.get("bill_run", run)["skipped"] == 2


def test_a_meter_read_every_quarter_is_not_missed_each_month(world: World) -> None:
    item = world.item("0.60", kind="metered", basis="usage", cycle_months="3")
    room = world.room()
    world.link(room, item)
    world.press("meter_charge", "post", reading(world, room, item, "2026-04-20"))

    june, july = (world.generated(f"2026-{m}-01", f"2026-{m}-30", item) for m in ("06", "07"))

    assert [world.get("bill_run", run)["skipped"] for run in (june, july)] == [0, 1]


class Background:
    """The outbox row of a large run, worked off by hand: every call gets what JSON keeps."""

    def __init__(self, world: World, run: int) -> None:
        self.world, self.arguments = world, {"run": run}
        self.told: list[tuple[int, int]] = []

    def call(self) -> bool:
        """Do the next part; tell whether there is more."""
        arguments = json.loads(json.dumps(self.arguments))
        work = JobWork(self.world.work, arguments, lambda done, total, _: self.tell(done, total))
        answer = computing.compute_run(work)
        if isinstance(answer, More):
            self.arguments = dict(answer.arguments)
            self.tell(answer.done, answer.total)
            return True
        return False

    def tell(self, done: int, total: int) -> None:
        self.told.append((done, total))


@pytest.fixture
def two_estates(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """One item in two estates of one room each; a single room fee is a large run."""
    monkeypatch.setattr(computing, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(computing, "ROOMS_OF_PART", 1)
    other = world.make("estate", code="E9", name="南苑", office=world.ids["office"],
                       kind="residential")  # fmt: skip
    building = world.make("building", estate=other, no="1", name="1棟")
    world.ids["item"] = world.item()
    world.link(world.room("100"), world.ids["item"])
    world.link(world.room("50", estate=other, building=building), world.ids["item"])
    return world


def test_a_large_run_is_computed_estate_by_estate_in_the_background(two_estates: World) -> None:
    world = two_estates
    run = world.run("2026-06-01", "2026-06-30", world.ids["item"])
    pressed = world.press("bill_run", "generate", run)
    again = world.press("bill_run", "generate", run)
    assert pressed.redirect == again.redirect
    assert pressed.redirect.startswith("/jobs/")
    assert world.get("bill_run", run)["state"] == "computing"
    with pytest.raises(Refused):
        world.press("bill_run", "check", run)

    work = Background(world, run)
    seen = []
    while work.call():
        seen.append(len(world.bills(run)))

    assert seen == [0, 1]  # one estate a transaction
    assert work.told == [(0, 2), (1, 2), (2, 2)]
    head = world.get("bill_run", run)
    assert (head["state"], head["bills"], head["amount"]) == ("draft", 2, Decimal("375.00"))
    assert sorted(bill["no"][-6:] for bill in world.bills(run)) == ["000001", "000002"]
    world.press("bill_run", "check", run)


def test_small_estates_are_computed_together(
    two_estates: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing, "ROOMS_OF_PART", 2)
    world = two_estates
    run = world.run("2026-06-01", "2026-06-30", world.ids["item"])
    world.press("bill_run", "generate", run)
    work = Background(world, run)
    assert work.call()
    assert not work.call()

    assert work.told == [(0, 2), (2, 2)]
    assert sorted(world.amounts(run)) == [Decimal("125.00"), Decimal("250.00")]


def test_a_part_that_is_run_twice_bills_nothing_twice(two_estates: World) -> None:
    world = two_estates
    run = world.run("2026-06-01", "2026-06-30", world.ids["item"])
    world.press("bill_run", "generate", run)
    work = Background(world, run)
    work.call()
    before = work.arguments
    work.call()

    work.arguments = before  # as if its commit had been lost on the way
    while work.call():
        pass

    assert sorted(world.amounts(run)) == [Decimal("125.00"), Decimal("250.00")]
    assert world.get("bill_run", run)["skipped"] == 0


def test_a_run_that_is_voided_while_it_is_computed_stays_void(two_estates: World) -> None:
    world = two_estates
    run = world.run("2026-06-01", "2026-06-30", world.ids["item"])
    world.press("bill_run", "generate", run)
    work = Background(world, run)
    work.call()
    work.call()

    world.press("bill_run", "void", run, reason="價格錯")

    assert work.call() is False
    assert world.get("bill_run", run)["state"] == "void"
    assert {bill["state"] for bill in world.bills(run)} == {"void"}


def test_a_very_large_run_is_published_in_the_background_by_who_pressed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MOST_AT_ONCE", 0)
    item = world.item()
    world.link(world.room("100"), item)
    run = world.generated("2026-06-01", "2026-06-30", item)
    world.press("bill_run", "check", run)
    pressed = world.press("bill_run", "publish", run)

    assert pressed.redirect == world.press("bill_run", "publish", run).redirect
    assert {bill["state"] for bill in world.bills(run)} == {"draft"}
    work = JobWork(world.work, {"run": run}, lambda *_: None)
    assert runs.publish_in_background(work) == {"url": f"/e/bill_run/{run}"}
    assert world.get("bill_run", run)["state"] == "published"
    assert {bill["state"] for bill in world.bills(run)} == {"published"}
    with pytest.raises(Conflict):
        runs.publish_in_background(work)  # once is enough
    powerless = replace(world.work, actor=Actor(user_id=None), trusted=False)
    with pytest.raises(Refused, match="no right"):
        runs.publish_in_background(JobWork(powerless, {"run": run}, lambda *_: None))
