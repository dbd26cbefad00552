"""Stretches of time by name, as people filter: this month, the last 30 days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

Stretch = tuple[date | None, date | None]  # both ends included; None is open


def _month(day: date, shift: int) -> Stretch:
    number = day.year * 12 + day.month - 1 + shift
    start = date(number // 12, number % 12 + 1, 1)
    after = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return start, after - timedelta(1)


def _quarter(day: date, shift: int) -> Stretch:
    first = day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
    start, _ = _month(first, shift * 3)
    _, end = _month(first, shift * 3 + 2)
    return start, end


def _week(day: date, shift: int) -> Stretch:
    start = day - timedelta(day.weekday()) + timedelta(7 * shift)
    return start, start + timedelta(6)


def _year(day: date, shift: int) -> Stretch:
    return date(day.year + shift, 1, 1), date(day.year + shift, 12, 31)


PERIODS: dict[str, Callable[[date], Stretch]] = {
    "today": lambda d: (d, d),
    "yesterday": lambda d: (d - timedelta(1), d - timedelta(1)),
    "tomorrow": lambda d: (d + timedelta(1), d + timedelta(1)),
    "this_week": lambda d: _week(d, 0),
    "last_week": lambda d: _week(d, -1),
    "next_week": lambda d: _week(d, 1),
    "this_month": lambda d: _month(d, 0),
    "last_month": lambda d: _month(d, -1),
    "next_month": lambda d: _month(d, 1),
    "this_quarter": lambda d: _quarter(d, 0),
    "last_quarter": lambda d: _quarter(d, -1),
    "this_year": lambda d: _year(d, 0),
    "last_year": lambda d: _year(d, -1),
    "last_7_days": lambda d: (d - timedelta(6), d),
    "last_30_days": lambda d: (d - timedelta(29), d),
    "next_7_days": lambda d: (d, d + timedelta(6)),
    "next_30_days": lambda d: (d, d + timedelta(29)),
    "past": lambda d: (None, d - timedelta(1)),
    "future": lambda d: (d + timedelta(1), None),
}


def period_of(name: str, today: date) -> Stretch:
    """Return the first and last day of a named stretch.

    Raises:
        KeyError: there is no such name.
    """
    return PERIODS[name](today)
