"""Tiered prices, per period or cumulative in the calendar year (rules.md 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from plugins.charging.amounts import HALF_UP, exact, round_money


@dataclass(frozen=True, slots=True)
class Tier:
    """A price for the usage up to a limit (inclusive); None: without limit."""

    up_to: Decimal | None
    price: Decimal


def _raw(used: Decimal, tiers: Sequence[Tier]) -> Fraction:
    cost, below = Fraction(0), Fraction(0)
    for tier in tiers:
        top = exact(used) if tier.up_to is None else min(exact(used), exact(tier.up_to))
        if top <= below:
            break
        cost += (top - below) * exact(tier.price)
        below = top
    if below < exact(used):
        raise ValueError(f"no tier covers a usage of {used}")
    return cost


def tiered_charge(used: Decimal, tiers: Sequence[Tier], rounding: str = HALF_UP) -> Decimal:
    """Return the cost of one period's usage (W12).

    Raises:
        ValueError: the usage is beyond the last tier.
    """
    return round_money(_raw(used, tiers), rounding)


def cumulative_charge(
    before: Decimal, after: Decimal, tiers: Sequence[Tier], rounding: str = HALF_UP
) -> Decimal:
    """Return tier(year to date after) − tier(year to date before), rounded once (W11).

    Raises:
        ValueError: the usage is beyond the last tier, or went down.
    """
    if after < before:
        raise ValueError(f"usage of the year fell from {before} to {after}")
    return round_money(_raw(after, tiers) - _raw(before, tiers), rounding)


def widened(tiers: Sequence[Tier], factor: Decimal) -> list[Tier]:
    """Return the tiers with wider limits, for a large household (rules.md 5)."""
    return [Tier(None if t.up_to is None else t.up_to * factor, t.price) for t in tiers]
