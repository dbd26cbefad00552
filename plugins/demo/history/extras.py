"""Bills outside of runs: deposits of decorators, one-off charges, gifts of free months."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from plugins.demo.history.books import (
    Allocation,
    Bill,
    Books,
    Deposit,
    Payment,
    Receipt,
    Refund,
)
from plugins.demo.history.days import HOUR, Window, iso, yuan
from plugins.demo.ledger import Row

_DECORATED = 110  # rooms whose decorating is over
_ONE_OFFS = 420
_GIFTS = 14
_REPAIRS = (
    ("更換廚房水龍頭", 8800),
    ("更換入戶門鎖芯", 15000),
    ("疏通主臥下水", 12000),
    ("更換空開及插座", 9600),
    ("衛生間防水修補", 68000),
    ("更換燈管及鎮流器", 5600),
)
_FINES = ((30000, "拆改承重牆邊角，罰款 300 元"), (20000, "裝修垃圾未按時清運，罰款 200 元"))


@dataclass(slots=True, eq=False)
class Gift:
    """A free month: the bill of 0 in place of the run's, and what it would have cost."""

    day: int
    bill: Bill
    worth: int
    number: int = 0


@dataclass
class Extras:
    """Makes bills that no run computes; their ids go on behind the runs'."""

    window: Window
    random: Random
    books: Books
    items: dict[str, int]  # ids by code
    next_id: int
    gifts: list[Gift] = field(default_factory=list)

    def bill(self, room: Row, code: str, kind: str, day: int, amount: int, due: int) -> Bill:
        """Write a bill of one day and amount."""
        made = Bill(
            self.next_id, f"LS{iso(day).replace('-', '')}-{self.next_id:06}", room["id"],
            room["payer"], room["estate"], self.items[code], kind, day, day, day, day, day + due,
            amount,
        )  # fmt: skip
        self.next_id += 1
        self.books.bills.append(made)
        return made

    def pay(self, bill: Bill, day: int, way: str = "wechat") -> Payment:
        """Pay a bill in full at the counter."""
        at = (day, self.window.second(self.random, day))
        payment = Payment(
            at, bill.estate, bill.room, bill.payer, "counter", ((way, bill.amount),), bill.amount
        )
        self.books.take(payment, 1)
        self.books.allocations.append(Allocation(at, bill, "payment", bill.amount, payment=payment))
        bill.lower(day, received=bill.amount)
        return payment

    def decorate(self, rooms: Sequence[Row]) -> None:
        """Take deposits of those who decorate, and of those who did; give the latter's back."""
        first, today = self.window.first.toordinal(), self.window.now
        for room in rooms:
            if room["state"] == "decorating":
                handed = room["handed_over_on"].toordinal()
                self._deposit(room, min(today, max(first, handed + 6)), over=False)
        homes = [r for r in rooms if r["state"] == "occupied" and r["kind"] == "residence"]
        for room in self.random.sample(homes, min(_DECORATED, len(homes))):
            self._deposit(room, self._day(first, today - 130), over=True)

    def _deposit(self, room: Row, day: int, *, over: bool) -> None:
        amount = 500000 if room["kind"] == "villa" else 200000
        bill = self.bill(room, "YJ01", "deposit", day, amount, 7)
        made = Deposit((day, 9 * HOUR), bill, amount)
        self.books.deposits.append(made)
        paid = min(self.window.now, day + self.random.randrange(4))
        if over or self.random.random() < 0.93:
            self.pay(bill, paid, self.random.choice(("card", "wechat", "transfer")))
            made.taken = paid
        waste = self.bill(room, "ZX01", "adhoc", day, 60000, 7)
        waste.note = "裝修垃圾清運"
        self.pay(waste, paid)
        if over:
            self._settle(made, paid + self.random.randrange(60, 125))

    def _settle(self, deposit: Deposit, day: int) -> None:
        day = min(day, self.window.now)
        deposit.inspected = day - self.random.randrange(1, 6)
        if self.random.random() < 0.12:
            deposit.forfeited, deposit.note = self.random.choice(_FINES)
        deposit.refunded = deposit.amount - deposit.forfeited
        bill, at = deposit.bill, (day, self.window.second(self.random, day))
        reason = deposit.note or "裝修驗收合格，退還押金"
        made = Refund(
            at, bill.estate, bill.payer, "deposit", deposit.refunded, "transfer", reason,
            deposit=deposit,
        )  # fmt: skip
        self.books.refunds.append(made)
        red = Receipt(at, bill.estate, bill.payer, -deposit.refunded, refund=made)
        self.books.receipts.append(red)

    def charge(self, rooms: Sequence[Row]) -> None:
        """Charge repairs and entrance cards; the latest are not all paid yet."""
        first, today = self.window.first.toordinal(), self.window.now
        for _ in range(_ONE_OFFS * max(1, self.window.closed) // 18):
            room, day = self.random.choice(rooms), self._day(first, today)
            code = "LS01" if self.random.random() < 0.6 else "LS02"
            note, amount = self.random.choice(_REPAIRS)
            if code == "LS02":
                cards = self.random.randrange(1, 4)
                note, amount = f"門禁卡 {cards} 張", cards * 2500
            bill = self.bill(room, code, "adhoc", day, amount, 15)
            bill.note = note
            if day < today - 8 or self.random.random() < 0.4:
                way = self.random.choice(("cash", "wechat", "wechat", "alipay"))
                self.pay(bill, min(today, day + self.random.randrange(3)), way)

    def _day(self, first: int, last: int) -> int:
        return first + self.random.randrange(max(1, last - first))

    def give(self, candidates: Sequence[Bill]) -> None:
        """Turn some bills of people who pay ahead into free months, approved beforehand."""
        wanted = min(_GIFTS, len(candidates))
        chosen = self.random.sample(candidates, wanted)
        for bill in sorted(chosen, key=lambda b: (b.first, b.id)):
            day = bill.first - self.random.randrange(6, 20)
            self.gifts.append(Gift(day, bill, bill.amount))
            bill.kind, bill.amount, bill.run = "gift", 0, None
            bill.billed = bill.seen = day
            bill.due = day + 30

    def name_gifts(self, numbers: Iterator[str]) -> None:
        """Put the gifts' numbers on their bills."""
        for gift, no in zip(self.gifts, numbers, strict=True):
            gift.bill.note = no
            gift.bill.snapshot = json.dumps(
                {"gift": no, "worth": yuan(gift.worth)}, ensure_ascii=False
            )
            stamp = iso(gift.day).replace("-", "")
            gift.bill.no = f"LS{stamp}-{gift.bill.id:06}"
