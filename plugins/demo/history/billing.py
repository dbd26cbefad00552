"""Bills and runs into their tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from plugins.charging.amounts import split_tax
from plugins.charging.periods import add_months, cycle_start
from plugins.demo.history.bills import BILLS, SKIPS
from plugins.demo.history.books import Bill
from plugins.demo.history.bulk import copy_lines, line
from plugins.demo.history.days import iso, stamp, yuan
from plugins.demo.history.runs import Run, Runs
from plugins.demo.history.story import PUBLISHED_AT
from plugins.demo.history.writing import STAMPS, Writer
from plugins.demo.ledger import Row

_OUTCOMES = "demo_outcome"
_KNOWN = (
    "id", "no", "payer_id", "state", "pay_state", "reduced", "received", "open", "late_fixed",
    "late_received", "late_reduced", "settled_on", "published_at", "noticed_on", "created_at",
    "updated_at", "created_by", "updated_by",
)  # fmt: skip
_COMPUTED = (
    "estate_id", "room_id", "fee_item_id", "room_fee_id", "kind", "period_from", "period_to",
    "slot", "bill_on", "due_on", "price", "quantity", "months", "amount", "tax_rate", "tax", "net",
    "snapshot", "scope_unit_id",
)  # fmt: skip
_FILL = f"""
INSERT INTO receivable (bill_run_id, {", ".join((*_KNOWN, *_COMPUTED))})
SELECT o.run_id, {", ".join(f"o.{n}" for n in _KNOWN)}, {", ".join(f"b.{n}" for n in _COMPUTED)}
  FROM {_OUTCOMES} o JOIN {BILLS} b ON b.id = o.key
 ORDER BY o.id
