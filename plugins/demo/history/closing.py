"""Cashier days and month closes, from what was posted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from sqlalchemy import text

from plugins.charging.closes import NO_CASH_FLOW
from plugins.demo.history.bulk import line
from plugins.demo.history.days import HOUR, Window, iso, stamp, yuan
from plugins.demo.history.writing import STAMPS, Writer

_LATE_OFFICE = "NH"  # forgot to close yesterday
_DIFFERENCES = (
    (-500, "找零差錯，短款 5 元，由收銀員補足"),
    (1000, "長款 10 元，待查，暫掛賬"),
    (-100, "收到殘幣一張，銀行拒收"),
    (50, "找零不足，多收 0.5 元"),
)
# As plugins.charging.month_sql has it, for all offices and months at once; fen.
_MOVED = text("""
WITH part AS (
  SELECT estate_id, fee_item_id, bill_on AS day, amount AS billed, 0 AS reduced, 0 AS received,
         0 AS refunded
    FROM receivable WHERE state = 'published'
  UNION ALL
  SELECT b.estate_id, b.fee_item_id, t.day, 0, l.amount * t.sign, 0, 0
    FROM reduction_line l
    JOIN reduction r ON r.id = l.reduction_id AND r.state IN ('approved', 'revoked')
    JOIN receivable b ON b.id = l.receivable_id
   CROSS JOIN LATERAL (VALUES (r.applied_on, 1), (r.revoked_on, -1)) t (day, sign)
   WHERE t.day IS NOT NULL
  UNION ALL
  SELECT b.estate_id, b.fee_item_id, a.on_date, 0, 0,
         CASE WHEN a.kind = 'refund' THEN 0 ELSE a.amount END,
         CASE WHEN a.kind = 'refund' THEN -a.amount ELSE 0 END
    FROM allocation a JOIN receivable b ON b.id = a.receivable_id
)
SELECT e.office_id, p.fee_item_id,
       CAST(date_trunc('month', p.day) AS date) - DATE '0001-01-01' + 1,
       CAST(sum(billed) * 100 AS bigint), CAST(sum(reduced) * 100 AS bigint),
       CAST(sum(received) * 100 AS bigint), CAST(sum(refunded) * 100 AS bigint)
  FROM part p JOIN estate e ON e.id = p.estate_id
 GROUP BY 1, 2, 3
""")


@dataclass
class Closing:
    """Closes what is over."""

    writer: Writer
    window: Window
    random: Random

    def close_days(self) -> None:
        """Close each cashier's days; one office's today is open."""
        taken: dict[tuple[int, int], Counter[str]] = {}
        for payment in self.writer.books.payments:
            if payment.channel != "portal":
                office = self.writer.site(payment.estate).office
                ways = taken.setdefault((payment.at[0], office), Counter())
                for way, fen in payment.ways:
                    if way not in NO_CASH_FLOW:
                        ways[way] += fen
        days = [key for key in sorted(taken) if self._has_sheet(*key)]
        heads: list[str] = []
        lines: list[str] = []
        for day, office in days:
            self._close_day(heads, lines, day, office, taken[day, office])
        self.writer.copy("cashier_day", _DAY, heads)
        self.writer.copy("cashier_day_line", _DAY_LINE, lines)

    def _has_sheet(self, day: int, office: int) -> bool:
        """Tell whether the cashier has begun to count: today in one office only."""
        first = min(self.writer.places.offices)
        code = self.writer.places.offices[office]
        known = self.writer.places.user("cashier", code) is not None
        return known and (day < self.window.now or office == first)

    def _close_day(
        self, heads: list[str], lines: list[str], day: int, office: int, ways: Counter[str]
    ) -> None:
        code = self.writer.places.offices[office]
        forgot = code == _LATE_OFFICE and day == self.window.now - 1
        is_open = day == self.window.now or forgot
        off, reason = 0, None
        if not is_open and "cash" in ways and self.random.random() < 0.02:
            off, reason = self.random.choice(_DIFFERENCES)
        for way in sorted(ways):
            fen = ways[way]
            counted = None if is_open else yuan(fen + (off if way == "cash" else 0))
            values = (len(lines) + 1, len(heads) + 1, way, yuan(fen), counted)
            lines.append(line(*values))
        system = ways.total()
        counted_all = 0 if is_open else system + off
        cashier = self.writer.places.user("cashier", code)
        moment = stamp(day, 17 * HOUR + 2400)
        heads.append(line(
            len(heads) + 1, office, cashier, iso(day), yuan(system), yuan(counted_all),
            yuan(counted_all - system), reason, "open" if is_open else "closed",
            None if is_open else moment, office, moment, moment, cashier, cashier,
        ))  # fmt: skip

    def close_months(self) -> None:
        """Close every month that is over, office by office, item by item."""
        moved = self._moved()
        heads: list[str] = []
        lines: list[str] = []
        for office in sorted(self.writer.places.offices):
            left: Counter[int] = Counter()
            known: set[int] = set()
            for first, last in self.window.closed_months():
                known |= {item for o, item, month in moved if o == office and month == first}
                for item in sorted(known):
                    lines.append(self._item(
                        len(lines) + 1, len(heads) + 1, item, left,
                        moved.get((office, item, first), (0, 0, 0, 0)),
                    ))  # fmt: skip
                heads.append(self._month(len(heads) + 1, office, first, last, left.total()))
        self.writer.copy("month_close", _MONTH, heads)
        self.writer.copy("month_close_line", _MONTH_LINE, lines)

    def _moved(self) -> dict[tuple[int, int, int], tuple[int, int, int, int]]:
        rows = self.writer.connection.execute(_MOVED)
        return {(r[0], r[1], r[2]): (r[3], r[4], r[5], r[6]) for r in rows}

    def _item(
        self, count: int, head: int, item: int, left: Counter[int], moved: tuple[int, ...]
    ) -> str:
        opening = left[item]
        billed, reduced, received, refunded = moved
        left[item] = opening + billed - reduced - received + refunded
        amounts: Iterator[str] = map(yuan, (opening, *moved, left[item]))
        return line(count, head, item, *amounts)

    def _month(self, count: int, office: int, first: int, last: int, closing: int) -> str:
        code = self.writer.places.offices[office]
        user = self.writer.places.user("accountant", code)
        moment = stamp(min(last + 3, self.window.now), 8 * HOUR)
        return line(
            count, office, iso(first), yuan(closing), "closed", moment, user, office, moment,
            moment, user, user,
        )  # fmt: skip


_DAY = (
    "id", "unit", "cashier", "day", "system", "counted", "difference", "reason", "state",
    "closed_at", "scope_unit", *STAMPS,
)  # fmt: skip
_DAY_LINE = ("id", "cashier_day", "way", "system", "counted")
_MONTH = (
    "id", "unit", "month", "closing", "state", "closed_at", "closed_by", "scope_unit", *STAMPS,
)  # fmt: skip
_MONTH_LINE = (
    "id", "month_close", "fee_item", "opening", "billed", "reduced", "received", "refunded",
    "closing",
)  # fmt: skip
