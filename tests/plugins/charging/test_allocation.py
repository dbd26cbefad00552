"""Spreading a payment over bills (rules.md 8)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.charging.allocation import (
    LATE_FEE_FIRST,
    OpenBill,
    Part,
    allocate,
    pay_state,
    skipped_older,
)
from plugins.charging.settlements import (
    deposit_refund,
    open_amount,
    reduction_amount,
    volume_discount,
)


def bill(month: int, principal: str, late_fee: str = "0", **more: object) -> OpenBill:
    values: dict[str, object] = {
        "id": month, "due_on": date(2026, month, 28), "number": f"B{month:03}", "fee_item": 1,
        "principal": Decimal(principal), "late_fee": Decimal(late_fee),
    }  # fmt: skip
    return OpenBill(**(values | more))  # type: ignore[arg-type]


def test_w32_oldest_first_and_partly() -> None:
    found = allocate(Decimal(700), [bill(3, "320"), bill(1, "320"), bill(2, "320")])

    assert found.parts == (
        Part(1, Decimal(320), Decimal(0)),
        Part(2, Decimal(320), Decimal(0)),
        Part(3, Decimal(60), Decimal(0)),
    )
    assert found.surplus == 0


def test_w33_surplus_is_left_for_the_prepayment() -> None:
    assert allocate(Decimal(1000), [bill(1, "320"), bill(2, "320")]).surplus == 360


def test_w34_prepayment_offsets_the_next_bill() -> None:
    assert allocate(Decimal(360), [bill(3, "320")]).surplus == 40


def test_w35_receivable_reduced_and_received_are_kept_apart() -> None:
    reduced = reduction_amount(Decimal("960.00"), Decimal(10))

    assert reduced == Decimal("96.00")
    assert open_amount(Decimal("960.00"), reduced, Decimal("500.00")) == Decimal("364.00")
    assert pay_state(Decimal("960.00"), reduced, Decimal("500.00")) == "part"


def test_w37_discount_from_six_months_on() -> None:
    assert volume_discount(Decimal(200), 6, from_months=6, percent_of_price=Decimal(95)) == Decimal(
        "60.00"
    )
    assert volume_discount(Decimal(200), 5, from_months=6, percent_of_price=Decimal(95)) == 0


def test_w39_w40_deposits() -> None:
    assert deposit_refund(Decimal(20000), [Decimal("3150.40")], Decimal("800.00")) == Decimal(
        "16049.60"
    )
    assert deposit_refund(Decimal(2000), [], Decimal(300)) == 1700
    with pytest.raises(ValueError, match="falls short"):
        deposit_refund(Decimal(100), [Decimal(101)], Decimal(0))


def test_principal_comes_before_the_late_fee_of_the_same_bill() -> None:
    bills = [bill(1, "100", "10"), bill(2, "100", "5")]

    assert allocate(Decimal(105), bills).parts == (Part(1, Decimal(100), Decimal(5)),)
    assert allocate(Decimal(105), bills, LATE_FEE_FIRST).parts == (
        Part(1, Decimal(95), Decimal(10)),
    )


def test_priority_then_number_order_bills_of_one_day() -> None:
    same_day = {"due_on": date(2026, 1, 1)}
    bills = [
        bill(1, "10", priority=2, **same_day),
        bill(2, "10", priority=1, **same_day),
        bill(3, "10", priority=1, number="A", **same_day),
    ]

    assert [part.bill for part in allocate(Decimal(30), bills).parts] == [3, 2, 1]


def test_skipping_an_older_bill_of_the_same_item_is_noticed() -> None:
    bills = [bill(1, "10"), bill(2, "10"), bill(3, "10"), bill(1, "10", id=9, fee_item=2)]

    assert [b.id for b in skipped_older({2}, bills)] == [1]
    assert skipped_older({1, 2}, bills) == []


money = st.decimals(0, 1000, places=2)


@given(
    money,
    st.lists(st.tuples(st.integers(1, 12), money, money), max_size=8),
    st.sampled_from(["principal_first", "late_fee_first"]),
)
def test_allocation_never_exceeds_and_nothing_is_lost(
    amount: Decimal, rests: list[tuple[int, Decimal, Decimal]], order: str
) -> None:
    bills = [bill(m, str(p), str(late), id=n) for n, (m, p, late) in enumerate(rests)]

    found = allocate(amount, bills, order)

    given_away = sum((p.principal + p.late_fee for p in found.parts), Decimal(0))
    assert given_away + found.surplus == amount
    by_id = {b.id: b for b in bills}
    for part in found.parts:
        assert 0 <= part.principal <= by_id[part.bill].principal
        assert 0 <= part.late_fee <= by_id[part.bill].late_fee
    if found.surplus:
        assert given_away == sum((b.open for b in bills), Decimal(0))


def test_a_negative_payment_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot allocate"):
        allocate(Decimal(-1), [])


@pytest.mark.parametrize(
    ("reduced", "received", "state"),
    [("0", "0", "unpaid"), ("0", "1", "part"), ("0", "100", "paid"), ("100", "0", "paid")],
)
def test_pay_state_is_derived(reduced: str, received: str, state: str) -> None:
    assert pay_state(Decimal(100), Decimal(reduced), Decimal(received)) == state
