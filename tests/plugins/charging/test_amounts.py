"""Rounding, tax and spreading (rules.md 1)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.charging.amounts import Taxed, round_money, split_tax, spread

cents = st.decimals(-10_000_000, 10_000_000, places=2)


def test_half_a_cent_goes_up_whatever_a_float_would_say() -> None:
    assert round_money(Decimal("0.15") * Decimal("130.70")) == Decimal("19.61")  # W02
    assert round_money(Decimal("-0.005")) == Decimal("-0.01")


def test_rounding_modes() -> None:
    value = Decimal("1.234")

    assert round_money(value, "up") == Decimal("1.24")
    assert round_money(value, "down") == Decimal("1.23")
    assert round_money(value, "whole_yuan") == Decimal("1.00")
    assert round_money(Decimal("4565.664"), "whole_yuan") == Decimal("4566")
    with pytest.raises(ValueError, match="unknown rounding 'banker'"):
        round_money(value, "banker")


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match=r"19\.605"):
        round_money(19.605)  # type: ignore[arg-type]


def test_w57_tax_is_inside_the_price() -> None:
    assert split_tax(Decimal("1060.00"), Decimal("6")) == Taxed(
        Decimal("1000.00"), Decimal("60.00")
    )


@given(cents, st.sampled_from([Decimal(0), Decimal(3), Decimal(6), Decimal(9), Decimal(13)]))
def test_net_and_tax_are_the_amount(amount: Decimal, rate: Decimal) -> None:
    taxed = split_tax(amount, rate)

    assert taxed.net + taxed.tax == amount


def test_w15_by_area() -> None:
    assert spread(Decimal("100.01"), [50, 30, 20]) == [
        Decimal("50.01"),
        Decimal("30.00"),
        Decimal("20.00"),
    ]


def test_w16_by_household() -> None:
    assert spread(Decimal("100.00"), [1, 1, 1]) == [
        Decimal("33.34"),
        Decimal("33.33"),
        Decimal("33.33"),
    ]


@given(cents, st.lists(st.integers(0, 10_000), min_size=1, max_size=40).filter(any))
def test_parts_add_up_and_are_within_a_cent_of_fair(total: Decimal, weights: list[int]) -> None:
    parts = spread(total, weights)

    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(total) * weight / whole) < Fraction(1, 100)


def test_spreading_over_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="over weights"):
        spread(Decimal("1.00"), [0, 0])
    with pytest.raises(ValueError, match="parts of a cent"):
        spread(Decimal("1.001"), [1])


@given(st.decimals(0, 100_000, places=4))
def test_modes_bracket_the_value(value: Decimal) -> None:
    assert round_money(value, "down") <= value <= round_money(value, "up")
    assert abs(round_money(value) - value) <= Decimal("0.005")
