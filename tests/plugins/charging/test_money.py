"""The counter and its documents through the service and the database (rules.md 7-10)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from engine.extension import Conflict, Invalid, Refused
from plugins.charging.late_fee_ledger import late_fees_as_of
from plugins.charging.ledger import lock_bills
from plugins.charging.payments import Request, Taken, Way, take_payment
from tests.plugins.charging.world import World, d

CENT = Decimal("0.01")


class Counter:
    """One room that owes 320.00 a month, and a cashier."""

    def __init__(self, world: World, months: Sequence[str] = ("2026-01", "2026-02", "2026-03"),
                 **item: Any) -> None:  # fmt: skip
        self.world = world
        self.item = world.item("2.50", due_days=0, **item)
        self.room = world.room("128.00")
        self.payer = world.get("room", self.room)["payer"]
        self.fee = world.link(self.room, self.item)
        self.runs = [world.published(f"{m}-01", f"{m}-28", self.item) for m in months]

    def pay(self, amount: str, on: str = "2026-03-31", **more: Any) -> Taken:
        self.world.on(on)
        ways = more.pop("ways", None) or [Way("cash", Decimal(amount))]
        return take_payment(
            self.world.context,
            Request(payer=self.payer, estate=self.world.ids["estate"], room=self.room, ways=ways,
                    **more),
        )  # fmt: skip

    def bills(self) -> list[dict[str, Any]]:
        return self.world.find("receivable", f"room == {self.room} and state == 'published'")

    def opened(self) -> list[Decimal]:
        return [bill["open"] for bill in self.bills()]

    def balance(self) -> Decimal:
        accounts = self.world.find("prepayment_account", f"payer == {self.payer}")
        return sum((a["balance"] for a in accounts), Decimal(0))

    def late_fee(self, on: str, number: int = 0) -> Decimal:
        self.world.on(on)
        table = self.world.context.table("receivable")
        rows = lock_bills(self.world.context, table.c.id == self.bills()[number]["id"])
        return next(iter(late_fees_as_of(self.world.context, rows, d(on)).values())).open


@pytest.fixture
def counter(world: World) -> Counter:
    return Counter(world)


def test_w32_oldest_first_and_partly(counter: Counter) -> None:
    taken = counter.pay("700")

    assert counter.opened() == [0, 0, Decimal("260.00")]
    assert [b["pay_state"] for b in counter.bills()] == ["paid", "paid", "part"]
    assert taken.payment["surplus"] == 0


def test_w33_surplus_becomes_a_prepayment(world: World) -> None:
    counter = Counter(world, ["2026-01", "2026-02"])

    counter.pay("1000")

    assert counter.opened() == [0, 0]
    assert counter.balance() == Decimal("360.00")


def test_w34_the_surplus_pays_the_next_bill(world: World) -> None:
    counter = Counter(world, ["2026-01", "2026-02"])
    counter.pay("1000", "2026-02-20")

    world.published("2026-03-01", "2026-03-31", counter.item)

    assert counter.opened() == [0, 0, 0]
    assert counter.balance() == Decimal("40.00")


def test_a_receipt_lists_several_ways_and_numbers_have_no_gap(counter: Counter) -> None:
    ways = [Way("cash", Decimal("100")), Way("wechat", Decimal("220"), "wx-1")]

    first, second = counter.pay("", ways=ways), counter.pay("320")

    assert first.payment["total"] == Decimal("320.00")
    assert first.receipt is not None
    assert second.receipt is not None
    numbers = [int(t.receipt["no"][-7:]) for t in (first, second) if t.receipt]
    assert numbers[1] == numbers[0] + 1


def test_the_same_request_is_posted_once(counter: Counter) -> None:
    first = counter.pay("320", request_key="k1")

    again = counter.pay("320", request_key="k1")

    assert again.repeated
    assert again.payment["id"] == first.payment["id"]
    assert sum(counter.opened()) == Decimal("640.00")


def test_a_chosen_bill_leaves_older_ones_and_says_so(counter: Counter) -> None:
    chosen = [counter.bills()[1]["id"]]

    taken = counter.pay("320", bills=chosen)

    assert [b.id for b in taken.skipped] == [counter.bills()[0]["id"]]
    assert counter.opened() == [Decimal("320.00"), 0, Decimal("320.00")]
    with pytest.raises(Invalid, match="is older"):
        counter.pay("320", bills=[counter.bills()[2]["id"]], skipping="refuse")


def test_a_paid_bill_cannot_be_chosen_again(counter: Counter) -> None:
    chosen = [counter.bills()[0]["id"]]
    counter.pay("320", bills=chosen)

    with pytest.raises(Invalid, match="is paid"):
        counter.pay("320", bills=chosen)


def test_w28_w29_late_fees_run_are_fixed_when_paid_and_run_on(world: World) -> None:
    rules = [{"effective_from": "2020-01-01", "daily_rate": "0.0005", "grace_days": 15}]
    counter = Counter(world, ["2026-03"], late_rules=rules)
    assert counter.late_fee("2026-03-16") == 0
    assert counter.late_fee("2026-04-10") == Decimal("6.40")

    counter.pay("200", "2026-04-10")

    (bill,) = counter.bills()
    assert (bill["open"], bill["late_fixed"]) == (Decimal("120.00"), Decimal("6.40"))
    assert counter.late_fee("2026-05-10") == Decimal("6.40") + Decimal("1.80")


def test_paying_everything_pays_the_late_fee_after_the_principal(world: World) -> None:
    rules = [{"effective_from": "2020-01-01", "daily_rate": "0.0005"}]
    counter = Counter(world, ["2026-03"], late_rules=rules)

    taken = counter.pay("330", "2026-04-10")

    assert taken.payment["late_fee"] == Decimal("6.40")
    assert taken.payment["surplus"] == Decimal("3.60")
    assert counter.late_fee("2026-09-10") == 0


def test_w41_a_reversal_keeps_history_and_late_fees_run_on(world: World) -> None:
    rules = [{"effective_from": "2020-01-01", "daily_rate": "0.0005"}]
    counter = Counter(world, ["2026-03"], late_rules=rules)
    first = counter.pay("320", "2026-03-01").payment

    world.on("2026-03-02")
    world.press("payment", "reverse", first["id"], reason="記錯戶")

    assert counter.opened() == [Decimal("320.00")]
    assert counter.late_fee("2026-03-11") == Decimal("1.60")
    counter.pay("320", "2026-03-01")
    totals = [p["total"] for p in world.find("payment")]
    assert (sum(totals), len(totals)) == (Decimal("320.00"), 3)
    assert [r["kind"] for r in world.find("receipt")] == ["receipt", "red", "receipt"]


def test_a_payment_is_reversed_once_and_not_when_its_surplus_is_spent(world: World) -> None:
    counter = Counter(world, ["2026-01"])
    payment = counter.pay("640", "2026-01-20").payment
    world.published("2026-02-01", "2026-02-28", counter.item)

    with pytest.raises(Refused, match="does not suffice"):
        world.press("payment", "reverse", payment["id"], reason="x")


def test_w35_a_reduction_is_kept_apart_and_cannot_exceed(world: World) -> None:
    counter = Counter(world, ["2026-01"], cycle_months="3")
    world.on("2026-03-01")
    (bill,) = counter.bills()
    reduction = world.make("reduction", room=counter.room, kind="percent", percent="10",
                           reason="漏水", lines=[{"receivable": bill["id"]}])  # fmt: skip

    world.decide("reduction", reduction)
    counter.pay("500")

    (bill,) = counter.bills()
    assert [bill[n] for n in ("amount", "reduced", "received", "open")] == [
        Decimal("960.00"), Decimal("96.00"), Decimal("500.00"), Decimal("364.00"),
    ]  # fmt: skip
    with pytest.raises(Refused):
        world.press("reduction", "revoke", reduction, decision="x")
    greedy = world.make("reduction", room=counter.room, reason="x",
                        lines=[{"receivable": bill["id"], "amount": "364.01"}])  # fmt: skip
    with pytest.raises(Invalid, match=r"364\.00"):
        world.decide("reduction", greedy)


def test_a_revoked_reduction_is_owed_again(world: World) -> None:
    counter = Counter(world, ["2026-01"])
    (bill,) = counter.bills()
    reduction = world.make("reduction", room=counter.room, reason="x",
                           lines=[{"receivable": bill["id"], "amount": "20"}])  # fmt: skip
    world.decide("reduction", reduction)
    assert counter.opened() == [Decimal("300.00")]

    world.press("reduction", "revoke", reduction, decision="誤批")

    assert counter.opened() == [Decimal("320.00")]


def test_w38_refund_of_unused_months(world: World) -> None:
    counter = Counter(world, ["2026-01"], cycle_months="12")
    payment = counter.pay("3840", "2026-01-10").payment
    (bill,) = counter.bills()
    refund = world.make(
        "refund", estate=world.ids["estate"], payment=payment["id"], payer=counter.payer,
        amount="1120", reason="遷出", lines=[{"receivable": bill["id"], "amount": "1120"}],
    )  # fmt: skip

    world.decide("refund", refund)

    (bill,) = counter.bills()
    assert [bill[n] for n in ("received", "reduced", "open")] == [
        Decimal("2720.00"), Decimal("1120.00"), 0,
    ]  # fmt: skip
    assert world.get("payment", payment["id"])["refunded"] == Decimal("1120.00")


@pytest.mark.parametrize(
    ("last_day", "amount"),
    [("2026-09-15", "1120.00"), ("2026-12-30", "10.32"), ("2025-12-31", "3840.00")],
)
def test_the_unused_part_of_a_payment_is_worked_out(
    world: World, last_day: str, amount: str
) -> None:
    counter = Counter(world, ["2026-01"], cycle_months="12")
    payment = counter.pay("3840", "2026-01-10").payment
    head = {"estate": world.ids["estate"], "payment": payment["id"], "payer": counter.payer}

    refund = world.make("refund", **head, reason="遷出", last_day=last_day, lines=[])

    stored = world.get("refund", refund)
    lines = world.find("refund_line", f"refund == {refund}")
    assert stored["amount"] == sum(line["amount"] for line in lines) == Decimal(amount)
    with pytest.raises(Invalid, match="after that one"):
        world.make("refund", **head, reason="x", last_day="2026-12-31")
    with pytest.raises(Invalid) as refused:
        world.make("refund", **head, reason="x")
    assert [p.field for p in refused.value.problems] == ["amount"]


def test_only_what_is_left_of_a_payment_is_proposed(world: World) -> None:
    counter = Counter(world, ["2026-01"], cycle_months="12")
    payment = counter.pay("500", "2026-01-10").payment

    refund = world.make("refund", estate=world.ids["estate"], payment=payment["id"],
                        payer=counter.payer, reason="遷出", last_day="2026-03-31")  # fmt: skip

    assert world.get("refund", refund)["amount"] == Decimal("500.00")


def test_a_refund_never_exceeds_what_the_payment_gave(world: World) -> None:
    counter = Counter(world, ["2026-01"])
    payment = counter.pay("320", "2026-01-10").payment
    (bill,) = counter.bills()
    refund = world.make(
        "refund", estate=world.ids["estate"], payment=payment["id"], payer=counter.payer,
        amount="320.01", reason="x", lines=[{"receivable": bill["id"], "amount": "320.01"}],
    )  # fmt: skip

    with pytest.raises(Invalid, match=r"320\.00"):
        world.decide("refund", refund)


def test_money_paid_without_a_bill_is_a_prepayment_and_no_surplus(world: World) -> None:
    counter = Counter(world, ["2026-01"])
    counter.pay("400")  # a surplus of 80.00
    world.press("prepayment_account", "top_up", room=counter.room, amount="100", way="cash")
    counter.pay("50")  # at the counter, with nothing open

    moves = [(m["kind"], m["amount"]) for m in world.find("prepayment_txn")]

    assert moves == [
        ("surplus", Decimal("80.00")), ("top_up", Decimal("100.00")), ("top_up", Decimal("50.00")),
    ]  # fmt: skip


def test_what_a_deposit_pays_says_which_deposit(world: World) -> None:
    counter = Counter(world, [])
    item = world.item(None, kind="deposit", basis="fixed", tax_rate="0")
    world.press("deposit", "take", room=counter.room, fee_item=item, amount="500")
    counter.pay("500")
    counter.runs.append(world.published("2026-03-01", "2026-03-31", counter.item))
    (deposit,) = world.find("deposit")
    world.press("deposit", "inspect", deposit["id"])

    world.press("deposit", "settle", deposit["id"], forfeit="0", offset_bills=True, way="cash")

    (paid,) = world.find("allocation", "kind == 'deposit'")
    assert (paid["deposit"], paid["amount"]) == (deposit["id"], Decimal("320.00"))
    assert world.get("deposit", deposit["id"])["refunded"] == Decimal("180.00")


def test_w39_deposit_less_open_bills_and_forfeit(world: World) -> None:
    counter = Counter(world, [])
    item = world.item(None, kind="deposit", basis="fixed", tax_rate="0")
    charge = world.item(None, kind="adhoc", basis="fixed")
    world.press("deposit", "take", room=counter.room, fee_item=item, amount="20000")
    counter.pay("20000")
    (deposit,) = world.find("deposit")
    assert (deposit["held"], deposit["state"]) == (Decimal("20000.00"), "held")
    world.press("receivable", "charge", room=counter.room, fee_item=charge, amount="3150.40")
    world.press("deposit", "inspect", deposit["id"])

    world.press("deposit", "settle", deposit["id"], forfeit="800", offset_bills=True,
                way="transfer")  # fmt: skip

    settled = world.get("deposit", deposit["id"])
    assert settled["refunded"] == Decimal("16049.60")
    assert counter.opened() == [0, 0]
    assert [r["amount"] for r in world.find("refund")] == [Decimal("16049.60")]


def change_area(world: World, room: int, area: str, on: str) -> dict[str, Any]:
    change = world.make("area_change", room=room, new_area=area, effective_on=on, reason="複測")
    world.decide("area_change", change)
    return world.get("area_change", change)


SIX = [f"2026-0{n}" for n in range(1, 7)]


@pytest.mark.parametrize(("on", "difference"), [("2026-04-01", "14.28"), ("2026-04-16", "11.90")])
def test_w24_w25_an_area_increase_makes_one_further_bill(
    world: World, on: str, difference: str
) -> None:
    item = world.item("2.80")
    room = world.room("96.35")
    world.link(room, item)
    for month in SIX:
        world.published(f"{month}-01", f"{month}-28", item)

    change = change_area(world, room, "98.05", on)

    assert change["difference"] == Decimal(difference)
    (bill,) = world.find("receivable", "kind == 'difference'")
    assert (bill["amount"], bill["open"]) == (Decimal(difference), Decimal(difference))
    assert world.get("room", room)["charge_area"] == Decimal("98.05")


def test_w26_an_area_decrease_is_credited(world: World) -> None:
    item = world.item("3.00")
    room = world.room("98.00")
    world.link(room, item)
    for month in SIX[2:]:
        world.published(f"{month}-01", f"{month}-28", item)

    change = change_area(world, room, "95.50", "2026-03-01")

    assert change["difference"] == Decimal("-30.00")
    assert [a["balance"] for a in world.find("prepayment_account")] == [Decimal("30.00")]


def test_w36_pay_twelve_get_one(world: World) -> None:
    counter = Counter(world, ["2026-01"], cycle_months="12")
    counter.pay("3840", "2026-06-30")
    gift = world.make("gift", room_fee=counter.fee, period_from="2027-01-01", months=1,
                      reason="繳一年送一月")  # fmt: skip

    world.decide("gift", gift)

    assert world.get("gift", gift)["worth"] == Decimal("320.00")
    january = world.generated("2027-01-01", "2027-01-31", counter.item)
    assert world.bills(january) == []
    february = world.generated("2027-02-01", "2027-02-28", counter.item)
    assert world.amounts(february) == [Decimal("3520.00")]


def test_a_closed_day_takes_no_payment_and_a_difference_needs_a_reason(
    world: World, connection: Any
) -> None:
    from dataclasses import replace

    from engine.access import NewUser, create_user

    user = NewUser(login="cass", name="Cass", password="long enough", roles={})
    create_user(connection, user, method="pbkdf2:sha256:1")
    from sqlalchemy import text

    cashier = connection.scalar(text("select id from ab_user where username = 'cass'"))
    world.actor = replace(world.actor, user_id=cashier)
    counter = Counter(world, ["2026-01", "2026-02"])
    counter.pay("320", "2026-03-31")
    day = world.make("cashier_day", unit=world.ids["office"], cashier=cashier, day="2026-03-31")
    world.press("cashier_day", "compute", day)
    (line,) = world.find("cashier_day_line", f"cashier_day == {day}")
    assert (line["way"], line["system"]) == ("cash", Decimal("320.00"))
    world.records.change("cashier_day_line", line["id"], {"counted": "310"})
    with pytest.raises(Invalid, match="needs a reason"):
        world.press("cashier_day", "close", day)
    world.records.change("cashier_day", day, {"reason": "找零"})

    world.press("cashier_day", "close", day)

    with pytest.raises(Refused, match="closed"):
        counter.pay("320", "2026-03-31")


def test_a_month_close_balances_and_stops_postings(world: World) -> None:
    counter = Counter(world)
    counter.pay("700", "2026-03-31")
    (bill, *_) = counter.bills()
    world.on("2026-04-01")
    close = world.make("month_close", unit=world.ids["office"], month="2026-03-01")

    world.press("month_close", "close", close)

    (line,) = world.find("month_close_line", f"month_close == {close}")
    assert [line[n] for n in ("opening", "billed", "received", "closing")] == [
        Decimal("640.00"), Decimal("320.00"), Decimal("700.00"), Decimal("260.00"),
    ]  # fmt: skip
    assert line["closing"] == sum(counter.opened())
    with pytest.raises(Refused, match="2026-03 is closed"):
        counter.pay("260", "2026-04-02", paid_on=d("2026-03-31"))
    with pytest.raises(Refused):
        world.press("receivable", "void", bill["id"], reason="x")


def test_bank_lines_are_matched_in_any_spelling_and_posted_once(world: World) -> None:
    counter = Counter(world)
    number = world.get("room", counter.room)["full_no"].replace("-05", "-5")
    file = world.make(
        "bank_file", unit=world.ids["office"], name="代扣.txt", paid_on="2026-03-31",
        lines=[{"position": 1, "room_no": number, "amount": "960"},
               {"position": 2, "room_no": "9-9-999", "amount": "1"}],
    )  # fmt: skip

    world.press("bank_file", "match", file)
    world.press("bank_file", "confirm", file)

    assert counter.opened() == [0, 0, 0]
    states = [line["state"] for line in world.find("bank_line")]
    assert states == ["posted", "unmatched"]
    with pytest.raises(Invalid, match="No line"):
        world.press("bank_file", "confirm", file)


def test_notices_add_up_arrears_and_late_fees(world: World) -> None:
    rules = [{"effective_from": "2020-01-01", "daily_rate": "0.0005"}]
    counter = Counter(world, late_rules=rules)
    world.on("2026-03-01")

    world.press("notice", "make", estate=world.ids["estate"], as_of="2026-03-01")

    (notice,) = world.find("notice")
    assert (notice["current"], notice["arrears"]) == (Decimal("320.00"), Decimal("640.00"))
    assert notice["late_fee"] == sum(counter.late_fee("2026-03-01", n) for n in range(3))
    assert notice["total"] == Decimal("960.00") + notice["late_fee"]


def test_a_notice_has_a_short_number_that_is_never_given_twice(world: World) -> None:
    Counter(world)
    world.on("2026-03-31")
    for _ in range(2):
        world.press("notice", "make", estate=world.ids["estate"], as_of="2026-03-31")

    first, second = world.find("notice")

    code = world.get("estate", world.ids["estate"])["code"]
    for notice in (first, second):
        assert re.fullmatch(rf"TZ{code}-2026-\d{{6}}", notice["no"])
        assert notice["batch"] == notice["no"]
    assert first["no"] < second["no"]


def test_a_wrong_formula_is_refused_when_it_is_saved(world: World) -> None:
    with pytest.raises(Invalid, match="formula"):
        world.item(None, basis="formula", formula="aria * 2")
    with pytest.raises(Invalid, match="formula"):
        world.item(None, basis="formula", formula="__import__('os')")


def test_an_item_without_a_price_cannot_be_enabled(world: World) -> None:
    item = world.item(None, state="draft")

    with pytest.raises(Invalid, match="price"):
        world.press("fee_item", "enable", item)


def test_a_refused_conflict_leaves_nothing(counter: Counter) -> None:
    payment = counter.pay("320").payment
    counter.world.press("payment", "reverse", payment["id"], reason="x")

    with pytest.raises((Conflict, Refused)):
        counter.world.press("payment", "reverse", payment["id"], reason="x")


def test_a_reversal_between_payments_leaves_the_fee_of_a_bill_never_paid_by_it(
    world: World,
) -> None:
    """The second payment has paid late fees that the first one had fixed."""
    rules = [{"effective_from": "2020-01-01", "daily_rate": "0.003"}]
    counter = Counter(world, ["2026-03"], late_rules=rules)
    first = counter.pay("200", "2026-03-11").payment
    counter.pay("130", "2026-03-21")
    (bill,) = counter.bills()
    assert (bill["open"], bill["late_fixed"]) == (0, Decimal("13.20"))

    world.press("payment", "reverse", first["id"], reason="退票")

    (bill,) = counter.bills()
    assert (bill["open"], bill["late_received"]) == (Decimal("200.00"), Decimal("10.00"))
    # 320.00 for 20 days until the second payment, then 200.00 for ten days.
    assert bill["late_fixed"] == Decimal("19.20")
    assert counter.late_fee("2026-03-31") == Decimal("19.20") + Decimal("6.00") - Decimal("10.00")
