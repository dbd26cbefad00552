"""Worked examples of recurring charges (rules.md 0, 2, 6)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.charging.amounts import round_money
from plugins.charging.charges import (
    PriceVersion,
    area_charge,
    area_difference,
    pieces_of,
    recurring_amount,
)
from plugins.charging.periods import Period, calendar_slots


def stretch(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


def price(text: str, since: str = "2000-01-01") -> PriceVersion:
    return PriceVersion(date.fromisoformat(since), Decimal(text))


def pieces(charged: Period, *versions: PriceVersion, convention: str = "actual_days"):
    return pieces_of(charged, calendar_slots(charged.start, charged.end), versions, convention)


@pytest.mark.parametrize(
    ("unit_price", "area", "months", "mode", "amount"),
    [
        ("2.50", "128.00", 1, "half_up", "320.00"),  # W01
        ("0.15", "130.70", 1, "half_up", "19.61"),  # W02
        ("1.40", "100.24", 12, "half_up", "1684.03"),  # W03
        ("1.20", "317.06", 12, "whole_yuan", "4566.00"),  # W04
        ("2.80", "96.35", 3, "half_up", "809.34"),  # W23
    ],
)
def test_price_times_area_times_months(
    unit_price: str, area: str, months: int, mode: str, amount: str
) -> None:
    assert area_charge(Decimal(unit_price), Decimal(area), months, mode) == Decimal(amount)


def test_w05_rounding_each_month_drifts() -> None:
    monthly = area_charge(Decimal("1.40"), Decimal("100.24"))

    assert 12 * monthly == Decimal("1684.08")
    assert 12 * monthly - area_charge(Decimal("1.40"), Decimal("100.24"), 12) == Decimal("0.05")


def test_w06_a_fixed_price_is_per_period_and_never_times_area() -> None:
    quarter = pieces(stretch("2026-01-01", "2026-03-31"), price("360.00"))

    assert recurring_amount(quarter, 1, months_per_price=3) == Decimal("360.00")


def test_a_price_change_splits_a_month_by_days() -> None:
    june = pieces(stretch("2026-06-01", "2026-06-30"), price("100"), price("105", "2026-06-16"))

    assert [(p.period.days, p.price) for p in june] == [(15, Decimal(100)), (15, Decimal(105))]
    assert recurring_amount(june, 100) == Decimal("10250.00")  # W53's shape


def test_days_without_a_price_are_reported() -> None:
    with pytest.raises(LookupError, match="2026-06-01"):
        pieces(stretch("2026-06-01", "2026-06-30"), price("1", "2026-06-02"))


def test_w24_area_increase_after_three_paid_months() -> None:
    paid = pieces(stretch("2026-04-01", "2026-06-30"), price("2.80"))

    assert area_difference(paid, Decimal("96.35"), Decimal("98.05")) == Decimal("14.28")


def test_w25_area_change_in_mid_month() -> None:
    paid = pieces(stretch("2026-04-16", "2026-06-30"), price("2.80"))

    assert area_difference(paid, Decimal("96.35"), Decimal("98.05")) == Decimal("11.90")


def test_w26_area_decrease_gives_a_credit() -> None:
    paid = pieces(stretch("2026-03-01", "2026-06-30"), price("3.00"))

    assert area_difference(paid, Decimal("98.00"), Decimal("95.50")) == Decimal("-30.00")


def test_w36_pay_twelve_get_one() -> None:
    year_and_month = pieces(stretch("2026-01-01", "2027-01-31"), price("320"))
    gift = pieces(stretch("2027-01-01", "2027-01-31"), price("320"))

    assert sum(p.months for p in year_and_month) == 13
    assert recurring_amount(year_and_month, 1) - recurring_amount(gift, 1) == Decimal("3840.00")


def test_w38_unused_prepaid_months() -> None:
    unused = pieces(stretch("2026-09-16", "2026-12-31"), price("320"))

    assert recurring_amount(unused, 1) == Decimal("1120.00")


@given(
    st.decimals("0.01", "99.9999", places=4),
    st.decimals("0.01", "9999.99", places=2),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(1, 36),
    st.integers(0, 1000),
)
def test_an_unchanged_price_split_in_versions_costs_the_same(
    unit_price: Decimal, area: Decimal, first: date, count: int, at: int
) -> None:
    first = first.replace(day=1)
    months = calendar_slots(first, date(first.year + 3, 12, 31))[:count]
    charged = Period(first, months[-1].end)
    change = date.fromordinal(first.toordinal() + at)

    split = pieces_of(
        charged, months, [PriceVersion(first, unit_price), PriceVersion(change, unit_price)]
    )

    assert recurring_amount(split, area) == round_money(unit_price * area * count)
