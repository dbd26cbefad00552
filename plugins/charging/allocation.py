"""Which bills a payment settles, and by how much (rules.md 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

PRINCIPAL_FIRST, LATE_FEE_FIRST = "principal_first", "late_fee_first"
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBill:
    """A published bill with something left to pay."""

    id: int
    due_on: date
    number: str
    fee_item: int
    priority: int = 100  # of the fee item; lower is paid first among bills due the same day
    room: int | None = None
    period_from: date | None = None
    principal: Decimal  # open principal, at least 0
    late_fee: Decimal = ZERO  # open late fee as of the day of payment
    order: str = PRINCIPAL_FIRST  # of the fee item: what is paid first within the bill

    @property
    def open(self) -> Decimal:
        """Return principal and late fee together."""
        return self.principal + self.late_fee


@dataclass(frozen=True, slots=True)
class Part:
    """What one payment gives one bill."""

    bill: int
    principal: Decimal
    late_fee: Decimal


@dataclass(frozen=True, slots=True)
class Allocated:
    """How a payment was spread; parts and surplus add up to the amount, always."""

    parts: tuple[Part, ...]
    surplus: Decimal  # goes to the prepayment account (W33)


def in_order(bills: Iterable[OpenBill]) -> list[OpenBill]:
    """Sort by due date, then item priority, then bill number."""
    return sorted(bills, key=lambda b: (b.due_on, b.priority, b.number, b.id))


def allocate(amount: Decimal, bills: Iterable[OpenBill], order: str = PRINCIPAL_FIRST) -> Allocated:
    """Spread a payment over open bills, oldest first, partly if it does not suffice (W32).

    Raises:
        ValueError: a negative amount, a bill with a negative rest, or an unknown order.
    """
    if amount < 0 or order not in ("", PRINCIPAL_FIRST, LATE_FEE_FIRST):
        raise ValueError(f"cannot allocate {amount} with order {order!r}")
    left, parts = amount, []
    for bill in in_order(bills):
        if min(bill.principal, bill.late_fee) < 0:
            raise ValueError(f"bill {bill.number} has a negative rest")
        given = _give(left, bill, order or bill.order)
        if given.principal or given.late_fee:
            parts.append(given)
            left -= given.principal + given.late_fee
    return Allocated(tuple(parts), left)


def _give(left: Decimal, bill: OpenBill, order: str) -> Part:
    if order == PRINCIPAL_FIRST:
        principal = min(left, bill.principal)
        return Part(bill.id, principal, min(left - principal, bill.late_fee))
    late_fee = min(left, bill.late_fee)
    return Part(bill.id, min(left - late_fee, bill.principal), late_fee)


def skipped_older(chosen: Collection[int], bills: Sequence[OpenBill]) -> list[OpenBill]:
    """Return open bills left out though older than a chosen one of the same item and room.

    The counter warns about these, or refuses (option; rules.md 8).
    """
    newest: dict[tuple[int, int | None], date] = {}
    for bill in bills:
        if bill.id in chosen:
            key = (bill.fee_item, bill.room)
            newest[key] = max(newest.get(key, date.min), bill.due_on)
    return [
        bill
        for bill in in_order(bills)
        if bill.id not in chosen and bill.due_on < newest.get((bill.fee_item, bill.room), date.min)
    ]


def pay_state(amount: Decimal, reduced: Decimal, received: Decimal) -> str:
    """Return 'unpaid', 'part' or 'paid'; derived, never typed (W35).

    A bill that is reduced to nothing is paid.
    """
    if amount - reduced - received <= 0:
        return "paid"
    return "part" if received > 0 else "unpaid"
