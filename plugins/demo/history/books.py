"""What the history writes down: bills, payments, allocations, documents; fen and ordinals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

Moment = tuple[int, int]  # a day's ordinal, seconds since its midnight


@dataclass(slots=True, eq=False)
class Bill:
    """A published bill as payments see it; amounts in fen, days as ordinals."""

    id: int
    no: str
    room: int
    payer: int
    estate: int
    item: int
    kind: str
    first: int  # of its period
    last: int
    billed: int  # its date
    seen: int  # the day it was published
    due: int
    amount: int
    key: int = 0  # its row in the temporary table; 0: written from here
    run: int | None = None
    room_fee: int | None = None
    note: str | None = None
    snapshot: str | None = None  # JSON
    reduced: int = 0
    received: int = 0
    late_fixed: int = 0
    late_received: int = 0
    late_reduced: int = 0
    fixed_to: int = 0  # the day up to which its late fee is fixed
    settled: int = 0
    noticed: int = 0
    lowered: list[tuple[int, int]] = field(default_factory=list)  # (day, fen) off the principal

    @property
    def open(self) -> int:
        """Return what is left of the principal."""
        return self.amount - self.reduced - self.received

    @property
    def late_open(self) -> int:
        """Return what is left of the fixed late fee."""
        return self.late_fixed - self.late_received - self.late_reduced

    def lower(self, day: int, *, received: int = 0, reduced: int = 0) -> None:
        """Take a payment or reduction of principal into account."""
        self.received += received
        self.reduced += reduced
        self.lowered.append((day, received + reduced))
        if self.open == 0 and not self.settled:
            self.settled = day


@dataclass(slots=True, eq=False)
class Payment:
    """Money taken at once."""

    at: Moment
    estate: int
    room: int | None
    payer: int
    channel: str
    ways: tuple[tuple[str, int], ...]
    total: int
    late: int = 0
    surplus: int = 0
    state: str = "posted"
    reversal_of: Payment | None = None
    reason: str | None = None
    note: str | None = None
    refunded: int = 0
    id: int = 0
    no: str = ""


@dataclass(slots=True, eq=False)
class Allocation:
    """What a payment, a prepayment or a refund does to a bill."""

    at: Moment
    bill: Bill
    kind: str
    amount: int
    late: int = 0
    payment: Payment | None = None
    refund: Refund | None = None
    reversal_of: Allocation | None = None
    reversed: bool = False
    id: int = 0


@dataclass(slots=True, eq=False)
class LateFee:
    """A late fee fixed by a payment, or by a reduction (no payment)."""

    bill: Bill
    since: int
    until: int
    principal: int
    amount: int
    payment: Payment | None


@dataclass(slots=True, eq=False)
class Receipt:
    """A receipt, or a red one that takes one back."""

    at: Moment
    estate: int
    payer: int
    amount: int
    payment: Payment | None = None
    refund: Refund | None = None
    red_of: Receipt | None = None
    void: bool = False
    printed: int = 1
    id: int = 0
    no: str = ""


@dataclass(slots=True, eq=False)
class Movement:
    """Money into or out of a prepayment account."""

    at: Moment
    payer: int
    estate: int
    kind: str
    amount: int
    payment: Payment | None = None
    bill: Bill | None = None
    refund: Refund | None = None
    area_change: int | None = None


@dataclass(slots=True, eq=False)
class Reduction:
    """A reduction with its lines: (bill, principal, late fee)."""

    at: Moment
    room: int
    payer: int
    kind: str
    lines: list[tuple[Bill, int, int]]
    reason: str
    percent: int | None = None
    state: str = "approved"
    revoked_on: int | None = None
    decision: str | None = None
    id: int = 0
    no: str = ""

    @property
    def total(self) -> int:
        """Return what it takes off."""
        return sum(amount + late for _, amount, late in self.lines)


@dataclass(slots=True, eq=False)
class Refund:
    """Money given back: of a payment, a prepayment or a deposit."""

    at: Moment
    estate: int
    payer: int
    kind: str
    amount: int
    way: str
    reason: str
    state: str = "paid"
    payment: Payment | None = None
    deposit: Deposit | None = None
    lines: list[tuple[Bill, int]] = field(default_factory=list)
    id: int = 0
    no: str = ""


@dataclass(slots=True, eq=False)
class Deposit:
    """A deposit of a room that is being decorated."""

    at: Moment  # when it was asked for
    bill: Bill
    amount: int
    taken: int | None = None
    inspected: int | None = None
    forfeited: int = 0
    refunded: int = 0
    note: str | None = None
    id: int = 0
    no: str = ""


@dataclass(slots=True, eq=False)
class Chase:
    """One attempt to get arrears in."""

    day: int
    room: int
    payer: int
    estate: int
    level: str
    channel: str
    owed: int
    result: str
    promise_on: int | None = None
    promised: int | None = None
    note: str | None = None


@dataclass(slots=True, eq=False)
class Notice:
    """A payment notice with its lines: (bill, open, late fee)."""

    day: int
    room: int
    payer: int
    estate: int
    balance: int
    lines: list[tuple[Bill, int, int]]


@dataclass(slots=True)
class Books:
    """Everything that happened, in the order it was simulated."""

    bills: list[Bill] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    late_fees: list[LateFee] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    reductions: list[Reduction] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    deposits: list[Deposit] = field(default_factory=list)
    chases: list[Chase] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    offsets: Counter[int | None] = field(default_factory=Counter)  # fen by billing run

    def take(self, payment: Payment, printed: int) -> None:
        """Write down a payment with its receipt."""
        self.payments.append(payment)
        receipt = Receipt(
            payment.at, payment.estate, payment.payer, payment.total, payment, printed=printed
        )
        self.receipts.append(receipt)
