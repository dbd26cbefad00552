"""Documents that wait for somebody, so that a visitor finds work to do."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from plugins.demo.history.books import Bill, Books, Payment, Reduction, Refund
from plugins.demo.history.days import HOUR, Window

_ASKED = (
    ("draft", 10, None),  # some are handed in once there are people to decide on them
    ("rejected", 4, "不符合減免條件，請業主按期繳費"),
    ("revoked", 3, "業主未按協議付清，撤銷減免"),
)
_WHY = ("業主反映漏水未修，申請減免", "空置一年以上，申請空置優惠", "特困家庭申請減免")


def ask_for_reductions(books: Books, window: Window, random: Random) -> None:
    """Write reductions that are not in force: drafts, refused, taken back."""
    fit = [
        bill for bill in books.bills
        if bill.kind == "cyclic" and bill.open == bill.amount and bill.amount > 20000
        and 0 < bill.seen < window.now - 60 and not bill.late_fixed
    ]  # fmt: skip
    wanted = [(state, decision) for state, count, decision in _ASKED for _ in range(count)]
    for (state, decision), bill in zip(wanted, random.sample(fit, len(wanted)), strict=True):
        early = state in ("rejected", "revoked")
        day = window.now - random.randrange(30, 50) if early else window.now - random.randrange(6)
        amount = bill.amount // 1000 * random.choice((100, 200, 300))
        made = Reduction(
            (day, 10 * HOUR), bill.room, bill.payer, "amount", [(bill, amount, 0)],
            random.choice(_WHY),
        )  # fmt: skip
        made.state, made.decision = state, decision
        if state == "revoked":
            made.revoked_on = day + random.randrange(5, 20)
        books.reductions.append(made)


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


def _some(
    random: Random, fit: Sequence[tuple[Payment, Bill, int]], count: int
) -> list[tuple[Payment, Bill, int]]:
    return random.sample(fit, min(count, len(fit)))
