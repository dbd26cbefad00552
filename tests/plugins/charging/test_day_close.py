"""A cashier's day: what came in, what went out, and what a closed day still allows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Connection

from engine.access import NewUser, create_user
from engine.extension import Refused
from tests.plugins.charging.test_money import Counter
from tests.plugins.charging.world import World


@pytest.fixture
def counter(world: World, connection: Connection) -> Counter:
    """A cashier who has taken 320.00 in cash on the last of March."""
    user = NewUser(login="till", name="Till", password="long enough", roles={})
    made = create_user(connection, user, method="pbkdf2:sha256:1")
    world.actor = replace(world.actor, user_id=made)
    return Counter(world, ["2026-01", "2026-02"])


def refunded(counter: Counter, amount: str, way: str) -> None:
    world = counter.world
    payment = counter.pay("320", "2026-03-31").payment
    (bill, *_) = counter.bills()
    refund = world.make(
        "refund", estate=world.ids["estate"], payment=payment["id"], payer=counter.payer, way=way,
        amount=amount, reason="x", lines=[{"receivable": bill["id"], "amount": amount}],
    )  # fmt: skip
    world.decide("refund", refund)


def day_of(counter: Counter, day: str = "2026-03-31") -> int:
    world = counter.world
    return world.make("cashier_day", unit=world.ids["office"], cashier=world.actor.user_id, day=day)


def totals(counter: Counter, day: int) -> dict[str, Decimal]:
    counter.world.press("cashier_day", "compute", day)
    lines = counter.world.find("cashier_day_line", f"cashier_day == {day}")
    return {line["way"]: line["system"] for line in lines}


def test_a_cash_refund_leaves_less_in_the_till(counter: Counter) -> None:
    refunded(counter, "20", "cash")

    assert totals(counter, day_of(counter)) == {"cash": Decimal("300.00")}


def test_a_refund_by_transfer_is_a_way_of_its_own(counter: Counter) -> None:
    refunded(counter, "20", "transfer")

    found = totals(counter, day_of(counter))
    assert found == {"cash": Decimal("320.00"), "transfer": Decimal("-20.00")}


def test_the_head_of_a_day_adds_up_its_lines_whenever_they_are_saved(counter: Counter) -> None:
    counter.pay("320", "2026-03-31")
    world, day = counter.world, day_of(counter)
    totals(counter, day)
    (line,) = world.find("cashier_day_line", f"cashier_day == {day}")

    world.records.change("cashier_day", day, {"lines": [{"id": line["id"], "counted": "310"}]})

    head = world.get("cashier_day", day)
    found = [head[name] for name in ("system", "counted", "difference")]
    assert found == [Decimal("320.00"), Decimal("310.00"), Decimal("-10.00")]
    assert head["state"] == "open"


def test_a_closed_day_pays_out_no_refund(counter: Counter) -> None:
    counter.pay("320", "2026-03-31")
    day = day_of(counter)
    totals(counter, day)
    (line,) = counter.world.find("cashier_day_line", f"cashier_day == {day}")
    counter.world.records.change("cashier_day_line", line["id"], {"counted": "320"})
    counter.world.press("cashier_day", "close", day)

    with pytest.raises(Refused, match="day 2026-03-31 is closed"):
        refunded_before(counter)


def refunded_before(counter: Counter) -> None:
    """Refund the payment that is there already."""
    world = counter.world
    (payment,) = world.find("payment")
    (bill, *_) = counter.bills()
    refund = world.make(
        "refund", estate=world.ids["estate"], payment=payment["id"], payer=counter.payer,
        way="cash", amount="20", reason="x",
        lines=[{"receivable": bill["id"], "amount": "20"}],
    )  # fmt: skip
    world.decide("refund", refund)
