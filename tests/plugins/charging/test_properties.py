"""What always holds, on random companies, through the service and the database (rules.md 1-10)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.extension import Conflict, Invalid, Refused
from plugins.charging.amounts import round_money
from plugins.charging.periods import DAY, add_months
from tests.plugins.charging.examples import pay
from tests.plugins.charging.world import World

few = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PRICES = st.decimals("0.0001", "99.9999", places=4).map(str)
AREAS = st.decimals("0.01", "9999.99", places=2).map(str)
CYCLES = st.sampled_from(["1", "2", "3", "6", "12"])
ROUNDINGS = st.sampled_from(["half_up", "up", "down", "whole_yuan"])
REFUSALS = (Invalid, Refused, Conflict)


@contextmanager
def undone(world: World) -> Iterator[World]:
    """Take back what an example wrote: examples share the test's transaction."""
    trial = world.connection.begin_nested()
    try:
        yield world
    finally:
        trial.rollback()


@few
@given(
    st.lists(st.tuples(PRICES, CYCLES, ROUNDINGS), min_size=1, max_size=3),
    st.lists(st.tuples(AREAS, st.dates(date(2025, 1, 1), date(2026, 7, 31))), max_size=4),
)
def test_the_bills_of_a_run_add_up_to_its_total(
    world: World, items: list[tuple[str, str, str]], rooms: list[tuple[str, date]]
) -> None:
    with undone(world):
        made = [world.item(p, cycle_months=c, rounding=r) for p, c, r in items]
        for area, starts in rooms:
            room = world.room(area)
            for item in made:
                world.link(room, item, starts.isoformat())

        run = world.published("2026-06-01", "2026-07-31", *made)

        bills, head = world.bills(run), world.get("bill_run", run)
        lines = world.find("bill_run_item", f"bill_run == {run}")
        total = sum(bill["amount"] for bill in bills)
        assert head["amount"] == total == sum(line["amount"] for line in lines)
        assert head["bills"] == len(bills) == sum(line["bills"] for line in lines)
        assert all(bill["net"] + bill["tax"] == bill["amount"] for bill in bills)
        assert all(bill["open"] == bill["amount"] > 0 for bill in bills)


