"""Money: rounding once, tax inside a price, spreading without losing a cent (rules.md 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from types import MappingProxyType

HALF_UP, UP, DOWN, WHOLE_YUAN = "half_up", "up", "down", "whole_yuan"
Number = Decimal | Fraction | int

_CENTS: Mapping[str, int] = MappingProxyType({HALF_UP: 1, UP: 1, DOWN: 1, WHOLE_YUAN: 100})


def exact(value: Number) -> Fraction:
    """Return the number as a fraction.

    Raises:
        TypeError: a binary float, which has no place in money (rules.md M1).
    """
    if isinstance(value, float):
        raise TypeError(f"money must not be a float: {value!r}")
    return Fraction(value)


def _half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2)) if value >= 0 else -floor(-value + Fraction(1, 2))


def _away(value: Fraction) -> int:
    return ceil(value) if value >= 0 else floor(value)


def _toward(value: Fraction) -> int:
    return floor(value) if value >= 0 else ceil(value)


def round_money(value: Number, mode: str = HALF_UP) -> Decimal:
    """Round an amount to 0.01, or to 1 with `whole_yuan` (rules.md M2, W02, W04).

    Half-up means half away from zero, so a credit is the mirror of its bill.

    Raises:
        ValueError: unknown mode.
    """
    if mode not in _CENTS:
        raise ValueError(f"unknown rounding {mode!r}; one of {', '.join(_CENTS)}")
    step = _CENTS[mode]
    units = exact(value) * 100 / step
    rounded = {UP: _away, DOWN: _toward}.get(mode, _half_up)(units)
    return Decimal(rounded * step).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Taxed:
    """A tax-inclusive amount taken apart; net + tax is the amount, always."""

    net: Decimal
    tax: Decimal


def split_tax(amount: Decimal, rate: Decimal) -> Taxed:
    """Take the tax out of a price that includes it; the rate is a percentage (W57)."""
    net = round_money(exact(amount) * 100 / (100 + exact(rate)))
    return Taxed(net, amount - net)


def spread(total: Decimal, weights: Sequence[Number]) -> list[Decimal]:
    """Spread an amount in cents by weight, largest remainder first (W15, W16).

    The parts add up to the total to the cent; among equal remainders the earlier part gets
    the cent. A part of weight 0 gets 0.

    Raises:
        ValueError: no weight, a negative one, all zero, or a total with parts of a cent.
    """
    cents = exact(total) * 100
    shares = [exact(weight) for weight in weights]
    whole = sum(shares, Fraction(0))
    if whole <= 0 or min(shares) < 0:
        raise ValueError(f"cannot spread {total} over weights {list(weights)!r}")
    if cents.denominator != 1:
        raise ValueError(f"cannot spread parts of a cent: {total}")
    wanted = [abs(cents) * share / whole for share in shares]
    parts = [floor(want) for want in wanted]
    order = sorted(range(len(parts)), key=lambda n: parts[n] - wanted[n])
    for index in order[: int(abs(cents)) - sum(parts)]:
        parts[index] += 1
    sign = -1 if cents < 0 else 1
    return [Decimal(sign * part).scaleb(-2) for part in parts]
