"""One recurring charge in plain Python: the reference for `billing_sql` (rules.md 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from plugins.charging.amounts import HALF_UP, Number, exact, round_money
from plugins.charging.periods import DAY, Period
from plugins.charging.proration import ACTUAL_DAYS, split_months

SKIP_REASONS = (
    "AREA_MISSING",
    "PRICE_MISSING",
    "READING_MISSING",
    "FORMULA_INVALID",
    "ZERO",
    "PAYER_MISSING",
)


@dataclass(frozen=True, slots=True)
class PriceVersion:
    """A price in force from a day on, until the next one."""

    since: date
    price: Decimal  # yuan per unit and month; per period for a fixed charge


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a period that one price version covers."""

    period: Period
    price: Decimal
    months: Fraction


def area_charge(
    price: Number, basis: Number, months: Number = 1, rounding: str = HALF_UP
) -> Decimal:
    """Return price × basis × months, rounded once at the end (W01-W05, M3)."""
    return round_money(exact(price) * exact(basis) * exact(months), rounding)


def pieces_of(
    charged: Period,
    slots: Sequence[Period],
    versions: Sequence[PriceVersion],
    convention: str = ACTUAL_DAYS,
) -> list[Piece]:
    """Cut a charged stretch where the price changes; each day has its own version.

    `versions` may come in any order. Days before the first version have no price.

    Raises:
        LookupError: some day of the stretch has no price.
    """
    ordered = sorted(versions, key=lambda v: v.since)
    cuts: list[tuple[Period, Decimal]] = []
    for version, after in zip(ordered, [*ordered[1:], None], strict=True):
        cut = charged.within(version.since, after.since - DAY if after else None)
        if cut is not None:
            cuts.append((cut, version.price))
    if not cuts or cuts[0][0].start > charged.start:
        raise LookupError(f"no price in force on {charged.start}")
    months = split_months(charged, slots, [cut for cut, _ in cuts], convention)
    return [Piece(cut, price, part) for (cut, price), part in zip(cuts, months, strict=True)]


def recurring_amount(
    pieces: Sequence[Piece],
    basis: Number,
    *,
    months_per_price: int = 1,
    rounding: str = HALF_UP,
) -> Decimal:
    """Return the bill's amount: Σ price × basis × months of each piece, rounded once.

    `months_per_price` is 1 when the price is per month, and the cycle's months when it is
    per period (a fixed charge: W06).
    """
    raw = sum((exact(p.price) * p.months for p in pieces), Fraction(0)) * exact(basis)
    return round_money(raw / months_per_price, rounding)


def area_difference(
    pieces: Sequence[Piece], old: Decimal, new: Decimal, rounding: str = HALF_UP
) -> Decimal:
    """Return what an area change adds to (or, negative, takes off) these pieces (W24-W26)."""
    raw = sum((exact(p.price) * p.months for p in pieces), Fraction(0))
    return round_money(raw * (exact(new) - exact(old)), rounding)
