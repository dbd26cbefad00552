"""How many months a stretch of days is worth (rules.md 4), as exact fractions.

Exact, because 17/31 + 14/31 must be 1 and not 0.9999… (W19). `billing_sql` does the same
in whole units of 1/MONTH_UNITS, so the two agree to the cent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from plugins.charging.periods import Period, calendar_slots

ACTUAL_DAYS = "actual_days"
THIRTY_DAYS = "thirty_days"
YEAR_365 = "year_365"
WHOLE_IF_15 = "whole_if_15"
WHOLE_MONTH = "whole_month"

MONTH_UNITS = 72_201_776_446_800 * 73
"""Divisible by 1…31 and by 365: every convention's month share is a whole number of these."""

_SHARES: Mapping[str, Callable[[int, int], Fraction]] = MappingProxyType(
    {
        ACTUAL_DAYS: Fraction,
        THIRTY_DAYS: lambda covered, _: Fraction(min(covered, 30), 30),
        YEAR_365: lambda covered, _: Fraction(covered * 12, 365),
        WHOLE_IF_15: lambda covered, _: Fraction(1 if covered >= 15 else 0),
        WHOLE_MONTH: lambda *_: Fraction(1),
    }
)


def slot_share(covered: int, length: int, convention: str = ACTUAL_DAYS) -> Fraction:
    """Return what part of one month's price `covered` of its `length` days cost.

    A full month is always exactly 1, and no month more than 1, whatever the convention.

    Raises:
        ValueError: unknown convention, or more days than the month has.
    """
    if not 0 <= covered <= length:
        raise ValueError(f"{covered} days do not fit in a month of {length}")
    if convention not in _SHARES:
        raise ValueError(f"unknown proration {convention!r}; one of {', '.join(_SHARES)}")
    if covered == length:
        return Fraction(1)
    return min(_SHARES[convention](covered, length), Fraction(1)) if covered else Fraction(0)


def months_covered(
    charged: Period, slots: Sequence[Period], convention: str = ACTUAL_DAYS
) -> Fraction:
    """Return how many months of those slots a charged stretch is worth."""
    return sum(
        (
            slot_share(cut.days, slot.days, convention)
            for slot in slots
            if (cut := slot.within(charged.start, charged.end))
        ),
        Fraction(0),
    )


def months_of(charged: Period, convention: str = ACTUAL_DAYS) -> Fraction:
    """Return how many calendar months a stretch is worth (W18-W22)."""
    return months_covered(charged, calendar_slots(charged.start, charged.end), convention)


def split_months(
    charged: Period,
    slots: Sequence[Period],
    parts: Sequence[Period],
    convention: str = ACTUAL_DAYS,
) -> list[Fraction]:
    """Spread the months of a charged stretch over its parts, by days inside each slot.

    The parts (one per price version) must together be the charged stretch; the answers add
    up to `months_covered` whatever the convention, so a price change never makes a full
    month cost more or less than a month (rules.md 2).
    """
    found = [Fraction(0)] * len(parts)
    for slot in slots:
        inside = slot.within(charged.start, charged.end)
        if inside is None:
            continue
        share = slot_share(inside.days, slot.days, convention)
        for index, part in enumerate(parts):
            cut = inside.within(part.start, part.end)
            if cut is not None:
                found[index] += share * Fraction(cut.days, inside.days)
    return found
