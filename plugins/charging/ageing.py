"""Arrears by days overdue (rules.md 11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

BUCKETS: tuple[tuple[str, int | None], ...] = (
    ("not_due", 0),
    ("d1_30", 30),
    ("d31_60", 60),
    ("d61_90", 90),
    ("d91_180", 180),
    ("d181_365", 365),
    ("over_365", None),
)
"""Name and last day overdue of each bucket, the upper bound inside (W42)."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Something that lowers a bill on a day: an allocation or an applied reduction."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Aged:
    """A bill as ageing sees it."""

    due_on: date
    amount: Decimal
    movements: tuple[Movement, ...] = ()

    def open_at(self, as_of: date) -> Decimal:
        """Return what was open at the end of a day: movements dated later do not count."""
        return self.amount - sum((m.amount for m in self.movements if m.on <= as_of), Decimal(0))


def bucket(due_on: date, as_of: date) -> str:
    """Return the bucket of a bill with that due date (W42)."""
    overdue = (as_of - due_on).days
    for name, last in BUCKETS:
        if last is None or overdue <= last:
            return name
    raise AssertionError("the last bucket has no end")


def ageing(bills: Iterable[Aged], as_of: date) -> dict[str, Decimal]:
    """Sum what is open as of a date by bucket, credit balances in 'credit' of their own.

    The values add up to the ledger: Σ open of all bills.
    """
    found = {name: Decimal("0.00") for name, _ in BUCKETS} | {"credit": Decimal("0.00")}
    for bill in bills:
        left = bill.open_at(as_of)
        found["credit" if left < 0 else bucket(bill.due_on, as_of)] += left
    return found
