"""Make the history and write it."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import Connection, text

from plugins.demo.company import Company
from plugins.demo.history.aside import keys_aside
from plugins.demo.history.billing import Billing
from plugins.demo.history.bills import Pricing
from plugins.demo.history.books import Bill
from plugins.demo.history.changes import Changes, credits_of, sold_lately
from plugins.demo.history.closing import Closing
from plugins.demo.history.corrections import Corrections
from plugins.demo.history.days import Window
from plugins.demo.history.documents import Documents
from plugins.demo.history.extras import Extras
from plugins.demo.history.fees import Tariff, tariff
from plugins.demo.history.lateness import rules_of
from plugins.demo.history.links import room_fees
from plugins.demo.history.numbers import Numbers
from plugins.demo.history.pending import ask_for_reductions, ask_for_refunds
from plugins.demo.history.places import places_of
from plugins.demo.history.resurveys import (
    Resurvey,
    approval_day,
    choose,
    compute,
    measure,
)
from plugins.demo.history.runs import Runs
from plugins.demo.history.story import Story
from plugins.demo.history.writing import Writer
from plugins.demo.ledger import Row
from plugins.demo.loading import Tables, write

MONTHS = 18
_DRAFTS = ("TH", "BJ")  # offices whose run of this month waits to be checked
_BIG = (
    "receivable", "payment", "payment_way", "allocation", "receipt", "late_fee", "notice",
    "notice_line", "prepayment_txn", "room_fee", "dunning",
)  # fmt: skip
_RESURVEYED = ("CHHY", "LJW")


def load_history(
    connection: Connection,
    tables: Tables,
    company: Company,
    user_ids: Mapping[str, int],
    *,
    months: int = MONTHS,
) -> None:
    """Write what a loaded company charged and was paid in the months before today's.

    `user_ids` maps logins to ids; what a missing account would have done has no author.
    In the caller's transaction.
    """
    with _without_collector(), keys_aside(connection, _BIG):
        _History(connection, tables, company, user_ids, Window(company.today, months)).load()
    for name in (*_BIG, "bill_run", "bill_skip", "reduction", "refund", "prepayment_account"):
        connection.execute(text(f"ANALYZE {name}"))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Make half a million objects without looking for garbage among them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass
class _History:
    connection: Connection
    tables: Tables
    company: Company
    user_ids: Mapping[str, int]
    window: Window
    tariff: Tariff = field(init=False)
    fees: list[Row] = field(init=False)
    resurveys: list[Resurvey] = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.company.seed * 31 + 7)
        self.places = places_of(self.company, self.user_ids)
        self.sold = sold_lately(self.company, self.window.first)
        self.estates = {row["code"]: row["id"] for row in self.company.rows["estate"]}
        self.rooms = [row for row in self.company.rows["room"] if row["payer"]]
        self.writer = Writer(
            self.connection, self.tables, self.places, Numbers(), self._story().books
        )

    def _story(self) -> Story:
        months, closed = self.window.months, self.window.closed
        codes = self.estates
        self.tariff = tariff(codes, self.window.first, months[closed // 2], months[min(2, closed)])
        rules = rules_of(self.tariff.rules, self.window.first)
        priorities = {row["id"]: row["priority"] for row in self.tariff.items}
        self.story = Story(self.company, self.window, self.company.seed, rules, priorities)
        return self.story

    def load(self) -> None:
        """Link, price, bill, live through it, write it down."""
        self._link()
        self._price()
        bills = self._bills()
        self._live(bills)
        self._correct()
        self._write(bills)

    def _link(self) -> None:
        self.fees = room_fees(self.company, self.tariff, self.random, self.window.first)
        rows = {
            "fee_item": self.tariff.items,
            "fee_price": self.tariff.prices,
            "late_fee_rule": self.tariff.rules,
            "room_fee": self.fees,
        }
        entered = {
            name: self.window.first - timedelta(days=20) for name in ("created_at", "updated_at")
        }
        stamped = {entity: [row | entered for row in found] for entity, found in rows.items()}
        write(self.connection, self.tables, stamped)
        self._leave_gaps()
        for name in ("room_fee", "room", "estate"):
            self.connection.execute(text(f"ANALYZE {name}"))

    def _leave_gaps(self) -> None:
        """Let some rooms lack an area or a payer, so that runs have something to skip."""
        linked = {row["room"] for row in self.fees}
        empty = [
            r for r in self.rooms
            if r["state"] == "vacant" and r["id"] in linked and r["estate"] == self.estates["LJW"]
        ]  # fmt: skip
        chosen = self.random.sample([r["id"] for r in empty], 5)
        for column, ids in (("charge_area", chosen[:3]), ("payer_id", chosen[3:])):
            statement = text(f"UPDATE room SET {column} = NULL WHERE id = ANY (:ids)")
            self.connection.execute(statement, {"ids": ids})
        self.rooms = [r for r in self.rooms if r["id"] not in chosen]

    def _price(self) -> None:
        """Price all months; rooms get their new areas in between, when that was approved."""
        estates = sorted(self.estates.values())
        pricing = Pricing(self.connection, self.tables, datetime.now(UTC))
        pricing.open()
        changed = approval_day(self.window)
        pricing.price(self.tariff, estates, self.window.first, changed - timedelta(days=1))
        item = self.tariff.item("WY01")
        starts = {r["room"]: r["starts_on"] for r in self.fees if r["fee_item"] == item["id"]}
        wanted = [self.estates[code] for code in _RESURVEYED]
        fit = [r for r in self.rooms if r["estate"] in wanted and r["id"] in starts]
        self.resurveys = choose(fit, self.sold, self.window, self.random)
        compute(self.connection, self.resurveys, item, starts)
        measure(self.connection, self.resurveys)
        pricing.price(self.tariff, estates, changed, self.window.end)

    def _bills(self) -> list[Bill]:
        offices = self.places.offices
        drafts = frozenset(n for n, code in offices.items() if code in _DRAFTS)
        self.runs = Runs(self.window, self.writer.numbers, offices, drafts, self.sold)
        return list(self.runs.read(self.connection))

    def _live(self, bills: list[Bill]) -> None:
        items = {row["code"]: row["id"] for row in self.tariff.items}
        books = self.story.books
        self.extras = Extras(self.window, self.random, books, items, len(bills) + 1)
        self.changes = Changes(self.writer, self.company)
        self.by_key = {bill.key: bill for bill in bills}
        self.changes.bill(self.resurveys, self.extras, self.by_key)
        differences = list(books.bills)
        self.story.meet([*bills, *differences], self._movers())
        for key, credit in credits_of(self.resurveys):
            self.story.credits.setdefault(key, []).append(credit)
        self._give_gifts(bills, items["WY01"])
        self.extras.decorate(self.rooms)
        self.extras.charge(self.rooms)
        books.bills += (bill for bill in bills if bill.seen)
        self.story.live()

    def _movers(self) -> dict[tuple[int, int], int]:
        """Return the last day of owners who have nothing left in an estate."""
        stay = {(row["payer"], row["estate"]) for row in self.company.rows["room"]}
        estates = {row["id"]: row["estate"] for row in self.company.rows["room"]}
        found: dict[tuple[int, int], int] = {}
        for room, (last, owner) in self.sold.items():
            key = (owner, estates[room])
            if key not in stay:
                found[key] = max(last, found.get(key, 0))
        return found

    def _give_gifts(self, bills: list[Bill], item: int) -> None:
        first, last = self.window.firsts[min(3, self.window.closed)], self.window.running
        self.extras.give([
            bill for bill in bills
            if bill.item == item and bill.seen and first <= bill.first < last
            and self.story.accounts[bill.payer, bill.estate].habit.style == "ahead"
            and bill.key not in {row["key"] for c in self.resurveys for row in c.lines}
        ])  # fmt: skip

    def _correct(self) -> None:
        parking = self.tariff.item("CW01")["id"]
        corrections = Corrections(self.window, self.random, self.story.books, parking)
        corrections.reverse()
        corrections.refund()
        corrections.give_back(sorted(self._movers()))
        offices = {site.id: site.office_code for site in self.places.sites.values()}
        ask_for_reductions(self.story.books, self.window, self.random, offices)
        ask_for_refunds(self.story.books, self.window, self.random, parking)

    def _write(self, bills: list[Bill]) -> None:
        writer, books = self.writer, self.story.books
        estates = {row["id"]: row["estate"] for row in self.company.rows["room"]}
        documents = Documents(writer, estates, self.window.now)
        self.extras.name_gifts(documents.number_gifts(self.extras.gifts))
        self.runs.total(bills)
        billing = Billing(writer, {row["id"]: row for row in self.tariff.items})
        billing.write_runs(self.runs)
        billing.write_bills(books.bills, [bill for bill in bills if not bill.seen])
        self.changes.write_areas(self.resurveys, self.extras, self.by_key)
        self.changes.write_transfers(self.sold)
        writer.number_money()
        documents.write_deposits()
        documents.write_reductions()
        writer.write_money()
        writer.write_late_fees()
        documents.write_refunds(writer.write_prepayments())
        documents.write_gifts(self.extras.gifts)
        documents.write_chases()
        documents.write_notices()
        closing = Closing(writer, self.window, self.random)
        closing.close_days()
        closing.close_months()
        writer.numbers.save(self.connection)
