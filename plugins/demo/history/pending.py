"""Documents that wait for somebody, so that a visitor finds work to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import TypeVar

from plugins.demo.history.books import Bill, Books, Payment, Reduction, Refund
from plugins.demo.history.days import HOUR, Window

T = TypeVar("T")
_DECIDED = (
    ("rejected", 4, "不符合減免條件，請業主按期繳費"),
    ("revoked", 3, "業主未按協議付清，撤銷減免"),
)
_WHY = ("業主反映漏水未修，申請減免", "空置一年以上，申請空置優惠", "特困家庭申請減免")
_LEVELS = (  # per cent of each bill; from, to which total, in fen; what it is for
    ("small", 15, 2_000, 50_000, "業主反映漏水未修，申請減免"),
    ("middle", 30, 80_000, 480_000, "空置一年以上，申請空置優惠"),
    ("large", 50, 520_000, 1_600_000, "整層空置兩年，按補充協議減半"),
)
# Drafts by office and level, with the days since each was written; approvals.py says what
# becomes of them, in this order, and leaves a few as they are.
DRAFTS: dict[tuple[str, str], tuple[int, ...]] = {
    ("TH", "small"): (14, 6, 4, 1), ("TH", "middle"): (13, 8), ("TH", "large"): (17, 12),
    ("NH", "small"): (13, 10, 3, 1), ("NH", "middle"): (12, 9),
    ("BJ", "small"): (9, 5), ("BJ", "middle"): (12, 7), ("BJ", "large"): (15,),
    ("YQ", "small"): (8, 1), ("YQ", "middle"): (11,), ("YQ", "large"): (16,),
}  # fmt: skip


def ask_for_reductions(
    books: Books, window: Window, random: Random, offices: Mapping[int, str]
) -> None:
    """Write reductions that are not in force: drafts, refused, taken back.

    `offices` maps estates to the codes of their offices.
    """
    fit = [
        bill for bill in books.bills
        if bill.kind == "cyclic" and bill.open == bill.amount and bill.amount > 20000
        and 0 < bill.seen < window.now - 60 and not bill.late_fixed
    ]  # fmt: skip
    taken = set(_decided(books, window, random, fit))
    rooms: dict[tuple[str, int, int], list[Bill]] = {}
    for bill in fit:
        if bill.room not in taken:
            rooms.setdefault((offices[bill.estate], bill.room, bill.payer), []).append(bill)
    for (office, level), ages in DRAFTS.items():
        found = [(key, lines) for key in rooms if key[0] == office
                 for lines in _lines(level, rooms[key]) if lines]  # fmt: skip
        for age, (key, lines) in zip(ages, _some(random, found, len(ages)), strict=False):
            rooms.pop(key, None)
            at, why = (window.now - age, 10 * HOUR), _level(level)[4]
            made = Reduction(at, key[1], key[2], "amount", lines, why)
            made.state = "draft"
            books.reductions.append(made)


def _level(name: str) -> tuple[str, int, int, int, str]:
    return next(one for one in _LEVELS if one[0] == name)


def _lines(level: str, bills: Sequence[Bill]) -> list[list[tuple[Bill, int, int]]]:
    """Return what a reduction of that level takes off a room's bills; nothing if too little."""
    _, percent, least, most, _ = _level(level)
    lines: list[tuple[Bill, int, int]] = []
    total = 0
    for bill in sorted(bills, key=lambda b: (b.due, b.id)):
        if total < least:
            off = bill.amount * percent // 10_000 * 100  # whole yuan
            lines.append((bill, off, 0))
            total += off
    return [lines] if least <= total <= most else []


def _decided(books: Books, window: Window, random: Random, fit: Sequence[Bill]) -> Iterator[int]:
    """Write those that were refused or taken back weeks ago; yield their rooms."""
    wanted = [(state, decision) for state, count, decision in _DECIDED for _ in range(count)]
    for (state, decision), bill in zip(wanted, random.sample(fit, len(wanted)), strict=True):
        day = window.now - random.randrange(30, 50)
        amount = bill.amount // 1000 * random.choice((100, 200, 300))
        made = Reduction(
            (day, 10 * HOUR), bill.room, bill.payer, "amount", [(bill, amount, 0)],
            random.choice(_WHY),
        )  # fmt: skip
        made.state, made.decision = state, decision
        if state == "revoked":
            made.revoked_on = day + random.randrange(5, 20)
        books.reductions.append(made)
        yield bill.room


def ask_for_refunds(books: Books, window: Window, random: Random, parking: int) -> None:
    """Write refunds of recent payments, to be handed in."""
    fit: list[tuple[Payment, Bill, int]] = [
        (row.payment, row.bill, row.amount) for row in books.allocations
        if row.kind == "payment" and row.payment is not None and not row.reversed
        and row.bill.item == parking and row.payment.state == "posted"
        and not row.payment.refunded and row.at[0] > window.now - 40
    ]  # fmt: skip
    for payment, bill, amount in _some(random, fit, 4):
        made = Refund(
            (window.now, 9 * HOUR), bill.estate, payment.payer, "payment", amount, "transfer",
            "車輛已售，申請退還車位費", "draft", payment,
        )  # fmt: skip
        made.lines.append((bill, amount))
        books.refunds.append(made)


def _some(random: Random, fit: Sequence[T], count: int) -> list[T]:
    return random.sample(fit, min(count, len(fit)))
