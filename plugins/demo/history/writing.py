"""The books as COPY lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from plugins.demo.history.books import Allocation, Books, Moment, Movement, Payment, Receipt
from plugins.demo.history.bulk import copy_entity, line
from plugins.demo.history.days import HOUR, iso, stamp, yuan
from plugins.demo.history.numbers import Numbers
from plugins.demo.history.places import Places, Site
from plugins.demo.loading import Tables

STAMPS = ("created_at", "updated_at", "created_by", "updated_by")


@dataclass
class Writer:
    """Numbers what is in the books, in the order of posting, and writes it."""

    connection: Connection
    tables: Tables
    places: Places
    numbers: Numbers
    books: Books

    def copy(self, entity: str, fields: Sequence[str], lines: Iterable[str]) -> None:
        """Write an entity's lines."""
        copy_entity(self.connection, self.tables, entity, fields, lines)

    def site(self, estate: int) -> Site:
        """Return an estate's site."""
        return self.places.sites[estate]

    def stamps(self, at: Moment, user: int | None) -> tuple[Any, ...]:
        """Return created and updated, at and by."""
        moment = stamp(*at)
        return moment, moment, user, user

    def cashier(self, payment: Payment) -> int | None:
        """Return who took a payment; nobody did what came in online."""
        if payment.channel == "portal":
            return None
        return self.places.user("cashier", self.site(payment.estate).office_code)

    def number_money(self) -> None:
        """Give payments, receipts and refunds their ids and numbers."""
        books = self.books
        self._number(books.payments, "payment.no", lambda p: p.at)
        self._number(books.refunds, "refund.no", lambda r: r.at)
        self._number(books.receipts, "receipt.no", lambda r: r.at)
        books.allocations.sort(key=lambda a: a.at)
        for count, row in enumerate(books.allocations, start=1):
            row.id = count

    def _number(self, rows: list[Any], series: str, at: Callable[[Any], Moment]) -> None:
        rows.sort(key=at)
        for count, row in enumerate(rows, start=1):
            row.id = count
            code = self.site(row.estate).office_code
            row.no = self.numbers.take(series, code, row.at[0])

    def write_money(self) -> None:
        """Write payments with their ways, allocations and receipts."""
        self.copy("payment", _PAYMENT, map(self._payment, self.books.payments))
        self.copy("payment_way", _WAY, self._ways())
        self.copy("allocation", _ALLOCATION, map(self._allocation, self.books.allocations))
        self.copy("receipt", _RECEIPT, map(self._receipt, self.books.receipts))

    def _payment(self, p: Payment) -> str:
        cashier = self.cashier(p)
        original = p.reversal_of.id if p.reversal_of else None
        return line(
            p.id, p.no, p.estate, p.room, p.payer, iso(p.at[0]), cashier, p.channel,
            yuan(p.total), yuan(p.total - p.surplus), yuan(p.late), yuan(p.surplus),
            yuan(p.refunded), p.state, original, p.reason, p.note, self.site(p.estate).unit,
            *self.stamps(p.at, cashier),
        )  # fmt: skip

    def _ways(self) -> Iterator[str]:
        count = 0
        for p in self.books.payments:
            original = p.reversal_of or p
            for way, fen in p.ways:
                count += 1
                reference = None
                if way != "cash":
                    reference = f"{iso(original.at[0]).replace('-', '')}{original.id:010}"
                yield line(count, p.id, way, yuan(fen), reference)

    def _allocation(self, a: Allocation) -> str:
        original = a.reversal_of.id if a.reversal_of else None
        user = self.cashier(a.payment) if a.payment else None
        return line(
            a.id, a.bill.id, a.payment.id if a.payment else None, a.refund.id if a.refund else None,
            a.kind, yuan(a.amount), yuan(a.late), iso(a.at[0]), original, a.reversed,
            self.site(a.bill.estate).unit, *self.stamps(a.at, user),
        )  # fmt: skip

    def _receipt(self, r: Receipt) -> str:
        kind = "red" if r.amount < 0 else "receipt"
        user = self.places.user("cashier", self.site(r.estate).office_code)
        return line(
            r.id, r.no, r.estate, r.payment.id if r.payment else None,
            r.refund.id if r.refund else None, r.payer, iso(r.at[0]), kind, yuan(r.amount),
            r.printed, "void" if r.void else "issued", r.red_of.id if r.red_of else None,
            self.site(r.estate).unit, *self.stamps(r.at, user),
        )  # fmt: skip

    def write_late_fees(self) -> None:
        """Write what late fees were fixed."""
        fees = sorted(self.books.late_fees, key=lambda f: (f.until, f.bill.id))
        self.copy("late_fee", _LATE_FEE, (
            line(
                n, f.bill.id, f.payment.id if f.payment else None, iso(f.since), iso(f.until),
                yuan(f.principal), f.until - f.since + 1, yuan(f.amount),
                self.site(f.bill.estate).unit, *self.stamps((f.until, 17 * HOUR), None),
            )
            for n, f in enumerate(fees, start=1)
        ))  # fmt: skip

    def write_prepayments(self) -> dict[tuple[int, int], int]:
        """Write the accounts and what moved on them; return the accounts' ids by payer."""
        movements = sorted(self.books.movements, key=lambda m: m.at)
        ids: dict[tuple[int, int], int] = {}
        balances: dict[tuple[int, int], int] = {}
        lines = []
        for count, m in enumerate(movements, start=1):
            key = (m.payer, m.estate)
            account = ids.setdefault(key, len(ids) + 1)
            balances[key] = balances.get(key, 0) + m.amount
            lines.append(self._movement(count, account, balances[key], m))
        self.copy("prepayment_account", ("id", "payer", "estate", "balance", "scope_unit"), (
            line(n, *key, yuan(balances[key]), self.site(key[1]).unit) for key, n in ids.items()
        ))  # fmt: skip
        self.copy("prepayment_txn", _MOVEMENT, lines)
        return ids

    def _movement(self, count: int, account: int, balance: int, m: Movement) -> str:
        user = self.cashier(m.payment) if m.payment else None
        return line(
            count, account, m.kind, yuan(m.amount), yuan(balance), iso(m.at[0]),
            m.payment.id if m.payment else None, m.bill.id if m.bill else None,
            m.refund.id if m.refund else None, m.area_change, self.site(m.estate).unit,
            *self.stamps(m.at, user),
        )  # fmt: skip


_PAYMENT = (
    "id", "no", "estate", "room", "payer", "paid_on", "cashier", "channel", "total", "applied",
    "late_fee", "surplus", "refunded", "state", "reversal_of", "reason", "note", "scope_unit",
    *STAMPS,
)  # fmt: skip
_WAY = ("id", "payment", "way", "amount", "reference")
_ALLOCATION = (
    "id", "receivable", "payment", "refund", "kind", "amount", "late_fee", "on_date",
    "reversal_of", "is_reversed", "scope_unit", *STAMPS,
)  # fmt: skip
_RECEIPT = (
    "id", "no", "estate", "payment", "refund", "payer", "issued_on", "kind", "amount", "printed",
    "state", "red_of", "scope_unit", *STAMPS,
)  # fmt: skip
_LATE_FEE = (
    "id", "receivable", "payment", "from_date", "to_date", "principal", "days", "amount",
    "scope_unit", *STAMPS,
)  # fmt: skip
_MOVEMENT = (
    "id", "account", "kind", "amount", "balance_after", "on_date", "payment", "receivable",
    "refund", "area_change", "scope_unit", *STAMPS,
)  # fmt: skip
