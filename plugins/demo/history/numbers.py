"""Numbers of documents, and the counters from which the product goes on."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, text

from plugins.demo.history.days import iso, year_of

# As the metadata has them; a test compares.
SERIES = {
    "bill_run.no": "CZ{unit.code}-{yyyy}{mm}-{n:4}",
    "payment.no": "SK{estate.office.code}-{yyyy}-{n:6}",
    "receipt.no": "SJ{estate.office.code}-{yyyy}-{n:7}",
    "deposit.no": "YJ{room.estate.office.code}-{yyyy}-{n:5}",
    "refund.no": "TK{estate.office.code}-{yyyy}-{n:5}",
    "reduction.no": "JM{room.estate.office.code}-{yyyy}-{n:5}",
    "dunning.no": "CJ{room.estate.code}-{yyyy}-{n:5}",
    "notice.no": "TZ{room.estate.code}-{yyyy}-{n:6}",
    "gift.no": "ZS{room.estate.code}-{yyyy}-{n:4}",
    "area_change.no": "MJ{room.estate.code}-{yyyy}-{n:4}",
    "owner_change.no": "GH{yyyy}-{n:5}",
}
_INSERT = text("INSERT INTO wy_series (series, scope, period, last) VALUES (:s, :c, :p, :n)")


class Numbers:
    """Gap-free numbers per series, unit and year; ask for them in the order of posting."""

    def __init__(self) -> None:
        self._last: Counter[tuple[str, str, int]] = Counter()
        self._parts = {name: _cut(pattern) for name, pattern in SERIES.items()}

    def take(self, series: str, code: str, day: int) -> str:
        """Return the next number of a unit's series on a day (an ordinal)."""
        key = (series, code, year_of(day))
        self._last[key] = number = self._last[key] + 1
        head, middle, width = self._parts[series]
        written = iso(day)
        middle = middle.replace("{yyyy}", written[:4]).replace("{mm}", written[5:7])
        return f"{head}{code}{middle}{number:0{width}}"

    def save(self, connection: Connection) -> None:
        """Let the product count on from here."""
        rows = [
            {"s": series, "c": _scope(series, code), "p": str(year), "n": last}
            for (series, code, year), last in self._last.items()
        ]
        if rows:
            connection.execute(_INSERT, rows)


def _cut(pattern: str) -> tuple[str, str, int]:
    """Cut 'SK{estate.office.code}-{yyyy}-{n:6}' into 'SK', '-{yyyy}-' and 6."""
    rest, _, tail = pattern.partition("{n:")
    head, sign, middle = rest.partition(".code}")
    if not sign:  # no unit in it
        head, _, middle = rest.partition("{")
        return head, "{" + middle, int(tail[:-1])
    return head[: head.index("{")], middle, int(tail[:-1])


def _scope(series: str, code: str) -> str:
    """Return what the engine tells counters apart by: the pattern with the code in it."""
    pattern = SERIES[series]
    start = pattern.find("{")
    end = pattern.find(".code}")
    return pattern if end < 0 else pattern[:start] + code + pattern[end + 6 :]
