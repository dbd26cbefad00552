"""Billing runs: one an office and month, a supplement for rooms that came later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from plugins.demo.history.bills import BILLS
from plugins.demo.history.books import Bill
from plugins.demo.history.days import Window, month_of
from plugins.demo.history.numbers import Numbers

# Ordinals, fen; in the order in which runs would have numbered them.
_FETCH = f"""
SELECT b.id, room_id, payer_id, b.estate_id, e.office_id, fee_item_id, room_fee_id,
       period_from - DATE '0001-01-01' + 1, period_to - DATE '0001-01-01' + 1,
       bill_on - DATE '0001-01-01' + 1, due_on - DATE '0001-01-01' + 1,
       CAST(amount * 100 AS bigint)
  FROM {BILLS} b JOIN estate e ON e.id = b.estate_id
 ORDER BY date_trunc('month', bill_on), e.office_id,
          extract(day FROM bill_on) > 1 AND bill_on < CAST(:running AS date),
          fee_item_id, room_id, period_from
"""


@dataclass(slots=True, eq=False)
class Run:
    """A billing run; days are ordinals, amounts fen."""

    id: int
    no: str
    office: int
    first: int
    last: int
    state: str
    done: int  # the day it was published, or computed if a draft
    supplements: int | None = None
    bills: Counter[int] = field(default_factory=Counter)  # by fee item
    amounts: Counter[int] = field(default_factory=Counter)
    skips: Counter[int] = field(default_factory=Counter)


@dataclass
class Runs:
    """Makes the runs while bills are read, and puts the bills into them."""

    window: Window
    numbers: Numbers
    offices: Mapping[int, str]  # codes by id
    drafts: frozenset[int]  # offices whose run of this month waits to be checked
    former: Mapping[int, tuple[int, int]]  # room -> (last day, owner) of who sold it
    found: dict[tuple[int, int, bool], Run] = field(default_factory=dict)

    def read(self, connection: Connection) -> Iterator[Bill]:
        """Yield all bills with their runs; those of drafts have no day of publication."""
        asked = {"running": self.window.months[-1]}
        rows = list(self._billed(connection.execute(text(_FETCH), asked)))
        self._open(rows)
        number: Counter[int] = Counter()
        for count, row in enumerate(rows, start=1):
            run = self.found[row[4], month_of(row[9]), self._is_late(row[9])]
            number[run.id] += 1
            yield self._bill(count, row, run, f"{run.no}-{number[run.id]:06}")

    def _billed(self, rows: Iterable[Any]) -> Iterator[Any]:
        """Leave out what a published run of this month has not met yet."""
        for row in rows:
            if row[9] <= self.window.running or row[4] in self.drafts:
                yield row

    def _is_late(self, billed: int) -> bool:
        return billed < self.window.running and billed != month_of(billed)

    def _open(self, rows: Iterable[Any]) -> None:
        """Make the runs in the order of their days; each office has one a month."""
        wanted = {(row[4], month_of(row[9]), self._is_late(row[9])) for row in rows}
        wanted |= {(o, first, False) for o in self.offices for first in self.window.firsts}
        for key in sorted(wanted, key=lambda k: (k[1], k[2], k[0])):
            self.found[key] = self._run(*key)

    def _run(self, office: int, first: int, is_supplement: bool) -> Run:
        last = self.window.after(self.window.firsts.index(first)) - 1
        draft = first == self.window.running and office in self.drafts
        done = last if is_supplement else first
        return Run(
            len(self.found) + 1,
            self.numbers.take("bill_run.no", self.offices[office], done),
            office, first, last, "draft" if draft else "published", done,
            self.found[office, first, False].id if is_supplement else None,
        )  # fmt: skip

    def _bill(self, count: int, row: Any, run: Run, no: str) -> Bill:
        key, room, payer, estate, _, item, room_fee, first, last, billed, due, amount = row
        seen = run.done if run.state == "published" else 0
        sold = self.former.get(room)
        if sold and billed <= sold[0]:
            payer = sold[1]
        return Bill(
            count, no, room, payer, estate, item, "cyclic", first, last, billed, seen, due,
            amount, key, run.id, room_fee,
        )  # fmt: skip

    def skip(self, office: int, month: int, item: int) -> int | None:
        """Count a skipped period of a month; return its run, or None if none has seen it."""
        run = self.found.get((office, month, False))
        if run is None:
            return None
        run.skips[item] += 1
        return run.id

    def total(self, bills: Iterable[Bill]) -> None:
        """Add up what each run billed."""
        by_id = {run.id: run for run in self.found.values()}
        for bill in bills:
            if bill.run is not None:
                by_id[bill.run].bills[bill.item] += 1
                by_id[bill.run].amounts[bill.item] += bill.amount