"""
_MAKE = f"""
CREATE TEMP TABLE {_OUTCOMES} ON COMMIT DROP AS
SELECT id AS key, bill_run_id AS run_id, {", ".join(_KNOWN)} FROM receivable LIMIT 0
"""


@dataclass
class Billing:
    """Writes what runs and cashiers have billed."""

    writer: Writer
    items: Mapping[int, Row]  # fee items by id

    def write_bills(self, bills: Iterable[Bill], drafts: Iterable[Bill]) -> None:
        """Write the bills: those of runs from the temporary table, the others from here."""
        connection = self.writer.connection
        connection.execute(text(_MAKE))
        own = [bill for bill in bills if not bill.key or bill.kind == "gift"]
        of_runs = (bill for bill in (*bills, *drafts) if bill.key and bill.kind != "gift")
        columns = ("key", "run_id", *_KNOWN)
        lines = (line(b.key, b.run, *self._known(b)) for b in of_runs)
        copy_lines(connection, _OUTCOMES, columns, lines)
        connection.execute(text(f"ANALYZE {_OUTCOMES}"))
        connection.execute(text(_FILL))
        self.writer.copy("receivable", _OWN, map(self._own, own))

    def _known(self, bill: Bill) -> tuple[Any, ...]:
        """Return the columns that payments decide."""
        code = self.writer.site(bill.estate).office_code
        user = self.writer.places.user("accountant", code)
        day = bill.seen or bill.billed
        moment = stamp(day, PUBLISHED_AT)
        return (
            bill.id, bill.no, bill.payer, "published" if bill.seen else "draft", _paid(bill),
            yuan(bill.reduced), yuan(bill.received), yuan(bill.open if bill.seen else 0),
            yuan(bill.late_fixed), yuan(bill.late_received), yuan(bill.late_reduced),
            iso(bill.settled) if bill.settled else None, moment if bill.seen else None,
            iso(bill.noticed) if bill.noticed else None, moment, moment, user, user,
        )  # fmt: skip

    def _own(self, bill: Bill) -> str:
        rate = self.items[bill.item]["tax_rate"]
        taxed = split_tax(_in_yuan(bill.amount), rate)
        known = self._known(bill)
        return line(
            *known[:3], *known[3:14], bill.estate, bill.room, bill.item, bill.room_fee, bill.kind,
            iso(bill.first), iso(bill.last), 0, iso(bill.billed), iso(bill.due),
            yuan(bill.amount), rate, taxed.tax, taxed.net, bill.snapshot, bill.note,
            self.writer.site(bill.estate).unit, *known[14:],
        )  # fmt: skip

    def write_runs(self, runs: Runs) -> None:
        """Write the runs with their items and why some periods were skipped."""
        skips = list(self._skips(runs))
        found = [run for run in runs.found.values() if run.bills or run.supplements is None]
        self.writer.copy("bill_run", _RUN, map(self._run, found))
        self.writer.copy("bill_run_item", _RUN_ITEM, self._run_items(found))
        self.writer.copy("bill_skip", _SKIP, skips)

    def _run(self, run: Run) -> str:
        places = self.writer.places
        code = places.offices[run.office]
        accountant, head = places.user("accountant", code), places.user("office_head", code)
        computed, published = stamp(run.done, PUBLISHED_AT - 3000), stamp(run.done, PUBLISHED_AT)
        is_draft = run.state == "draft"
        offset = yuan(self.writer.books.offsets[run.id])
        return line(
            run.id, run.no, run.office, iso(run.first), iso(run.last), run.state, run.supplements,
            run.bills.total(), yuan(run.amounts.total()), run.skips.total(), computed,
            *((None,) * 4 if is_draft else (accountant, published, head, offset)), run.office,
            computed, computed if is_draft else published, accountant, accountant,
        )  # fmt: skip

    def _run_items(self, runs: Iterable[Run]) -> Iterator[str]:
        count = 0
        for run in runs:
            for item in self.items.values():
                if item["kind"] == "cyclic" and item["state"] == "enabled":
                    count += 1
                    key = item["id"]
                    yield line(
                        count, run.id, key, run.bills[key], yuan(run.amounts[key]), run.skips[key]
                    )

    def _skips(self, runs: Runs) -> Iterator[str]:
        offices = {site.id: site.office for site in self.writer.places.sites.values()}
        rows = self.writer.connection.execute(text(
            f"SELECT s.*, r.estate_id FROM {SKIPS} s JOIN room r ON r.id = s.room_id ORDER BY s.id"
        )).mappings()  # fmt: skip
        for row in rows:
            month = _billed_in(self.items[row["fee_item_id"]], row["period_from"])
            office = offices[row["estate_id"]]
            run = runs.skip(office, month.toordinal(), row["fee_item_id"])
            if run is not None:
                yield line(
                    row["id"], run, row["room_id"], row["fee_item_id"], row["room_fee_id"],
                    row["period_from"], row["reason"], row["detail"], row["scope_unit_id"],
                )  # fmt: skip


def _billed_in(item: Row, first: date) -> date:
    """Return the month in which a period that begins on a day is billed."""
    if item["timing"] == "prepaid":
        return first.replace(day=1)
    months = int(item["cycle_months"])
    return add_months(cycle_start(first, months), months)


def _paid(bill: Bill) -> str:
    if bill.seen and bill.open <= 0:
        return "paid"
    return "part" if bill.received > 0 else "unpaid"


def _in_yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


_OWN = (
    "id", "no", "payer", "state", "pay_state", "reduced", "received", "open", "late_fixed",
    "late_received", "late_reduced", "settled_on", "published_at", "noticed_on", "estate", "room",
    "fee_item", "room_fee", "kind", "period_from", "period_to", "slot", "bill_on", "due_on",
    "amount", "tax_rate", "tax", "net", "snapshot", "note", "scope_unit", *STAMPS,
)  # fmt: skip
_RUN = (
    "id", "no", "unit", "bill_from", "bill_to", "state", "supplements", "bills", "amount",
    "skipped", "generated_at", "checked_by", "published_at", "published_by", "offset",
    "scope_unit", *STAMPS,
)  # fmt: skip
_RUN_ITEM = ("id", "bill_run", "fee_item", "bills", "amount", "skipped")
_SKIP = (
    "id", "bill_run", "room", "fee_item", "room_fee", "period_from", "reason", "detail",
    "scope_unit",
)  # fmt: skip
