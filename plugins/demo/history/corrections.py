"""What goes wrong and is put right: reversals with re-entry, refunds, revoked reductions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from plugins.demo.history.books import (
    Allocation,
    Books,
    Moment,
    Movement,
    Payment,
    Receipt,
    Reduction,
    Refund,
)
from plugins.demo.history.days import HOUR, Window

_REVERSED, _REFUNDED, _PAID_OUT = 36, 26, 12
_LEFT = ("房屋已過戶，退還預存款餘額", "業主申請退還部分預存款")
_WRONG = (
    "收款方式選錯：業主實際為刷卡",
    "金額入錯房號，沖銷重錄",
    "業主要求改為轉賬支付，原單沖銷",
    "重複錄入，沖銷後重錄",
)
_UNUSED = ("車輛已售，退還當月車位費", "車位改租，退還車位管理費", "重複繳納，退回業主賬戶")


@dataclass
class Corrections:
    """Corrects some payments of the books after the fact."""

    window: Window
    random: Random
    books: Books
    parking: int  # the fee item that is refunded most

    def reverse(self) -> None:
        """Reverse payments that were keyed in wrongly, and take them once more."""
        by_payment: dict[int, list[Allocation]] = {}
        for row in self.books.allocations:
            if row.payment is not None and row.kind == "payment":
                by_payment.setdefault(id(row.payment), []).append(row)
        fit = [
            p for p in self.books.payments
            if p.channel == "counter" and not p.surplus and not p.late
            and p.at[0] < self.window.now - 3 and len(p.ways) == 1
            and all(_is_plain(a, p) for a in by_payment.get(id(p), ()))
        ]  # fmt: skip
        receipts = {id(r.payment): r for r in self.books.receipts if r.payment is not None}
        count = min(_REVERSED * max(1, self.window.closed) // 18, len(fit))
        for old in self.random.sample(fit, count):
            self._reverse(old, by_payment[id(old)], receipts[id(old)])

    def _reverse(self, old: Payment, rows: list[Allocation], receipt: Receipt) -> None:
        day = old.at[0] + self.random.choice((0, 0, 0, 1, 2))
        second = max(old.at[1] + 900, 9 * HOUR) if day == old.at[0] else 10 * HOUR
        at, again = (day, second), (day, second + 240)
        reason = self.random.choice(_WRONG)
        mirror = _copy(old, at, -1)
        mirror.state, mirror.reversal_of, mirror.reason = "reversal", old, reason
        old.state = "reversed"
        new = _copy(old, again, 1)
        way = "card" if old.ways[0][0] != "card" else "transfer"
        new.ways = ((way, old.total),)
        new.note = "沖銷重錄"
        self.books.payments.append(mirror)
        receipt.void = True
        self.books.receipts.append(
            Receipt(at, old.estate, old.payer, -receipt.amount, mirror, red_of=receipt)
        )
        self.books.take(new, 1)
        self._move(rows, mirror, new)

    def _move(self, rows: Iterable[Allocation], mirror: Payment, new: Payment) -> None:
        """Mirror a payment's allocations, and write them anew."""
        for row in rows:
            row.reversed = True
            back = Allocation(mirror.at, row.bill, "reversal", -row.amount, -row.late, mirror)
            back.reversal_of, back.reversed = row, True
            again = Allocation(new.at, row.bill, "payment", row.amount, row.late, new)
            self.books.allocations += (back, again)
            row.bill.settled = new.at[0]
            row.bill.lowered = [(new.at[0], row.amount)]

    def refund(self) -> None:
        """Give parking fees back to people whose car is gone."""
        fit = [
            a for a in self.books.allocations
            if a.kind == "payment" and a.bill.item == self.parking and not a.reversed
            and a.payment is not None and a.payment.state == "posted"
            and a.amount == a.bill.amount and not a.bill.late_fixed
            and a.at[0] < self.window.now - 40
        ]  # fmt: skip
        count = min(_REFUNDED * max(1, self.window.closed) // 18, len(fit))
        for row in self.random.sample(fit, count):
            self._refund(row)

    def _refund(self, row: Allocation) -> None:
        payment, bill, amount = row.payment, row.bill, row.amount
        assert payment is not None
        at = (row.at[0] + self.random.randrange(5, 38), self.random.randrange(9 * HOUR, 16 * HOUR))
        reason = self.random.choice(_UNUSED)
        made = Refund(
            at, bill.estate, payment.payer, "payment", amount, "transfer", reason, payment=payment
        )
        made.lines.append((bill, amount))
        payment.refunded += amount
        bill.received -= amount
        bill.reduced += amount
        bill.lowered += [(at[0], -amount), (at[0], amount)]
        self.books.refunds.append(made)
        self.books.allocations.append(
            Allocation(at, bill, "refund", -amount, payment=payment, refund=made)
        )
        self.books.reductions.append(
            Reduction(at, bill.room, payment.payer, "amount", [(bill, amount, 0)], reason)
        )
        self.books.receipts.append(
            Receipt(at, bill.estate, payment.payer, -amount, payment, refund=made)
        )

    def give_back(self, movers: Sequence[tuple[int, int]]) -> None:
        """Pay out prepayments: all that movers have left, half of what some others ask for."""
        last: dict[tuple[int, int], list[Movement]] = {}
        for movement in self.books.movements:
            last.setdefault((movement.payer, movement.estate), []).append(movement)
        others = [key for key in sorted(last) if key not in movers]
        asking = self.random.sample(others, min(_PAID_OUT, len(others)))
        for key in (*movers, *asking):
            balance = sum(m.amount for m in last.get(key, ()))
            amount = balance if key in movers else balance // 20000 * 10000
            day = max((m.at[0] for m in last.get(key, ())), default=0) + 9
            if amount > 0 and day <= self.window.now:
                self._pay_out(key, amount, (day, 15 * HOUR), _LEFT[key in asking])

    def _pay_out(self, key: tuple[int, int], amount: int, at: Moment, reason: str) -> None:
        made = Refund(at, key[1], key[0], "prepayment", amount, "transfer", reason)
        self.books.refunds.append(made)
        movement = Movement(at, *key, "refund", -amount, refund=made)
        self.books.movements.append(movement)
        self.books.receipts.append(Receipt(at, key[1], key[0], -amount, refund=made))


def _is_plain(row: Allocation, payment: Payment) -> bool:
    """Tell whether a bill was settled by this payment alone, with nothing to it."""
    bill = row.bill
    return (
        bill.kind == "cyclic"
        and bill.received == row.amount == bill.amount
        and not bill.late_fixed
        and payment.at[0] + 3 <= bill.due
    )


def _copy(old: Payment, at: Moment, sign: int) -> Payment:
    return Payment(
        at, old.estate, old.room, old.payer, old.channel,
        tuple((way, sign * fen) for way, fen in old.ways), sign * old.total,
    )  # fmt: skip
