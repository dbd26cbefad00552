"""One payer's dealings with the counter, day by day, as the product would have posted them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

from plugins.demo.history.books import (
    Allocation,
    Bill,
    Books,
    LateFee,
    Moment,
    Movement,
    Payment,
    Reduction,
)
from plugins.demo.history.days import Window
from plugins.demo.history.habits import AHEAD, PART, Habit
from plugins.demo.history.lateness import Rule, accrued

_PERCENTS = (10, 20, 30, 50)
_WAIVE = "業主對滯納金提出異議，經核實同意減免"
_REASONS = (
    "樓上漏水維修期間影響居住，協商減免",
    "電梯停運超過十天，按約定減免",
    "空置期間核實未用水電，酌情減免",
    "小區施工噪音擾民補償",
    "首次逾期，業主補交資料後協商減免",
)


@dataclass(slots=True)
class Account:
    """A payer in an estate: what he owes, what he has prepaid."""

    payer: int
    estate: int
    habit: Habit
    random: Random
    books: Books
    window: Window
    rules: Mapping[int, Rule]
    priorities: Mapping[int, int]
    monthly: int = 0  # what a month costs him on average, fen
    open: list[Bill] = field(default_factory=list)
    balance: int = 0

    def bill(self, at: Moment, bills: Iterable[Bill]) -> None:
        """Take new bills in; prepayments pay what they can."""
        for bill in bills:
            if self.balance and bill.amount and bill.kind == "cyclic":
                self._offset(at, bill)
            if bill.open:
                self.open.append(bill)

    def _offset(self, at: Moment, bill: Bill) -> None:
        taken = min(self.balance, bill.amount)
        bill.lower(at[0], received=taken)
        self.books.allocations.append(Allocation(at, bill, "offset", taken))
        self.books.offsets[bill.run] += taken
        self.move(at, "offset", -taken, bill=bill)

    def move(
        self,
        at: Moment,
        kind: str,
        amount: int,
        *,
        payment: Payment | None = None,
        bill: Bill | None = None,
        area_change: int | None = None,
    ) -> None:
        """Put money on the prepayment account, or take it off."""
        self.balance += amount
        movement = Movement(at, self.payer, self.estate, kind, amount, payment, bill)
        movement.area_change = area_change
        self.books.movements.append(movement)

    def visit(self, day: int, what: str) -> None:
        """Come to the counter, or pay on the phone."""
        at = (day, self.window.second(self.random, day))
        self.open = [bill for bill in self.open if bill.open or bill.late_open]
        if what != AHEAD and not self.open:
            return
        self.open.sort(key=lambda b: (b.due, self.priorities[b.item], b.no, b.id))
        if what != PART and self.open:
            self._bargain(at)
        late = {bill.id: self._late(bill, day) for bill in self.open if bill.due < day}
        owed = sum(bill.open for bill in self.open) + sum(late.values())
        self._pay(at, self._brought(what, owed), late)

    def _late(self, bill: Bill, day: int) -> int:
        """Return the open late fee as of a day."""
        whole = max(accrued(bill, self.rules.get(bill.item), day), bill.late_fixed)
        return whole - bill.late_received - bill.late_reduced

    def _brought(self, what: str, owed: int) -> int:
        if what == PART:
            return max(5000, round(owed * self.random.uniform(0.25, 0.7) / 5000) * 5000)
        if what == AHEAD:
            return -(-(owed + self._half_a_year()) // 10000) * 10000
        if self.random.random() < 0.01:
            return -(-owed // 10000) * 10000  # keep the change
        return owed

    def _half_a_year(self) -> int:
        """Guess what six months will cost."""
        return self.monthly * 6

    def _bargain(self, at: Moment) -> None:
        """Now and then a reduction is asked for and given before paying."""
        chance = self.random.random()
        if chance < 0.004:
            self._reduce(at, self.open[0])
        elif chance < 0.12:
            self._waive(at)

    def _reduce(self, at: Moment, bill: Bill) -> None:
        percent = self.random.choice(_PERCENTS)
        amount = (bill.open * percent * 2 + 100) // 200
        if not amount:
            return
        reason = self.random.choice(_REASONS)
        made = Reduction(
            (at[0], at[1] - 600), bill.room, bill.payer, "percent", [(bill, amount, 0)], reason
        )
        made.percent = percent
        bill.lower(at[0], reduced=amount)
        self.books.reductions.append(made)

    def _waive(self, at: Moment) -> None:
        """Waive the late fees of one room, if they are worth a form."""
        room = self.open[0].room if self.open else 0
        lines = [
            (bill, 0, late)
            for bill in self.open
            if bill.room == room and bill.due < at[0] and (late := self._late(bill, at[0])) > 0
        ]
        if sum(late for _, _, late in lines) < 300:
            return
        for bill, _, late in lines:
            self._fix(bill, at[0], None)
            bill.late_reduced += late
        made = Reduction((at[0], at[1] - 600), room, self.payer, "late_fee", lines, _WAIVE)
        self.books.reductions.append(made)

    def _fix(self, bill: Bill, day: int, payment: Payment | None) -> None:
        """Fix what a late fee has grown to."""
        new = accrued(bill, self.rules.get(bill.item), day) - bill.late_fixed
        if new > 0:
            since = max(bill.fixed_to, bill.due) + 1
            fee = LateFee(bill, since, day, bill.open, new, payment)
            self.books.late_fees.append(fee)
            bill.late_fixed += new
            bill.fixed_to = day

    def _pay(self, at: Moment, total: int, late: Mapping[int, int]) -> None:
        """Settle the oldest bills first, principal before late fee; the rest is prepaid."""
        if total <= 0:
            return
        rooms = {bill.room for bill in self.open}
        payment = Payment(
            at, self.estate, rooms.pop() if len(rooms) == 1 else None, self.payer, "counter",
            (), total,
        )  # fmt: skip
        left = total
        for bill in self.open:
            if not left:
                break
            principal = min(left, bill.open)
            fee = min(left - principal, late.get(bill.id, 0))
            if principal or fee:
                self._fix(bill, at[0], payment)
                self._allocate(at, bill, payment, principal, fee)
                left -= principal + fee
        self._take(payment, left)

    def _allocate(self, at: Moment, bill: Bill, payment: Payment, principal: int, fee: int) -> None:
        if principal:
            bill.lower(at[0], received=principal)
        bill.late_received += fee
        payment.late += fee
        row = Allocation(at, bill, "payment", principal, fee, payment)
        self.books.allocations.append(row)

    def _take(self, payment: Payment, surplus: int) -> None:
        payment.surplus = surplus
        payment.channel = "portal" if self.habit.online else "counter"
        payment.ways = ((self._way(), payment.total),)
        if payment.total > 30000 and self.random.random() < 0.01:
            cash = payment.total // 2 // 10000 * 10000 or 10000
            payment.ways = (("cash", cash), ("wechat", payment.total - cash))
            payment.channel = "counter"
        self.books.take(payment, 0 if self.habit.online else 1)
        if surplus:
            self.move(payment.at, "surplus", surplus, payment=payment)

    def _way(self) -> str:
        usual, other = self.habit.ways
        if self.habit.online:
            return usual
        return usual if self.random.random() < 0.85 else other

    def overdue(self, day: int, days: int) -> list[Bill]:
        """Return the open bills that fell due more than some days before."""
        return [bill for bill in self.open if bill.open and bill.due < day - days]

    def lines_of_notice(self, day: int) -> dict[int, list[tuple[Bill, int, int]]]:
        """Return by room what a notice of overdue bills would list."""
        found: dict[int, list[tuple[Bill, int, int]]] = {}
        for bill in self.open:
            late = self._late(bill, day) if bill.due < day else 0
            if (bill.open and bill.due < day) or late:
                found.setdefault(bill.room, []).append((bill, bill.open, late))
        return found
