"""What a stretch of days is worth in months (rules.md 4)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.charging.amounts import round_money
from plugins.charging.periods import DAY, Period, calendar_slots
from plugins.charging.proration import (
    ACTUAL_DAYS,
    MONTH_UNITS,
    THIRTY_DAYS,
    WHOLE_IF_15,
    WHOLE_MONTH,
    YEAR_365,
    months_of,
    slot_share,
    split_months,
)

CONVENTIONS = [ACTUAL_DAYS, THIRTY_DAYS, YEAR_365, WHOLE_IF_15, WHOLE_MONTH]
conventions = st.sampled_from(CONVENTIONS)
dates = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def stretch(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("first", "last", "amount"),
    [
        ("2026-03-10", "2026-03-31", "227.10"),  # W18
        ("2026-01-15", "2026-03-14", "640.00"),  # W19
        ("2026-02-15", "2026-02-28", "160.00"),  # W20
    ],
)
def test_w18_w19_w20_actual_days_at_320_a_month(first: str, last: str, amount: str) -> None:
    assert round_money(320 * months_of(stretch(first, last))) == Decimal(amount)


def test_w21_thirty_day_months() -> None:
    months = months_of(stretch("2026-03-10", "2026-03-31"), THIRTY_DAYS)

    assert round_money(320 * months) == Decimal("234.67")


def test_w22_quarter_from_the_eighth_of_april() -> None:
    months = months_of(stretch("2023-04-08", "2023-06-30"))

    assert round_money(3950 * months) == Decimal("10928.33")


def test_365_day_year() -> None:
    months = months_of(stretch("2026-03-10", "2026-03-31"), YEAR_365)

    assert months == Fraction(22 * 12, 365)


def test_whole_month_from_fifteen_days_on() -> None:
    assert months_of(stretch("2026-03-17", "2026-03-31"), WHOLE_IF_15) == 1
    assert months_of(stretch("2026-03-18", "2026-03-31"), WHOLE_IF_15) == 0
    assert months_of(stretch("2026-03-31", "2026-03-31"), WHOLE_MONTH) == 1


def test_one_day_is_not_a_lost_month() -> None:
    assert months_of(stretch("2026-08-03", "2026-08-03")) == Fraction(1, 31)


@given(dates, st.integers(1, 30), conventions)
def test_full_months_are_exactly_the_full_price(day: date, count: int, convention: str) -> None:
    first = day.replace(day=1)
    months = calendar_slots(first, date(first.year + 3, 12, 31))[:count]

    assert months_of(Period(first, months[-1].end), convention) == count


@given(dates, st.integers(1, 28), st.integers(0, 12))
def test_two_parts_of_a_month_add_up(day: date, cut: int, more: int) -> None:
    last = calendar_slots(day, date(day.year + 2, 1, 1))[more].end
    first = day.replace(day=1)
    middle = min(date(day.year, day.month, cut), last - DAY)

    whole = months_of(Period(first, last))

    assert months_of(Period(first, middle)) + months_of(Period(middle + DAY, last)) == whole


@given(dates, st.integers(1, 400), st.integers(0, 399), conventions)
def test_splitting_at_a_price_change_loses_nothing(
    day: date, length: int, at: int, convention: str
) -> None:
    charged = Period(day, date.fromordinal(day.toordinal() + length))
    cut = date.fromordinal(day.toordinal() + min(at, length - 1))
    months = calendar_slots(charged.start, charged.end)

    parts = split_months(
        charged, months, [Period(day, cut), Period(cut + DAY, charged.end)], convention
    )

    assert sum(parts) == months_of(charged, convention)
    assert all((part * MONTH_UNITS).denominator == 1 for part in parts)


@given(st.integers(28, 31), st.data(), conventions)
def test_a_month_never_costs_more_than_a_month(
    length: int, data: st.DataObject, convention: str
) -> None:
    covered = data.draw(st.integers(0, length))

    share = slot_share(covered, length, convention)

    assert 0 <= share <= 1
    assert (share * MONTH_UNITS).denominator == 1


def test_more_days_than_the_month_has_is_refused() -> None:
    with pytest.raises(ValueError, match="29 days do not fit"):
        slot_share(29, 28)
    with pytest.raises(ValueError, match="unknown proration 'guess'"):
        slot_share(3, 28, "guess")
