"""Refunds, deposits and reductions as arithmetic (rules.md 9)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from plugins.charging.amounts import exact, round_money

ZERO = Decimal("0.00")


def reduction_amount(open_amount: Decimal, percent: Decimal) -> Decimal:
    """Return a percentage of a bill's open principal (W35)."""
    return round_money(exact(open_amount) * exact(percent) / 100)


def open_amount(amount: Decimal, reduced: Decimal, received: Decimal) -> Decimal:
    """Return receivable − reduced − received; the three are kept apart (W35)."""
    return amount - reduced - received


def deposit_refund(held: Decimal, open_bills: Iterable[Decimal], forfeited: Decimal) -> Decimal:
    """Return what is left of a deposit after open bills and forfeits (W39, W40).

    Raises:
        ValueError: the deposit does not cover them.
    """
    left = held - sum(open_bills, ZERO) - forfeited
    if left < 0:
        raise ValueError(f"the deposit of {held} falls short by {-left}")
    return left


def volume_discount(
    monthly: Decimal, months: int, *, from_months: int, percent_of_price: Decimal
) -> Decimal:
    """Return the discount for paying many months at once, 0 below the threshold (W37).

    `percent_of_price` is what is still paid: 95 for 95折.
    """
    if months < from_months:
        return ZERO
    return round_money(exact(monthly) * months * (100 - exact(percent_of_price)) / 100)