@few
@given(
    PRICES,
    AREAS,
    CYCLES,
    ROUNDINGS,
    st.integers(0, 11),
    st.sampled_from(["calendar", "anniversary"]),
)
def test_full_months_cost_exactly_the_full_price(
    world: World, price: str, area: str, cycle: str, rounding: str, month: int, anchor: str
) -> None:
    months = int(cycle)
    first = add_months(date(2026, 1, 1), month // months * months)
    starts = first if anchor == "anniversary" else date(2020, 1, 1)
    with undone(world):
        item = world.item(price, cycle_months=cycle, rounding=rounding, anchor=anchor)
        world.link(world.room(area), item, starts.isoformat())

        found = world.amounts(world.generated(first.isoformat(), first.isoformat(), item))

        wanted = round_money(Decimal(price) * Decimal(area) * months, rounding)
        assert found == ([wanted] if wanted else [])


@few
@given(PRICES, AREAS, CYCLES, st.dates(date(2026, 1, 2), date(2026, 12, 30)))
def test_a_price_that_is_renewed_unchanged_changes_nothing(
    world: World, price: str, area: str, cycle: str, renewed: date
) -> None:
    with undone(world):
        item = world.item(price, cycle_months=cycle)
        world.link(world.room(area), item)
        world.make("fee_price", fee_item=item, price=price, effective_from=renewed)

        found = world.amounts(world.generated("2026-01-01", "2026-12-31", item))

        wanted = round_money(Decimal(price) * Decimal(area) * int(cycle))
        assert found == ([wanted] * (12 // int(cycle)) if wanted else [])


class Life:
    """A room that is billed month by month while people pay, refund, reduce and err."""

    def __init__(self, world: World) -> None:
        self.world = world
        rules = [{"effective_from": "2020-01-01", "daily_rate": "0.0005"}]
        self.items = [world.item("2.50", due_days=0, late_rules=rules), world.item("1.13")]
        self.room = world.room("77.77")
        for item in self.items:
            world.link(self.room, item)

    def act(self, what: str, amount: str) -> None:
        """Try something; a refusal is as good an end as any, but must leave nothing behind."""
        trial = self.world.connection.begin_nested()
        try:
            getattr(self, what)(amount)
            trial.commit()
        except REFUSALS:
            trial.rollback()

    def pays(self, amount: str) -> None:
        pay(self.world, self.room, amount, self.world.now.date().isoformat())

    def reverses(self, amount: str) -> None:
        payments = self.world.find("payment", "state == 'posted'")
        if payments:
            one = payments[int(Decimal(amount)) % len(payments)]
            self.world.press("payment", "reverse", one["id"], reason="x")

    def reduces(self, amount: str) -> None:
        bills = self.world.find("receivable", "open > 0")
        if bills:
            lines = [{"receivable": bills[0]["id"], "amount": str(min(bills[0]["open"], 50))}]
            made = self.world.make("reduction", room=self.room, reason="x", lines=lines)
            self.world.decide("reduction", made)
            if int(Decimal(amount)) % 2:
                self.world.press("reduction", "revoke", made, decision="x")

    def refunds(self, amount: str) -> None:
        given = self.world.find("allocation", "kind == 'payment' and not is_reversed")
        if given:
            one = given[int(Decimal(amount)) % len(given)]
            part = str(min(one["amount"], Decimal(amount)))
            payer = self.world.get("room", self.room)["payer"]
            made = self.world.make(
                "refund", estate=self.world.ids["estate"], payment=one["payment"], payer=payer,
                amount=part, reason="x", lines=[{"receivable": one["receivable"], "amount": part}],
            )  # fmt: skip
            self.world.decide("refund", made)

    def voids(self, amount: str) -> None:
        bills = self.world.find("receivable", "state == 'published' and received == 0")
        if bills:
            one = bills[int(Decimal(amount)) % len(bills)]
            self.world.press("receivable", "void", one["id"], reason="x")


VERBS = st.sampled_from(["pays", "pays", "pays", "reverses", "reduces", "refunds", "voids"])
DEEDS = st.lists(
    st.tuples(VERBS, st.decimals("0.01", "600", places=2).map(str), st.integers(0, 9)), max_size=6
)


@few
@given(st.lists(DEEDS, min_size=3, max_size=3))
def test_money_is_never_made_or_lost_and_every_month_close_balances(
    world: World, months: list[list[tuple[str, str, int]]]
) -> None:
    with undone(world):
        life = Life(world)
        openings: dict[int, Decimal] = {}
        for number, deeds in enumerate(months, start=1):
            first = date(2026, number, 1)
            world.on(first.isoformat())
            world.published(
                first.isoformat(), (add_months(first, 1) - DAY).isoformat(), *life.items
            )
            for day, (what, amount, gap) in enumerate(deeds):
                world.on(first.replace(day=1 + min(27, day * 3 + gap)).isoformat())
                life.act(what, amount)
            must_agree(world)
            openings = closed(world, first, openings)

        owed = {item: Decimal(0) for item in life.items}
        for bill in world.find("receivable", "state == 'published'"):
            owed[bill["fee_item"]] += bill["open"]
        assert {item: openings.get(item, Decimal(0)) for item in life.items} == owed


def must_agree(world: World) -> None:
    """Every sum is the sum of its rows, and nothing exceeds what it is taken from."""
    rows = world.find("allocation")
    for bill in world.find("receivable"):
        own = [r for r in rows if r["receivable"] == bill["id"]]
        assert bill["received"] == sum((r["amount"] for r in own), Decimal(0))
        assert bill["late_received"] == sum((r["late_fee"] for r in own), Decimal(0))
        assert min(bill["open"], bill["received"], bill["reduced"]) >= 0
        assert bill["late_received"] <= bill["late_fixed"]
        if bill["state"] == "published":
            assert bill["open"] == bill["amount"] - bill["reduced"] - bill["received"]
    for payment in world.find("payment"):
        own = [r for r in rows if r["payment"] == payment["id"] and r["kind"] != "refund"]
        applied = sum((r["amount"] + r["late_fee"] for r in own), Decimal(0))
        assert payment["total"] == applied + payment["surplus"]
    for account in world.find("prepayment_account"):
        moves = world.find("prepayment_txn", f"account == {account['id']}")
        assert account["balance"] == sum(m["amount"] for m in moves) >= 0


def closed(world: World, first: date, openings: dict[int, Decimal]) -> dict[int, Decimal]:
    """Close a month; what it opens with is what the one before closed with."""
    world.on(add_months(first, 1).isoformat())
    made = world.make("month_close", unit=world.ids["office"], month=first.isoformat())
    world.press("month_close", "close", made)
    lines: dict[int, dict[str, Any]] = {
        line["fee_item"]: line for line in world.find("month_close_line", f"month_close == {made}")
    }
    for item, line in lines.items():
        assert line["opening"] == openings.get(item, Decimal(0))
        moved = line["billed"] - line["reduced"] - line["received"] + line["refunded"]
        assert line["closing"] == line["opening"] + moved
    return {item: line["closing"] for item, line in lines.items()}


@few
@given(
    st.lists(st.decimals("0", "999.99", places=2).map(str), min_size=1, max_size=6),
    st.decimals("0.01", "99999.99", places=2).map(str),
)
def test_a_shared_pool_loses_no_cent(world: World, areas: list[str], amount: str) -> None:
    with undone(world):
        for area in areas:
            world.room(area)
        made = world.make(
            "shared_pool", estate=world.ids["estate"], fee_item=world.item(None, kind="adhoc"),
            period_from="2026-06-01", period_to="2026-06-30", amount=amount,
        )  # fmt: skip
        if not any(Decimal(area) for area in areas):
            with pytest.raises(Invalid):
                world.press("shared_pool", "compute", made)
            return
        world.press("shared_pool", "compute", made)
        world.press("shared_pool", "post", made)

        bills = world.find("receivable")
        assert sum(bill["amount"] for bill in bills) == Decimal(amount)
        assert len(bills) <= sum(Decimal(area) > 0 for area in areas)
