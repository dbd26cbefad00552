"""Usage, shared pools and tiered prices (rules.md 5)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.charging.meters import share_pool, shared_pool, usage, usage_charge
from plugins.charging.tiers import Tier, cumulative_charge, tiered_charge, widened

WATER = [Tier(Decimal(180), Decimal(5)), Tier(Decimal(260), Decimal(7)), Tier(None, Decimal(9))]
POWER = [
    Tier(Decimal(240), Decimal("0.4883")),
    Tier(Decimal(400), Decimal("0.5383")),
    Tier(None, Decimal("0.7883")),
]


def test_w09_plain_reading() -> None:
    assert usage_charge(usage(Decimal("100.0"), Decimal("134.2")), Decimal("0.60")) == Decimal(
        "20.52"
    )


def test_w10_ratio_and_loss() -> None:
    used = usage(Decimal(1200), Decimal(1250), ratio=Decimal(30), loss=Decimal("0.03"))

    assert usage_charge(used, Decimal("0.85")) == Decimal("1313.25")


def test_w11_cumulative_yearly_tiers() -> None:
    assert cumulative_charge(Decimal(170), Decimal(290), WATER) == Decimal("880.00")


def test_w12_monthly_tiers() -> None:
    assert tiered_charge(Decimal(450), POWER) == Decimal("242.74")


def test_w13_replaced_meter_is_two_segments() -> None:
    used = usage(Decimal("9870.0"), Decimal("9912.5")) + usage(Decimal("0.0"), Decimal("15.3"))

    assert usage_charge(used, Decimal("5.00")) == Decimal("289.00")


def test_w14_five_digit_dial_rolls_over() -> None:
    used = usage(Decimal(99980), Decimal(35), dial_digits=5)

    assert used == 55
    assert usage_charge(used, Decimal("0.60")) == Decimal("33.00")


def test_a_dial_that_goes_back_is_refused() -> None:
    with pytest.raises(ValueError, match="below the previous"):
        usage(Decimal(100), Decimal(99))


def test_w17_pool_is_master_minus_sub_meters() -> None:
    assert shared_pool(
        Decimal(1860), [Decimal(1000), Decimal("742.5")], Decimal("0.85")
    ) == Decimal("99.88")
    with pytest.raises(ValueError, match="exceed"):
        shared_pool(Decimal(10), [Decimal(11)], Decimal(1))


def test_w15_pool_shared_by_area() -> None:
    assert share_pool(Decimal("100.01"), [50, 30, 20]) == [
        Decimal("50.01"),
        Decimal("30.00"),
        Decimal("20.00"),
    ]


@given(st.decimals(0, 500, places=1), st.decimals(0, 500, places=1))
def test_bills_of_a_year_add_up_to_the_years_tiers(first: Decimal, second: Decimal) -> None:
    bills = cumulative_charge(Decimal(0), first, WATER) + cumulative_charge(
        first, first + second, WATER
    )

    assert abs(bills - tiered_charge(first + second, WATER)) <= Decimal("0.01")


def test_a_large_household_has_wider_tiers() -> None:
    assert tiered_charge(Decimal(200), widened(WATER, Decimal("1.5"))) == Decimal("1000.00")


def test_usage_beyond_the_last_tier_is_refused() -> None:
    with pytest.raises(ValueError, match="no tier covers"):
        tiered_charge(Decimal(11), [Tier(Decimal(10), Decimal(1))])
