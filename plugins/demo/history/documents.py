"""Reductions, refunds, deposits, notices, chasing: documents into their tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from plugins.demo.history.books import Chase, Deposit, Reduction, Refund
from plugins.demo.history.bulk import line
from plugins.demo.history.days import HOUR, iso, stamp, yuan
from plugins.demo.history.extras import Gift
from plugins.demo.history.writing import STAMPS, Writer

_DELIVERED_AFTER = 2  # days


@dataclass
class Documents:
    """Writes the documents around bills and payments; `estates` maps rooms to estates."""

    writer: Writer
    estates: Mapping[int, int]
    today: int

    def _code(self, room: int) -> str:
        return self.writer.site(self.estates[room]).office_code

    def _unit(self, room: int) -> int:
        return self.writer.site(self.estates[room]).unit

    def write_reductions(self) -> None:
        """Write the reductions with their lines."""
        rows = self.writer.books.reductions
        rows.sort(key=lambda r: r.at)
        for count, row in enumerate(rows, start=1):
            row.id = count
            code = self._code(row.room)
            row.no = self.writer.numbers.take("reduction.no", code, row.at[0])
        self.writer.copy("reduction", _REDUCTION, map(self._reduction, rows))
        lines = [(row.id, *part) for row in rows for part in row.lines]
        self.writer.copy("reduction_line", _REDUCTION_LINE, (
            line(n, head, bill.id, yuan(amount), yuan(late))
            for n, (head, bill, amount, late) in enumerate(lines, start=1)
        ))  # fmt: skip

    def _reduction(self, r: Reduction) -> str:
        code = self._code(r.room)
        applied = r.state in ("approved", "revoked")
        approver = self.writer.places.approver(code, r.total) if applied else None
        asked_by = self.writer.places.user("customer_service", code)
        return line(
            r.id, r.no, r.room, r.payer, r.kind, r.percent, yuan(r.total), r.reason, r.state,
            iso(r.at[0]) if applied else None, approver,
            iso(r.revoked_on) if r.revoked_on else None, r.decision, self._unit(r.room),
            *self.writer.stamps(r.at, asked_by),
        )  # fmt: skip

    def write_refunds(self, accounts: Mapping[tuple[int, int], int]) -> None:
        """Write the refunds with their lines; `accounts` maps (payer, estate) to accounts."""
        rows = self.writer.books.refunds
        self.writer.copy("refund", _REFUND, (self._refund(r, accounts) for r in rows))
        lines = [(row.id, *part) for row in rows for part in row.lines]
        self.writer.copy("refund_line", ("id", "refund", "receivable", "amount"), (
            line(n, head, bill.id, yuan(amount))
            for n, (head, bill, amount) in enumerate(lines, start=1)
        ))  # fmt: skip

    def _refund(self, r: Refund, accounts: Mapping[tuple[int, int], int]) -> str:
        site = self.writer.site(r.estate)
        is_paid = r.state == "paid"
        account = accounts[r.payer, r.estate] if r.kind == "prepayment" else None
        head = self.writer.places.user("office_head", site.office_code)
        user = self.writer.places.user("cashier", site.office_code)
        return line(
            r.id, r.no, r.estate, r.kind, r.payment.id if r.payment else None, account,
            r.deposit.id if r.deposit else None, r.payer, yuan(r.amount), r.way, r.reason, r.state,
            iso(r.at[0]) if is_paid else None, head if is_paid else None, site.unit,
            *self.writer.stamps(r.at, user),
        )  # fmt: skip

    def write_deposits(self) -> None:
        """Write the deposits; refunds point to them."""
        rows = self.writer.books.deposits
        rows.sort(key=lambda d: d.at)
        for count, row in enumerate(rows, start=1):
            row.id = count
            code = self._code(row.bill.room)
            row.no = self.writer.numbers.take("deposit.no", code, row.at[0])
        self.writer.copy("deposit", _DEPOSIT, map(self._deposit, rows))

    def _deposit(self, d: Deposit) -> str:
        held = 0 if d.refunded or not d.taken else d.amount
        state = "settled" if d.refunded else "held" if d.taken else "due"
        user = self.writer.places.user("customer_service", self._code(d.bill.room))
        return line(
            d.id, d.no, d.bill.room, d.bill.payer, d.bill.item, d.bill.id, yuan(d.amount),
            yuan(held), yuan(d.forfeited), yuan(0), yuan(d.refunded),
            iso(d.taken) if d.taken else None, iso(d.inspected) if d.inspected else None, state,
            d.note, self._unit(d.bill.room), *self.writer.stamps(d.at, user),
        )  # fmt: skip

    def number_gifts(self, gifts: list[Gift]) -> Iterator[str]:
        """Yield the numbers of gifts, in order of their days."""
        gifts.sort(key=lambda g: (g.day, g.bill.id))
        for gift in gifts:
            code = self.writer.site(gift.bill.estate).code
            yield self.writer.numbers.take("gift.no", code, gift.day)

    def write_gifts(self, gifts: list[Gift]) -> None:
        """Write the gifts."""
        self.writer.copy("gift", _GIFT, (self._gift(n, g) for n, g in enumerate(gifts, start=1)))

    def _gift(self, count: int, gift: Gift) -> str:
        bill, head = gift.bill, self.writer.places.user("office_head", self._code(gift.bill.room))
        return line(
            count, bill.note, bill.room_fee, bill.room, bill.item, iso(bill.first), 1,
            "預繳半年以上，按優惠方案贈送一個月", yuan(gift.worth), "applied", head,
            self._unit(bill.room), *self.writer.stamps((gift.day, 11 * HOUR), head),
        )  # fmt: skip

    def write_chases(self) -> None:
        """Write who was asked for his arrears, when, and what he said."""
        rows = sorted(self.writer.books.chases, key=lambda c: c.day)
        self.writer.copy("dunning", _CHASE, (self._chase(n, c) for n, c in enumerate(rows, 1)))

    def _chase(self, count: int, c: Chase) -> str:
        site = self.writer.site(c.estate)
        user = self.writer.places.user("customer_service", site.office_code)
        no = self.writer.numbers.take("dunning.no", site.code, c.day)
        promised = (iso(c.promise_on), yuan(c.promised or 0)) if c.promise_on else (None, None)
        return line(
            count, no, c.room, c.payer, c.level, c.channel, user, iso(c.day), yuan(c.owed),
            c.result, *promised, c.note, site.unit,
            *self.writer.stamps((c.day, 10 * HOUR + count % 21600), user),
        )  # fmt: skip

    def write_notices(self) -> None:
        """Write the notices, a batch an estate and day."""
        rows = sorted(self.writer.books.notices, key=lambda n: (n.day, n.estate, n.room, n.payer))
        heads: list[str] = []
        lines: list[str] = []
        for (day, estate), group in groupby(rows, key=lambda n: (n.day, n.estate)):
            code, batch = self.writer.site(estate).code, ""
            for notice in group:
                no = self.writer.numbers.take("notice.no", code, day)
                batch = batch or no
                heads.append(self._notice(len(heads) + 1, batch, no, notice))
                for bill, fen, late in notice.lines:
                    count = len(lines) + 1
                    lines.append(line(count, len(heads), bill.id, yuan(fen), yuan(late)))
        self.writer.copy("notice", _NOTICE, heads)
        fields = ("id", "notice", "receivable", "amount", "late_fee")
        self.writer.copy("notice_line", fields, lines)

    def _notice(self, count: int, batch: str, no: str, notice: Any) -> str:
        site = self.writer.site(notice.estate)
        user = self.writer.places.user("customer_service", site.office_code)
        arrears = sum(fen for _, fen, _ in notice.lines)
        late = sum(fen for _, _, fen in notice.lines)
        total = max(arrears + late - notice.balance, 0)
        delivered = notice.day + _DELIVERED_AFTER
        is_delivered = delivered <= self.today
        return line(
            count, no, batch, notice.room, notice.payer, iso(notice.day),
            yuan(0), yuan(arrears), yuan(late), yuan(notice.balance), yuan(total),
            "delivered" if is_delivered else "printed", iso(delivered) if is_delivered else None,
            site.unit, stamp(notice.day, 16 * HOUR), stamp(notice.day, 16 * HOUR), user, user,
        )  # fmt: skip


_REDUCTION = (
    "id", "no", "room", "payer", "kind", "percent", "total", "reason", "state", "applied_on",
    "approved_by", "revoked_on", "decision", "scope_unit", *STAMPS,
)  # fmt: skip
_REDUCTION_LINE = ("id", "reduction", "receivable", "amount", "late_fee")
_REFUND = (
    "id", "no", "estate", "kind", "payment", "account", "deposit", "payer", "amount", "way",
    "reason", "state", "paid_on", "approved_by", "scope_unit", *STAMPS,
)  # fmt: skip
_DEPOSIT = (
    "id", "no", "room", "payer", "fee_item", "receivable", "amount", "held", "forfeited", "offset",
    "refunded", "taken_on", "inspected_on", "state", "note", "scope_unit", *STAMPS,
)  # fmt: skip
_GIFT = (
    "id", "no", "room_fee", "room", "fee_item", "period_from", "months", "reason", "worth",
    "state", "approved_by", "scope_unit", *STAMPS,
)  # fmt: skip
_CHASE = (
    "id", "no", "room", "payer", "level", "channel", "done_by", "done_on", "owed", "result",
    "promise_on", "promise_amount", "note", "scope_unit", *STAMPS,
)  # fmt: skip
_NOTICE = (
    "id", "no", "batch", "room", "payer", "as_of", "current", "arrears", "late_fee", "balance",
    "total", "state", "delivered_on", "scope_unit", *STAMPS,
)  # fmt: skip
