"""Cycles, periods and due dates (rules.md 3); dates only, never times.

A *period* is what one bill covers. A *slot* is one month of a period: a calendar month, or
the month from an anniversary day to the day before the next. Proration counts slots.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
CALENDAR, ANNIVERSARY = "calendar", "anniversary"
PREPAID, POSTPAID = "prepaid", "postpaid"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of days, both ends included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"period ends {self.end} before it starts {self.start}")

    @property
    def days(self) -> int:
        """Count the days."""
        return (self.end - self.start).days + 1

    def within(self, start: date, end: date | None) -> Period | None:
        """Return the part inside a stretch (open-ended with None), or None if nothing is."""
        first = max(self.start, start)
        last = self.end if end is None else min(self.end, end)
        return Period(first, last) if first <= last else None


@dataclass(frozen=True, slots=True)
class Cycle:
    """How long one bill's period is; either months (1, 2, 3, 6, 12) or days."""

    months: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        if (self.months > 0) == (self.days > 0) or min(self.months, self.days) < 0:
            raise ValueError(f"a cycle is a number of months or of days, not {self!r}")


@dataclass(frozen=True, slots=True)
class DueRule:
    """When a bill must be paid: some days after the bill date, or on a day of a month.

    With `day_of_month`, it is the first such day on or after the bill date; 29-31 clamp.
    """

    days: int = 0
    day_of_month: int = 0


def month_days(day: date) -> int:
    """Count the days of that day's calendar month."""
    return calendar.monthrange(day.year, day.month)[1]


def add_months(day: date, months: int) -> date:
    """Return the same day some months on; 29-31 clamp to the month's end (W71).

    Always add to the first anchor, never to a clamped result, so that the day comes back:
    02-29 -> 02-28 -> 02-29.
    """
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    return first.replace(day=min(day.day, month_days(first)))


def cycle_start(day: date, months: int) -> date:
    """Return the first day of the calendar cycle (month, quarter, half, year) of a day."""
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def anchor_of(cycle: Cycle, anchor: str, start: date) -> date:
    """Return the day from which cycles are counted for a charge that begins on `start`."""
    if cycle.months and anchor == CALENDAR:
        return cycle_start(start, cycle.months)
    return start


def nth_start(cycle: Cycle, anchor: date, index: int) -> date:
    """Return the first day of the period with that number, counted from 0 at the anchor."""
    if cycle.months:
        return add_months(anchor, cycle.months * index)
    return anchor + timedelta(days=cycle.days * index)


def periods(
    cycle: Cycle, anchor: str, start: date, until: date, end: date | None = None
) -> Iterator[Period]:
    """Yield the periods that begin on or before `until`, cut to [start, end].

    A calendar anchor with a start inside a cycle gives a short first period (rules.md 3);
    an `end` inside one gives a short last period.
    """
    first = anchor_of(cycle, anchor, start)
    index = 0
    while (begin := nth_start(cycle, first, index)) <= until:
        index += 1
        cut = Period(begin, nth_start(cycle, first, index) - DAY).within(start, end)
        if cut is not None:
            yield cut
        elif end is not None and begin > end:
            return


def slots(cycle: Cycle, anchor: date, index: int) -> list[Period]:
    """Return the months of the uncut period with that number; one slot for a cycle of days."""
    if not cycle.months:
        return [Period(nth_start(cycle, anchor, index), nth_start(cycle, anchor, index + 1) - DAY)]
    begin = cycle.months * index
    return [
        Period(add_months(anchor, n), add_months(anchor, n + 1) - DAY)
        for n in range(begin, begin + cycle.months)
    ]


def calendar_slots(start: date, end: date) -> list[Period]:
    """Return the whole calendar months that a stretch touches."""
    found = []
    month = start.replace(day=1)
    while month <= end:
        found.append(Period(month, month.replace(day=month_days(month))))
        month = add_months(month, 1)
    return found


def bill_date(
    period: Period, timing: str, lead_days: int = 0, *, at_month_end: bool = False
) -> date:
    """Return the date of the bill (rules.md 3).

    Prepaid: the period's first day less the lead days. Postpaid: the day after the period,
    or with `at_month_end` the last day of the month in which the period ends.

    Raises:
        ValueError: the timing is neither.
    """
    if timing == PREPAID:
        return period.start - timedelta(days=lead_days)
    if timing != POSTPAID:
        raise ValueError(f"timing must be prepaid or postpaid, not {timing!r}")
    if at_month_end:
        return period.end.replace(day=month_days(period.end))
    return period.end + DAY


def due_date(billed_on: date, rule: DueRule) -> date:
    """Return the last day to pay without being overdue."""
    if not rule.day_of_month:
        return billed_on + timedelta(days=rule.days)
    this = billed_on.replace(day=min(rule.day_of_month, month_days(billed_on)))
    if this >= billed_on:
        return this
    following = add_months(billed_on.replace(day=1), 1)
    return following.replace(day=min(rule.day_of_month, month_days(following)))


def days_overdue(due_on: date, as_of: date) -> int:
    """Count the days past due; 0 on the due date itself (rules.md 3)."""
    return max(0, (as_of - due_on).days)


def charge_start(handed_over_on: date, convention: str = "same_day") -> date:
    """Return the first charged day after a handover (rules.md 4).

    Raises:
        ValueError: the convention is not same_day, next_day or next_month.
    """
    if convention == "same_day":
        return handed_over_on
    if convention == "next_day":
        return handed_over_on + DAY
    if convention == "next_month":
        return add_months(handed_over_on.replace(day=1), 1)
    raise ValueError(f"unknown handover convention {convention!r}")
