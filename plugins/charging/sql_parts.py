"""The rules of periods, proration and rounding as SQL expressions.

Each has its twin in plain Python; a differential test holds them together.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Numeric, case, cast, func, literal

from plugins.charging.periods import Cycle, DueRule
from plugins.charging.proration import (
    MONTH_UNITS,
    THIRTY_DAYS,
    WHOLE_IF_15,
    WHOLE_MONTH,
    YEAR_365,
)

Sql = ColumnElement[Any]


def day(value: date) -> Sql:
    """Bind a date."""
    return literal(value, Date())


def number(value: Any) -> Sql:
    """Bind an exact number."""
    return literal(value, Numeric())


def months_later(start: Sql, months: Sql | int) -> Sql:
    """Return `periods.add_months` in SQL: 29-31 clamp to the month's end."""
    return cast(start + func.make_interval(0, months), Date())


def days_later(start: Sql, days: Sql | int) -> Sql:
    """Return a date some days on."""
    shift = literal(days, Integer()) if isinstance(days, int) else days
    return cast(start.op("+")(shift), Date())


def days_in(start: Sql, end: Sql) -> Sql:
    """Count the days of a stretch, both ends included."""
    return cast(end.op("-")(start), Integer()) + 1


def month_start(value: Sql) -> Sql:
    """Return the first day of a date's month."""
    return cast(func.date_trunc("month", cast(value, Date())), Date())


def month_end(value: Sql) -> Sql:
    """Return the last day of a date's month."""
    return days_later(months_later(month_start(value), 1), -1)


def month_number(value: Sql) -> Sql:
    """Count months from year 0, to take differences of."""
    return cast(func.extract("year", value) * 12 + func.extract("month", value), Integer())


def whole_units(cycle: Cycle) -> int:
    """Return how many units a full slot is worth: a month, or the cycle of days."""
    return MONTH_UNITS if cycle.months else cycle.days


def share_units(covered: Sql, length: Sql, convention: str, cycle: Cycle) -> Sql:
    """Return `proration.slot_share` in whole units; a cycle of days counts its days."""
    if not cycle.months:
        return cast(covered, Numeric())
    whole = number(MONTH_UNITS)
    part = {
        THIRTY_DAYS: func.least(covered, 30) * func.div(whole, 30),
        YEAR_365: func.least(covered * 12 * func.div(whole, 365), whole),
        WHOLE_IF_15: case((covered >= 15, whole), else_=number(0)),
        WHOLE_MONTH: whole,
    }.get(convention, covered * func.div(whole, cast(length, Numeric())))
    return case((covered == length, whole), else_=cast(part, Numeric()))


def round_exactly(numerator: Sql, denominator: int, mode: str) -> Sql:
    """Return `amounts.round_money(numerator / denominator)` for a numerator of at least 0.

    Integer division of scaled numbers, because dividing first and rounding then would
    round twice: PostgreSQL keeps 16 digits of a quotient.
    """
    step = 1 if mode == "whole_yuan" else 100
    scaled, whole = numerator * step, number(denominator)
    if mode == "down":
        units: Sql = func.div(scaled, whole)
    elif mode == "up":
        floor = func.div(scaled, whole)
        units = floor + case((floor * whole < scaled, 1), else_=0)
    else:
        units = func.div(scaled * 2 + whole, whole * 2)
    return cast(cast(units, Numeric()) / step, Numeric(18, 2))


def round_finite(value: Sql, mode: str) -> Sql:
    """Return `amounts.round_money` of a finite decimal of at least 0: nothing was divided."""
    if mode == "whole_yuan":
        rounded: Sql = func.round(value, 0)
    elif mode == "down":
        rounded = func.trunc(value, 2)
    elif mode == "up":
        rounded = func.ceil(value * 100) / 100
    else:
        rounded = func.round(value, 2)
    return cast(rounded, Numeric(18, 2))


def bill_date(first: Sql, last: Sql, timing: str, lead_days: int, at_month_end: bool) -> Sql:
    """Return `periods.bill_date` in SQL."""
    if timing == "prepaid":
        return days_later(first, -lead_days)
    return month_end(last) if at_month_end else days_later(last, 1)


def due_date(billed_on: Sql, rule: DueRule) -> Sql:
    """Return `periods.due_date` in SQL."""
    if not rule.day_of_month:
        return days_later(billed_on, rule.days)
    this, following = month_start(billed_on), months_later(month_start(billed_on), 1)
    here = func.least(days_later(this, rule.day_of_month - 1), month_end(billed_on))
    there = func.least(days_later(following, rule.day_of_month - 1), month_end(following))
    return case((here >= billed_on, here), else_=there)
