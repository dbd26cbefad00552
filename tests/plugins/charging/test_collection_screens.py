"""Collection rates, debtors, rooms without a fee item: what they count and what they leave out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from plugins.charging.arrears_list import arrears
from plugins.charging.arrears_screens import progress
from plugins.charging.collection_screens import debtors, rates, rooms_without_fee, uncharged
from plugins.charging.rates_sql import collected
from tests.plugins.charging.examples import charged, pay
from tests.plugins.charging.examples_of_payments import reduced
from tests.plugins.charging.test_linking_and_counter import Asked
from tests.plugins.charging.test_money import Counter
from tests.plugins.charging.world import World, d

Q1 = ("2026-01-01", "2026-03-31")


def row_of(world: World, first: str = Q1[0], last: str = Q1[1], **more: Any) -> dict[str, Any]:
    (row,) = collected(world.context, d(first), d(last), **more)
    return row


@pytest.fixture
def counter(world: World) -> Counter:
    """320.00 of the year before, and 320.00 a month of this quarter, unpaid."""
    return Counter(world, ["2025-12", "2026-01", "2026-02", "2026-03"])


def test_money_counts_for_the_bill_it_was_allocated_to(counter: Counter) -> None:
    counter.pay("480", "2026-02-10")  # 320 of last year's, 160 of January's

    row = row_of(counter.world)

    assert [row[n] for n in ("billed", "received", "opening", "recovered", "still_owed")] == [
        Decimal("960.00"), Decimal("160.00"), Decimal("320.00"), Decimal("320.00"), Decimal(0),
    ]  # fmt: skip
    assert row["current_rate"] == Decimal("16.67")
    assert row["arrears_rate"] == Decimal("100.00")
    assert row["overall_rate"] == Decimal("37.50")
    assert (row["households"], row["owing"], row["household_rate"]) == (1, 1, Decimal("0.00"))


def test_what_was_paid_after_the_period_is_not_in_it(counter: Counter) -> None:
    counter.pay("1280", "2026-04-02")

    row = row_of(counter.world)

    assert (row["received"], row["recovered"], row["still_owed"]) == (0, 0, Decimal("320.00"))
    later = row_of(counter.world, "2026-04-01", "2026-04-30")
    assert (later["billed"], later["recovered"]) == (0, Decimal("1280.00"))
    assert later["current_rate"] is None


def test_a_bill_paid_before_its_date_is_received_in_its_own_period(world: World) -> None:
    counter = Counter(world, ["2026-04"])
    counter.pay("320", "2026-03-20")

    assert row_of(world, "2026-04-01", "2026-04-30")["current_rate"] == Decimal("100.00")


def test_reductions_come_off_on_request(counter: Counter) -> None:
    world = counter.world
    world.on("2026-03-10")
    bills = [b["id"] for b in counter.bills() if b["bill_on"] >= d("2026-01-01")]
    reduced(world, counter.room, bills, kind="percent", percent="50")
    counter.pay("560", "2026-03-11")  # 320 of the year before, 240 of this quarter

    gross, net = row_of(world), row_of(world, net=True)

    assert (gross["reduced"], gross["current_rate"]) == (Decimal("480.00"), Decimal("25.00"))
    assert net["current_rate"] == Decimal("50.00")


def test_deposits_and_prepayments_are_in_no_rate(counter: Counter) -> None:
    world = counter.world
    item = world.item(None, kind="deposit", basis="fixed", tax_rate="0")
    world.on("2026-03-01")
    world.press("deposit", "take", room=counter.room, fee_item=item, amount="500")
    counter.pay("2000", "2026-03-31")

    row = row_of(world)

    assert (row["billed"], row["received"]) == (Decimal("960.00"), Decimal("960.00"))
    assert (row["owing"], row["household_rate"]) == (0, Decimal("100.00"))


def test_a_reversed_payment_was_not_received(counter: Counter) -> None:
    payment = counter.pay("1280", "2026-03-20").payment
    counter.world.press("payment", "reverse", payment["id"], reason="x")

    assert row_of(counter.world)["received"] == 0


def test_offices_add_up_their_estates(counter: Counter) -> None:
    row = row_of(counter.world, by="office")

    assert (row["name"], row["billed"]) == ("管理處", Decimal("960.00"))


def test_the_total_is_a_rate_of_sums(counter: Counter) -> None:
    shown = rates(Asked(counter.world, "GET", first=Q1[0], last=Q1[1]))  # type: ignore[arg-type]

    assert shown.data["total"]["billed"] == Decimal("960.00")
    assert shown.data["total"]["current_rate"] == Decimal("0.00")


def test_a_debtor_is_told_with_periods_principal_late_fee_and_days(world: World) -> None:
    rules = [{"effective_from": "2020-01-01", "daily_rate": "0.0005"}]
    counter = Counter(world, ["2026-01", "2026-02"], late_rules=rules)
    other = world.room()
    charged(world, other, "9", "2026-02-20")
    world.on("2026-03-01")

    rows, count = arrears(world.context, d("2026-03-01"))

    assert count == 2
    first, second = rows
    assert (first["room"], first["bills"], first["days"]) == ("3-1-0502", 2, 59)
    assert (first["first"], first["last"]) == (d("2026-01-01"), d("2026-02-28"))
    assert (first["principal"], first["late_fee"]) == (Decimal("640.00"), Decimal("13.92"))
    assert first["total"] == first["principal"] + first["late_fee"]
    assert second["principal"] == Decimal("9.00")
    counter.pay("999", "2026-03-01")
    assert arrears(world.context, d("2026-03-01"))[1] == 1


def test_a_debtors_phone_is_masked_as_on_every_list(world: World) -> None:
    counter = Counter(world, ["2026-01"])
    world.records.change("owner", counter.payer, {"phone": "13812345678"})

    ((row,), _) = arrears(world.context, d("2026-03-01"))

    assert row["phone"] == "138****5678"


def test_the_payment_progress_begins_with_the_first_building(world: World) -> None:
    counter = Counter(world, ["2026-06"])
    world.on("2026-06-30")

    page = progress(Asked(world, "GET"))  # type: ignore[arg-type]

    assert page.data["building"] == str(world.ids["building"])
    (((_, rooms),)) = page.data["floors"]
    assert [room["id"] for room in rooms] == [counter.room]


def test_what_is_not_due_yet_is_no_debt(world: World) -> None:
    room = world.room()
    charged(world, room, "9", "2026-06-30")

    assert arrears(world.context, d("2026-06-30")) == ([], 0)
    assert arrears(world.context, d("2026-07-01"))[1] == 1
    shown = debtors(Asked(world, "GET", as_of="2026-07-01", page="x"))  # type: ignore[arg-type]
    assert shown.data["sums"][0] == Decimal("9.00")


def test_rooms_without_a_fee_item_are_found_and_closed_ones_are_not(world: World) -> None:
    item = world.item()
    linked, ended, bare, closed = (world.room() for _ in range(4))
    world.link(linked, item)
    world.link(ended, item, ends_on="2026-06-29")
    world.records.change("room", closed, {"state": "closed"})

    rows, count = uncharged(world.context, d("2026-06-30"))

    assert [row["id"] for row in rows] == [ended, bare]
    assert count == 2
    shown = rooms_without_fee(Asked(world, "GET", estate="-1"))  # type: ignore[arg-type]
    assert shown.data["count"] == 2


def test_a_page_of_debtors_does_not_read_the_whole_ledger(world: World) -> None:
    for _ in range(3):
        charged(world, world.room(), "9", "2026-06-01")
    pay(world, world.find("room")[0]["id"], "9", "2026-06-30")

    rows, count = arrears(world.context, d("2026-06-30"), page=2)

    assert (rows, count) == ([], 2)
