"""Decimal arithmetic that gives the same digits in Python and in PostgreSQL."""

from __future__ import annotations

import datetime as dt
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Any

from sqlalchemy import ColumnElement, Integer, Numeric, cast, func, literal_column

DIVISION_DECIMALS = 16
_DIVIDEND_DECIMALS = 200  # see `sql_divide`
_MAX_PLACES = 30

# Wide enough for every product and sum of a formula: nothing is ever rounded unasked.
CONTEXT = Context(
    prec=20_000, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow]
)
_ZERO = Decimal(0)
_UNIT = Decimal(1).scaleb(-DIVISION_DECIMALS)
_SHORTEST_DIVIDEND = Decimal(1).scaleb(-_DIVIDEND_DECIMALS)


def divide(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """Divide, rounded half-up to 16 decimals; None by zero."""
    if not divisor:
        return None
    if -dividend.as_tuple().exponent > _DIVIDEND_DECIMALS:  # type: ignore[operator]  # never NaN
        dividend = dividend.quantize(_SHORTEST_DIVIDEND, context=CONTEXT)
    scaled = CONTEXT.scaleb(dividend.copy_abs(), DIVISION_DECIMALS)
    size = divisor.copy_abs()  # abs() would round to the thread's own precision
    whole, rest = CONTEXT.divmod(scaled, size)
    if CONTEXT.multiply(rest, Decimal(2)) >= size:
        whole = CONTEXT.add(whole, Decimal(1))
    negative = (dividend < 0) != (divisor < 0)
    return CONTEXT.multiply(CONTEXT.minus(whole) if negative else whole, _UNIT)


def sql_divide(dividend: ColumnElement[Any], divisor: ColumnElement[Any]) -> ColumnElement[Any]:
    """Divide as `divide` does.

    PostgreSQL chooses the quotient's scale by its operands and rounds to it, so that a second
    rounding could go astray. A dividend of 200 decimals makes it compute 200 decimals: enough
    for the second rounding to be right for every divisor of fewer than 180 digits.
    """
    long = func.round(dividend, literal_column(str(_DIVIDEND_DECIMALS)), type_=Numeric())
    quotient = long / func.nullif(divisor, literal_column("0"), type_=Numeric())
    return func.round(quotient, literal_column(str(DIVISION_DECIMALS)), type_=Numeric())


def half_up(number: Decimal, places: Decimal = _ZERO) -> Decimal | None:
    """Round half away from zero; None when asked for more than 30 places."""
    if not -_MAX_PLACES - 1 < places < _MAX_PLACES + 1:
        return None
    count = int(places.to_integral_value(ROUND_HALF_UP))
    if abs(count) > _MAX_PLACES:
        return None
    if count >= -int(number.as_tuple().exponent):
        return number
    rounded = number.quantize(Decimal(1).scaleb(-count), context=CONTEXT)
    return rounded if count >= 0 else rounded.quantize(Decimal(1), context=CONTEXT)


def sql_half_up(
    number: ColumnElement[Any], places: ColumnElement[Any] | None = None
) -> ColumnElement[Any]:
    """Round as `half_up` does."""
    if places is None:
        return func.round(number, type_=Numeric())
    count = sql_whole(places, -_MAX_PLACES, _MAX_PLACES)
    return func.round(number, count, type_=Numeric())


def whole(number: Decimal, low: int, high: int) -> int | None:
    """Round to a whole number; None outside of the limits, which are inside."""
    if not low - 1 < number < high + 1:
        return None
    rounded = int(number.to_integral_value(ROUND_HALF_UP))
    return rounded if low <= rounded <= high else None


def sql_whole(number: ColumnElement[Any], low: int, high: int) -> ColumnElement[int]:
    """Round to an integer; NULL outside of the limits, which are inside."""
    rounded = func.round(number, type_=Numeric())
    return cast(sql_between(rounded, str(low - 1), str(high + 1)), Integer)


def sql_between(value: ColumnElement[Any], below: str, above: str) -> ColumnElement[Any]:
    """Keep a value strictly between two SQL constants, else NULL.

    Written without naming the value twice: nested formulas would double at each level.
    LEAST and GREATEST pass over NULL, so that a NULL becomes `above` and then NULL again.
    """
    low, high = literal_column(below, value.type), literal_column(above, value.type)
    inside = func.greatest(func.least(value, high), low)
    return func.nullif(func.nullif(inside, high), low, type_=value.type)


def floor(number: Decimal) -> Decimal:
    """Return the whole number at or below."""
    return number.to_integral_value(ROUND_FLOOR, CONTEXT)


def ceiling(number: Decimal) -> Decimal:
    """Return the whole number at or above."""
    return number.to_integral_value(ROUND_CEILING, CONTEXT)


def hours_between(start: dt.datetime, end: dt.datetime) -> Decimal | None:
    """Return the hours from one moment to another, rounded to 16 decimals."""
    # In UTC, for Python takes two moments of one zone by the clock on the wall.
    length = end.astimezone(dt.UTC) - start.astimezone(dt.UTC)
    microseconds = length // dt.timedelta(microseconds=1)
    return divide(Decimal(microseconds), Decimal(3_600_000_000))
