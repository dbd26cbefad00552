"""W24-W42: area changes, late fees, allocation, prepayment, refunds, deposits, ageing."""

from __future__ import annotations

from typing import Any

from plugins.charging.ageing import BUCKETS
from plugins.charging.arrears_sql import ageing_by_estate
from tests.plugins.charging.examples import charged, example, pay
from tests.plugins.charging.world import World, d

LONG_AGO = {"effective_from": "2020-01-01"}


def months_billed(world: World, price: str, area: str, months: str, **item: Any) -> tuple[int, int]:
    """Bill one room month by month; return (item, room)."""
    made, room = world.item(price, due_days=0, **item), world.room(area)
    world.link(room, made)
    for month in months.split():
        world.published(f"2026-{month}-01", f"2026-{month}-28", made)
    return made, room


def area_changed(world: World, room: int, area: str, on: str) -> Any:
    change = world.make("area_change", room=room, new_area=area, effective_on=on, reason="複測")
    world.decide("area_change", change)
    return world.get("area_change", change)["difference"]


@example("W24", "14.28")
def a_larger_area_is_billed_for_the_months_since(world: World) -> Any:
    _, room = months_billed(world, "2.80", "96.35", "01 02 03 04 05 06")
    area_changed(world, room, "98.05", "2026-04-01")
    (bill,) = world.find("receivable", "kind == 'difference'")
    return bill["amount"]


@example("W25", "11.90")
def a_larger_area_from_mid_month(world: World) -> Any:
    _, room = months_billed(world, "2.80", "96.35", "01 02 03 04 05 06")
    area_changed(world, room, "98.05", "2026-04-16")
    (bill,) = world.find("receivable", "kind == 'difference'")
    return bill["amount"]


@example("W26", "-30.00", "30.00")
def a_smaller_area_is_credited(world: World) -> Any:
    _, room = months_billed(world, "3.00", "98.00", "03 04 05 06")
    pay(world, room, "1176", "2026-06-30")
    difference = area_changed(world, room, "95.50", "2026-03-01")
    (account,) = world.find("prepayment_account")
    return [difference, account["balance"]]


def late_fee(world: World, amount: str, due: str, on: str, **rule: Any) -> Any:
    """Return the late fee in a payment that settles one bill on a day."""
    room = world.room()
    charged(world, room, amount, due, late_rules=[LONG_AGO | rule])
    return pay(world, room, "9999", on).payment["late_fee"]


@example("W27", "60.00")
def three_per_mille_a_day(world: World) -> Any:
    return late_fee(world, "2000", "2026-07-10", "2026-07-20", daily_rate="0.003")


@example("W28", "19.20")
def grace_days_only_gate_the_start(world: World) -> Any:
    return late_fee(world, "960", "2026-03-31", "2026-05-10", daily_rate="0.0005", grace_days=15)


@example("W29", "16.00")
def the_fee_runs_on_what_is_left(world: World) -> Any:
    room = world.room()
    bill = charged(world, room, "1000", "2026-07-01",
                   late_rules=[LONG_AGO | {"daily_rate": "0.0005"}])  # fmt: skip
    pay(world, room, "600", "2026-07-21")
    pay(world, room, "416", "2026-08-20")
    return world.get("receivable", bill)["late_received"]


@example("W30", "150.00")
def the_fee_is_capped_by_the_principal(world: World) -> Any:
    return late_fee(world, "500", "2026-07-01", "2027-08-05", daily_rate="0.003", cap_percent="30")


@example("W31", "10.41")
def yearly_interest_and_a_fixed_fee(world: World) -> Any:
    # A rate has seven decimals: 10 % ÷ 365 is 0.000274.
    return late_fee(world, "100", "2026-07-01", "2026-07-16", daily_rate="0.000274", fixed_fee="10")


@example("W32", "320.00 0.00", "320.00 0.00", "60.00 260.00", "0.00")
def oldest_first_and_partly(world: World) -> Any:
    _, room = months_billed(world, "2.50", "128.00", "01 02 03")
    surplus = pay(world, room, "700", "2026-03-31").payment["surplus"]
    bills = world.find("receivable")
    return [*(f"{bill['received']} {bill['open']}" for bill in bills), surplus]


@example("W33", "360.00")
def the_surplus_becomes_a_prepayment(world: World) -> Any:
    _, room = months_billed(world, "2.50", "128.00", "01 02")
    pay(world, room, "1000", "2026-02-28")
    return world.find("prepayment_account")[0]["balance"]


@example("W34", "320.00", "40.00")
def a_prepayment_pays_the_next_bill_when_it_is_published(world: World) -> Any:
    item, room = months_billed(world, "2.50", "128.00", "01 02")
    pay(world, room, "1000", "2026-02-28")
    run = world.published("2026-03-01", "2026-03-31", item)
    return [world.get("bill_run", run)["offset"], world.find("prepayment_account")[0]["balance"]]


