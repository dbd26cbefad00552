"""Cycles, anchors, clamps and due dates (rules.md 3)."""

from datetime import date
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.charging.periods import (
    ANNIVERSARY,
    CALENDAR,
    DAY,
    POSTPAID,
    PREPAID,
    Cycle,
    DueRule,
    Period,
    add_months,
    anchor_of,
    bill_date,
    charge_start,
    days_overdue,
    due_date,
    nth_start,
    periods,
    slots,
)

dates = st.dates(date(2000, 1, 1), date(2060, 12, 31))
month_cycles = st.sampled_from([1, 2, 3, 6, 12])


def d(text: str) -> date:
    return date.fromisoformat(text)


def test_a_leap_day_clamps_and_comes_back() -> None:
    yearly = Cycle(months=12)

    starts = [nth_start(yearly, d("2024-02-29"), n) for n in range(5)]

    assert starts == [
        d("2024-02-29"), d("2025-02-28"), d("2026-02-28"), d("2027-02-28"), d("2028-02-29"),
    ]  # fmt: skip


def test_the_thirty_first_clamps_to_each_months_end_and_comes_back() -> None:
    monthly = Cycle(months=1)

    found = [nth_start(monthly, d("2026-01-31"), n) for n in range(4)]

    assert found == [d("2026-01-31"), d("2026-02-28"), d("2026-03-31"), d("2026-04-30")]


def test_quarterly_calendar_anchor_with_a_mid_start_makes_a_short_first_period() -> None:
    found = list(periods(Cycle(months=3), CALENDAR, d("2018-01-15"), d("2018-04-30")))

    assert found == [
        Period(d("2018-01-15"), d("2018-03-31")),
        Period(d("2018-04-01"), d("2018-06-30")),
    ]


def test_anniversary_periods_run_from_the_start_day() -> None:
    found = list(periods(Cycle(months=6), ANNIVERSARY, d("2026-01-15"), d("2026-08-01")))

    assert found == [
        Period(d("2026-01-15"), d("2026-07-14")),
        Period(d("2026-07-15"), d("2027-01-14")),
    ]


def test_a_cycle_of_days_repeats_by_days() -> None:
    found = list(islice(periods(Cycle(days=10), CALENDAR, d("2026-02-25"), d("2026-03-31")), 2))

    assert found == [
        Period(d("2026-02-25"), d("2026-03-06")),
        Period(d("2026-03-07"), d("2026-03-16")),
    ]


def test_an_end_inside_a_cycle_makes_a_short_last_period() -> None:
    found = list(
        periods(Cycle(months=1), CALENDAR, d("2026-01-01"), d("2026-12-31"), d("2026-02-10"))
    )

    assert found[-1] == Period(d("2026-02-01"), d("2026-02-10"))


@given(month_cycles, st.sampled_from([CALENDAR, ANNIVERSARY]), dates)
def test_periods_leave_no_gap_and_no_overlap(months: int, anchor: str, start: date) -> None:
    found = list(periods(Cycle(months=months), anchor, start, add_months(start, 40)))

    assert found[0].start == start
    assert all(a.end + DAY == b.start for a, b in pairwise(found))


@given(month_cycles, st.sampled_from([CALENDAR, ANNIVERSARY]), dates, st.integers(0, 40))
def test_slots_tile_their_period(months: int, anchor: str, start: date, index: int) -> None:
    cycle = Cycle(months=months)
    first = anchor_of(cycle, anchor, start)

    found = slots(cycle, first, index)

    assert len(found) == months
    assert found[0].start == nth_start(cycle, first, index)
    assert found[-1].end == nth_start(cycle, first, index + 1) - DAY
    assert all(a.end + DAY == b.start for a, b in pairwise(found))


def test_prepaid_bills_before_and_postpaid_after_the_period() -> None:
    march = Period(d("2026-03-01"), d("2026-03-31"))

    assert bill_date(march, PREPAID) == d("2026-03-01")
    assert bill_date(march, PREPAID, 5) == d("2026-02-24")
    assert bill_date(march, POSTPAID) == d("2026-04-01")
    assert bill_date(march, POSTPAID, at_month_end=True) == d("2026-03-31")


def test_due_on_a_day_of_the_month_is_the_next_such_day() -> None:
    assert due_date(d("2026-01-10"), DueRule(day_of_month=15)) == d("2026-01-15")
    assert due_date(d("2026-01-20"), DueRule(day_of_month=15)) == d("2026-02-15")
    assert due_date(d("2026-02-01"), DueRule(day_of_month=31)) == d("2026-02-28")
    assert due_date(d("2026-02-01"), DueRule(days=30)) == d("2026-03-03")


def test_overdue_starts_the_day_after_the_due_date() -> None:
    assert days_overdue(d("2026-03-31"), d("2026-03-31")) == 0
    assert days_overdue(d("2026-03-31"), d("2026-04-01")) == 1


def test_handover_conventions() -> None:
    assert charge_start(d("2026-03-10")) == d("2026-03-10")
    assert charge_start(d("2026-03-10"), "next_day") == d("2026-03-11")
    assert charge_start(d("2026-03-10"), "next_month") == d("2026-04-01")
    with pytest.raises(ValueError, match="sometime"):
        charge_start(d("2026-03-10"), "sometime")


def test_w71_month_end_clamps() -> None:
    assert add_months(d("2026-01-31"), 1) == d("2026-02-28")
