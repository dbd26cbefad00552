"""Approvals on real business: who is asked by amount and company, and what the decision does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.extension import Conflict, Invalid, Refused
from tests.plugins.charging.examples import charged, pay
from tests.plugins.charging.test_money import Counter
from tests.plugins.charging.world import World
from tests.plugins.deciding import open_task, play, say, status_of

OFFICE = ["office"]
BRANCH = ["office", "branch"]
GROUP = ["office", "branch", "group"]
BOTH = [*GROUP, "group"]  # finance and operations of headquarters must both agree


def reduction_of(world: World, amount: str) -> int:
    room = world.room()
    bill = charged(world, room, "9000", "2026-06-29")
    lines = [{"receivable": bill, "amount": amount}]
    return world.make("reduction", room=room, reason="漏水", lines=lines)


def refund_of(world: World, amount: str, **values: Any) -> int:
    """A refund of a payment of 9,000.00."""
    room = world.room()
    bill = charged(world, room, "9000", "2026-06-29")
    payment = pay(world, room, "9000", "2026-06-30").payment
    return world.make(
        "refund", estate=world.ids["estate"], payment=payment["id"], payer=payment["payer"],
        amount=amount, reason="遷出", lines=[{"receivable": bill, "amount": amount}], **values,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "asked"),
    [("500.00", OFFICE), ("500.01", BRANCH), ("5000.00", BRANCH), ("5000.01", BOTH)],
)
def test_a_reduction_goes_up_by_amount(world: World, amount: str, asked: list[str]) -> None:
    made = reduction_of(world, amount)

    assert world.decide("reduction", made) == asked

    head = world.get("reduction", made)
    (bill,) = world.find("receivable")
    assert (head["state"], head["total"]) == ("approved", Decimal(amount))
    assert bill["reduced"] == Decimal(amount)
    assert bill["open"] == Decimal(9000) - Decimal(amount)


def test_a_bill_that_bears_late_fees_is_reduced_too(world: World) -> None:
    room = world.room()
    rule = {"effective_from": "2020-01-01", "daily_rate": "0.001"}
    bill = charged(world, room, "100", "2026-06-20", late_rules=[rule])
    lines = [{"receivable": bill, "amount": "40", "late_fee": "1"}]
    made = world.make("reduction", room=room, reason="漏水", lines=lines)

    world.decide("reduction", made)

    stored = world.get("receivable", bill)
    assert (stored["open"], stored["late_reduced"]) == (Decimal("60.00"), Decimal("1.00"))
    assert stored["late_fixed"] == Decimal("1.00")  # ten days of 100.00


@pytest.mark.parametrize(
    ("amount", "asked"),
    [
        ("500.00", ["books", "office"]),
        ("500.01", ["books", "office", "branch"]),
        ("5000.00", ["books", "office", "branch"]),
        ("5000.01", ["books", "office", "branch", "group"]),
    ],
)
def test_the_second_company_countersigns_first(
    connection: Connection, amount: str, asked: list[str]
) -> None:
    east = World(connection).settle("7", branch_code="JZ")
    made = reduction_of(east, amount)
    case = east.hand_in("reduction", made)
    say(east.work, case, "approve")
    assert east.get("reduction", made)["state"] == "submitted"  # one signature is not enough

    assert play(east.work, case) == asked[1:]

    assert east.get("reduction", made)["state"] == "approved"


def test_one_refusal_ends_a_countersignature(connection: Connection) -> None:
    east = World(connection).settle("7", branch_code="JZ")
    made = reduction_of(east, "100")
    case = east.hand_in("reduction", made)
    say(east.work, case, "approve")

    say(east.work, case, "reject")

    assert status_of(east.work, case) == "rejected"
    assert open_task(east.work, case) is None
    assert east.get("reduction", made)["state"] == "rejected"
    assert [bill["reduced"] for bill in east.find("receivable")] == [0]


def test_a_returned_reduction_is_mended_and_weighed_anew(world: World) -> None:
    """The sum that decides who is asked is worked out again when it comes back."""
    made = reduction_of(world, "500.00")
    case = world.hand_in("reduction", made)
    assert play(world.work, case, "returned") == OFFICE
    assert world.get("reduction", made)["state"] == "draft"
    (line,) = world.find("reduction_line", f"reduction == {made}")
    mended = [{"id": line["id"], "receivable": line["receivable"], "amount": "500.01"}]

    say(world.work, case, "resubmit", lines=mended)

    assert play(world.work, case) == BRANCH
    assert world.get("reduction", made)["total"] == Decimal("500.01")


@pytest.mark.parametrize(
    ("amount", "asked"),
    [("1000.00", OFFICE), ("1000.01", BRANCH), ("5000.00", BRANCH), ("5000.01", GROUP)],
)
def test_a_refund_goes_up_by_amount_and_is_paid(
    world: World, amount: str, asked: list[str]
) -> None:
    made = refund_of(world, amount)

    assert world.decide("refund", made) == asked

    head = world.get("refund", made)
    assert (head["state"], head["paid_on"]) == ("paid", world.work.today)
    assert head["approved_by"] is not None
    assert world.get("payment", head["payment"])["refunded"] == Decimal(amount)
    (written,) = world.find("reduction")
    assert (written["state"], written["total"]) == ("approved", Decimal(amount))


@pytest.mark.parametrize(("amount", "asked"), [("1000.00", OFFICE), ("1000.01", BRANCH)])
def test_a_move_in_refund_waits_for_the_inspection(
    world: World, amount: str, asked: list[str]
) -> None:
    made = refund_of(world, amount, kind="movein")

    assert world.decide("refund", made) == ["inspection", *asked]

    payment = world.get("refund", made)["payment"]
    assert world.get("payment", payment)["refunded"] == Decimal(amount)


def test_an_effect_that_fails_takes_the_decision_back(world: World) -> None:
    made = refund_of(world, "100")
    case = world.hand_in("refund", made)
    world.press("payment", "reverse", world.get("refund", made)["payment"], reason="錯收")

    with pytest.raises(Conflict, match="reversed"):
        say(world.work, case, "approve")

    assert world.get("refund", made)["state"] == "submitted"
    assert status_of(world.work, case) == "running"
    assert open_task(world.work, case).step == "office"
    assert world.find("receipt", f"refund == {made}") == []


def test_a_refused_refund_pays_nothing(world: World) -> None:
    made = refund_of(world, "100")

    world.decide("refund", made, "rejected")

    head = world.get("refund", made)
    assert (head["state"], head["paid_on"]) == ("rejected", None)
    assert world.get("payment", head["payment"])["refunded"] == 0


def test_nobody_decides_on_his_own_refund(world: World) -> None:
    """A head who hands in his own refund is not asked about it."""
    from engine.flows.service import FlowService

    made = refund_of(world, "100")
    head = world.person("office_head")

    case = FlowService(head).start("refund", made).case_id

    assert open_task(world.work, case) is None
    assert status_of(world.work, case) == "running"  # held until somebody is named


@pytest.mark.parametrize(("months", "asked"), [(3, OFFICE), (4, BRANCH)])
def test_a_long_gift_needs_the_branch(world: World, months: int, asked: list[str]) -> None:
    counter = Counter(world, ["2026-01"])
    gift = world.make("gift", room_fee=counter.fee, period_from="2027-01-01", months=months,
                      reason="贈")  # fmt: skip

    assert world.decide("gift", gift) == asked

    stored = world.get("gift", gift)
    assert (stored["state"], stored["worth"]) == ("applied", months * Decimal("320.00"))
    (bill,) = world.find("receivable", "kind == 'gift'")
    assert (bill["amount"], bill["note"]) == (0, stored["no"])


def test_a_gift_shows_its_worth_to_who_decides(world: World) -> None:
    counter = Counter(world, ["2026-01"])
    gift = world.make("gift", room_fee=counter.fee, period_from="2027-01-01", months=1, reason="贈")

    world.hand_in("gift", gift)

    assert world.get("gift", gift)["worth"] == Decimal("320.00")
    clash = world.make("gift", room_fee=counter.fee, period_from="2026-01-01", months=1, reason="x")
    with pytest.raises(Invalid, match="covers these days"):
        world.hand_in("gift", clash)
    assert world.get("gift", clash)["state"] == "draft"


def test_a_draft_is_cancelled_at_once_and_by_nobody_later(world: World) -> None:
    counter = Counter(world, ["2026-01"])
    head = {"room_fee": counter.fee, "months": 1, "reason": "x"}
    gift = world.make("gift", period_from="2027-01-01", **head)

    assert world.decide("gift", gift, action="cancel") == []

    assert world.get("gift", gift)["state"] == "void"
    with pytest.raises(Refused):
        world.hand_in("gift", gift)


@pytest.mark.parametrize(
    ("area", "asked"),
    [("110.00", ["books", "office"]), ("110.01", ["books", "office", "branch"]),
     ("90.00", ["books", "office"]), ("89.99", ["books", "office", "branch"])],
)  # fmt: skip
def test_a_tenth_more_or_less_of_area_needs_the_branch(
    world: World, area: str, asked: list[str]
) -> None:
    room = world.room("100.00")
    change = world.make("area_change", room=room, new_area=area, effective_on="2026-06-01",
                        reason="複測")  # fmt: skip

    assert world.decide("area_change", change) == asked

    stored = world.get("area_change", change)
    assert (stored["state"], stored["difference"]) == ("approved", 0)
    assert stored["approved_at"] is not None
    assert world.get("room", room)["charge_area"] == Decimal(area)


def test_an_area_that_changed_meanwhile_stays(world: World) -> None:
    room = world.room("100.00")
    asked = {"room": room, "effective_on": "2026-06-01", "reason": "複測"}
    first = world.make("area_change", new_area="101", **asked)
    second = world.make("area_change", new_area="102", **asked)
    case = world.hand_in("area_change", second)
    world.decide("area_change", first)
    say(world.work, case, "approve")

    with pytest.raises(Invalid, match="changed since"):
        say(world.work, case, "approve")

    assert world.get("area_change", second)["state"] == "submitted"
    assert world.get("room", room)["charge_area"] == Decimal("101.00")


def test_a_document_under_approval_is_nobodys_to_change(world: World) -> None:
    made = reduction_of(world, "100")
    world.hand_in("reduction", made)
    clerk = replace(world, actor=world.person("cashier").actor, trusted=False)

    with pytest.raises((Invalid, Refused)):
        clerk.records.change("reduction", made, {"reason": "more"})
    with pytest.raises((Invalid, Refused)):
        world.records.change("reduction", made, {"state": "approved"})


def reversal_of(world: World, amount: str) -> tuple[int, int]:
    """A request to reverse a payment; return (request, payment)."""
    room = world.room()
    charged(world, room, amount, "2026-06-29")
    payment = pay(world, room, amount, "2026-06-30").payment["id"]
    return world.make("payment_reversal", payment=payment, reason="錯收"), payment


@pytest.mark.parametrize(
    ("amount", "asked"),
    [("5000.00", ["books", "office"]), ("5000.01", ["books", "office", "group"])],
)
def test_an_approved_reversal_reverses(world: World, amount: str, asked: list[str]) -> None:
    made, payment = reversal_of(world, amount)

    assert world.decide("payment_reversal", made) == asked

    request = world.get("payment_reversal", made)
    mirror = world.get("payment", request["mirror"])
    assert (request["state"], mirror["reversal_of"]) == ("reversed", payment)
    assert (mirror["total"], mirror["reason"]) == (-Decimal(amount), "錯收")
    assert world.get("payment", payment)["state"] == "reversed"
    assert [bill["open"] for bill in world.find("receivable")] == [Decimal(amount)]


def test_a_payment_is_reversed_once(world: World) -> None:
    made, payment = reversal_of(world, "100")
    with pytest.raises(Invalid, match="沖銷申請"), world.connection.begin_nested():
        world.make("payment_reversal", payment=payment, reason="x")
    case = world.hand_in("payment_reversal", made)
    say(world.work, case, "approve")
    world.press("payment", "reverse", payment, reason="當班沖銷")

    with pytest.raises(Conflict, match="reversed"):
        say(world.work, case, "approve")

    assert world.get("payment_reversal", made)["state"] == "submitted"
    assert len(world.find("payment", "state == 'reversal'")) == 1


def price_change(world: World, price: str, item: int, **values: Any) -> int:
    return world.make("price_change", fee_item=item, price=price, effective_from="2026-07-01",
                      reason="調價", **values)  # fmt: skip


@pytest.mark.parametrize(
    ("price", "asked"), [("2.75", ["group"]), ("2.750001", ["group", "executive"])]
)
def test_a_price_that_rises_by_more_than_a_tenth_needs_the_executive(
    world: World, price: str, asked: list[str]
) -> None:
    item = world.item("2.50")
    made = price_change(world, price, item, reference="穗價〔2026〕7 號")

    assert world.decide("price_change", made) == asked

    stored = world.get("price_change", made)
    assert (stored["state"], stored["old_price"]) == ("approved", Decimal("2.50"))
    version = world.get("fee_price", stored["price_version"])
    assert (version["price"], version["estate"]) == (Decimal(price), None)
    assert (version["reference"], version["note"]) == ("穗價〔2026〕7 號", stored["no"])


def test_an_estates_own_price_is_asked_of_its_branch(world: World) -> None:
    item, room = world.item("2.50"), world.room("100")
    world.link(room, item)
    made = price_change(world, "2.60", item, estate=world.ids["estate"])

    assert world.decide("price_change", made) == ["branch", "group"]

    june = world.published("2026-06-01", "2026-06-30", item)
    july = world.published("2026-07-01", "2026-07-31", item)
    assert world.amounts(june) + world.amounts(july) == [Decimal("250.00"), Decimal("260.00")]


def test_two_prices_for_a_day_are_refused(world: World) -> None:
    item = world.item("2.50")
    first, second = price_change(world, "2.6", item), price_change(world, "2.7", item)
    case = world.hand_in("price_change", second)
    world.decide("price_change", first)

    with pytest.raises(Invalid, match="price for that day"):
        say(world.work, case, "approve")

    assert world.get("price_change", second)["state"] == "submitted"
    assert len(world.find("fee_price", f"fee_item == {item}")) == 2
