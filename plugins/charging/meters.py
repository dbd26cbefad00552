"""Usage from readings, and what it costs (rules.md 5)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from plugins.charging.amounts import HALF_UP, Number, exact, round_money, spread


def usage(
    previous: Decimal,
    current: Decimal,
    *,
    ratio: Decimal = Decimal(1),
    loss: Decimal = Decimal(0),
    adjustment: Decimal = Decimal(0),
    dial_digits: int = 0,
) -> Decimal:
    """Return (current − previous) × ratio × (1 + loss) + adjustment (W09, W10).

    `loss` is a share (0.03 for 3 %). With `dial_digits` the dial has rolled over (W14). A
    replaced meter is two calls added up (W13).

    Raises:
        ValueError: the dial went back and no rollover was declared.
    """
    turned = current - previous
    if turned < 0 and dial_digits:
        turned += Decimal(10) ** dial_digits
    if turned < 0:
        raise ValueError(f"reading {current} is below the previous one, {previous}")
    return turned * ratio * (1 + loss) + adjustment


def usage_charge(used: Decimal, price: Decimal, rounding: str = HALF_UP) -> Decimal:
    """Return usage × price, rounded once."""
    return round_money(exact(used) * exact(price), rounding)


def shared_pool(master: Decimal, parts: Sequence[Decimal], price: Decimal) -> Decimal:
    """Return what the master meter counted beyond its sub-meters, in money (W17).

    Raises:
        ValueError: the sub-meters counted more; a person must look (rules.md 5).
    """
    pool = master - sum(parts, Decimal(0))
    if pool < 0:
        raise ValueError(f"sub-meters exceed the master meter by {-pool}")
    return usage_charge(pool, price)


def share_pool(pool: Decimal, weights: Sequence[Number]) -> list[Decimal]:
    """Spread a shared amount by area, household or usage; no cent is lost (W15, W16)."""
    return spread(pool, weights)