@example("W35", "960.00", "96.00", "500.00", "364.00")
def a_reduction_is_kept_apart(world: World) -> Any:
    _, room = months_billed(world, "2.50", "128.00", "01", cycle_months="3")
    (bill,) = world.find("receivable")
    reduced(world, room, [bill["id"]], kind="percent", percent="10")
    pay(world, room, "500", "2026-06-30")
    stored = world.get("receivable", bill["id"])
    return [stored[name] for name in ("amount", "reduced", "received", "open")]


def reduced(world: World, room: int, bills: list[int], **values: Any) -> Any:
    lines = [{"receivable": bill} for bill in bills]
    made = world.make("reduction", room=room, reason="協議", lines=lines, **values)
    world.decide("reduction", made)
    return world.get("reduction", made)["total"]


@example("W36", "3840.00", "2027-02-01")
def twelve_months_paid_and_one_given(world: World) -> Any:
    item, room = months_billed(world, "2.50", "128.00", "01", cycle_months="12")
    paid = pay(world, room, "3840", "2026-06-30").payment["applied"]
    (fee,) = world.find("room_fee")
    gift = world.make("gift", room_fee=fee["id"], period_from="2027-01-01", months=1, reason="贈")
    world.decide("gift", gift)
    run = world.generated("2027-01-01", "2027-02-28", item)
    return [paid, world.bills(run)[0]["period_from"]]


@example("W37", "60.00")
def five_percent_off_for_six_months_at_once(world: World) -> Any:
    _, room = months_billed(world, "2.00", "100.00", "01 02 03 04 05 06")
    bills = [bill["id"] for bill in world.find("receivable")]
    return reduced(world, room, bills, kind="volume", percent="5", from_months=6)


@example("W38", "1120.00", "2720.00", "0.00")
def unused_months_are_given_back(world: World) -> Any:
    _, room = months_billed(world, "2.50", "128.00", "01", cycle_months="12")
    payment = pay(world, room, "3840", "2026-01-10").payment
    (bill,) = world.find("receivable")
    refund = world.make("refund", estate=world.ids["estate"], payment=payment["id"],
                        payer=payment["payer"], last_day="2026-09-15", reason="遷出")  # fmt: skip
    world.decide("refund", refund)
    stored = world.get("receivable", bill["id"])
    refunded = world.get("payment", payment["id"])["refunded"]
    return [refunded, stored["received"], stored["open"]]


def deposit_back(world: World, amount: str, forfeit: str, owed: str | None) -> Any:
    """Take a deposit, bill what else is owed, inspect, settle; return what is given back."""
    item = world.item(None, kind="deposit", basis="fixed", tax_rate="0")
    room = world.room()
    world.press("deposit", "take", room=room, fee_item=item, amount=amount)
    pay(world, room, amount, "2026-06-30")
    if owed:
        charged(world, room, owed, "2026-06-30")
    (deposit,) = world.find("deposit")
    world.press("deposit", "inspect", deposit["id"])
    world.press("deposit", "settle", deposit["id"], forfeit=forfeit, offset_bills=True,
                way="transfer", reason="損壞")  # fmt: skip
    return world.get("deposit", deposit["id"])["refunded"]


@example("W39", "16049.60")
def a_deposit_less_open_bills_and_damage(world: World) -> Any:
    return deposit_back(world, "20000", "800", "3150.40")


@example("W40", "1700.00")
def a_decoration_deposit_less_a_fine(world: World) -> Any:
    return deposit_back(world, "2000", "300", None)


@example("W41", "320.00", "3")
def a_reversal_keeps_its_history(world: World) -> Any:
    _, room = months_billed(world, "2.50", "128.00", "06")
    payment = pay(world, room, "320", "2026-06-30").payment
    world.press("payment", "reverse", payment["id"], reason="記錯")
    pay(world, room, "320", "2026-06-30")
    totals = [one["total"] for one in world.find("payment")]
    return [sum(totals), len(totals)]


@example("W42", "3.00", "4.00", "8.00", "16.00", "32.00", "0.00", "64.00")
def ageing_by_due_date(world: World) -> Any:
    """Every bill has an amount of its own, so that a sum tells which bills are in a bucket."""
    days = ("2026-07-01", "2026-06-30", "2026-05-31", "2026-05-30", "2026-04-01", "2026-01-01",
            "2025-06-29")  # fmt: skip
    room = world.room()
    for number, day in enumerate(days):
        charged(world, room, str(2**number), day)
    (row,) = ageing_by_estate(world.context, d("2026-06-30"))
    return [row[name].quantize(row["total"]) for name, _ in BUCKETS]
