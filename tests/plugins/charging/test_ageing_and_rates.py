"""Ageing and collection rates (rules.md 11)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.charging.ageing import Aged, Movement, ageing, bucket
from plugins.charging.rates import arrears_rate, current_rate, household_rate, overall_rate

AS_OF = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("due", "name"),
    [
        ("2026-07-01", "not_due"),
        ("2026-06-30", "not_due"),
        ("2026-05-31", "d1_30"),
        ("2026-05-30", "d31_60"),
        ("2026-04-01", "d61_90"),
        ("2026-01-01", "d91_180"),
        ("2025-06-30", "d181_365"),
        ("2025-06-29", "over_365"),
    ],
)
def test_w42_buckets_by_days_overdue(due: str, name: str) -> None:
    assert bucket(date.fromisoformat(due), AS_OF) == name


def test_movements_after_the_date_do_not_count() -> None:
    paid_later = Aged(date(2026, 5, 1), Decimal(100), (Movement(date(2026, 7, 1), Decimal(100)),))

    assert ageing([paid_later], AS_OF)["d31_60"] == 100
    assert ageing([paid_later], date(2026, 7, 1))["d61_90"] == 0


bills = st.lists(
    st.builds(
        Aged,
        st.dates(date(2024, 1, 1), date(2026, 12, 31)),
        st.decimals(0, 1000, places=2),
        st.lists(
            st.builds(Movement, st.dates(date(2024, 1, 1), date(2026, 12, 31)),
                      st.decimals(-100, 1500, places=2)),
            max_size=3,
        ).map(tuple),
    ),
    max_size=10,
)  # fmt: skip


@given(bills)
def test_rows_sum_to_the_ledger(ledger: list[Aged]) -> None:
    found = ageing(ledger, AS_OF)

    assert sum(found.values()) == sum((b.open_at(AS_OF) for b in ledger), Decimal(0))
    assert found["credit"] <= 0


def test_w43_current_collection_rate() -> None:
    assert current_rate(Decimal(100_000), Decimal(82_500)) == Decimal("82.50")


def test_w44_arrears_rate_is_not_always_one_hundred() -> None:
    assert arrears_rate(Decimal(12_000), Decimal(28_000)) == Decimal("30.00")


def test_w45_household_rate() -> None:
    assert household_rate(350, 42) == Decimal("88.00")


def test_w46_overall_rate() -> None:
    assert overall_rate(
        Decimal(82_500), Decimal(12_000), Decimal(100_000), Decimal(40_000)
    ) == Decimal("67.50")


def test_w47_net_of_reductions() -> None:
    assert current_rate(Decimal(100_000), Decimal(82_500), Decimal(2_000)) == Decimal("84.18")


def test_a_rate_of_nothing_is_no_rate() -> None:
    assert current_rate(Decimal(0), Decimal(0)) is None
    assert household_rate(0, 0) is None
