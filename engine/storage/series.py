"""Numbers of receipts, bills and the like, one after the other.

A counter is a row per series, per the values in its pattern (an office, a kind) and per
period. Taking a number locks that row until the transaction ends: that is what makes a
gap-free series so, and why such numbers are best taken last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects.postgresql import insert

from engine.storage.system_tables import wy_series

_TOKEN = re.compile(r"\{([a-z_][a-z0-9_.]*)(?::(\d{1,2}))?\}")
_DATE_WIDTHS = {"yyyy": 4, "yy": 2, "mm": 2, "dd": 2}
_PERIODS = {"never": "", "year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}
NUMBER = "n"


def pattern_tokens(pattern: str) -> frozenset[str]:
    """Return the names a pattern asks values for: not the date's, not the number."""
    names = {match[1] for match in _TOKEN.finditer(pattern)}
    return frozenset(names - {NUMBER, *_DATE_WIDTHS})


def take_numbers(  # noqa: PLR0913  # a series has that many sides
    connection: Connection,
    series_key: str,
    pattern: str,
    *,
    values: Mapping[str, Any] | None = None,
    on_date: date,
    count: int = 1,
    reset: str = "year",
    gap_free: bool = True,
) -> list[str]:
    """Return the next numbers of a series, written by its pattern, such as 'R{unit}-{yyyy}-{n:6}'.

    Tokens: {yyyy} {yy} {mm} {dd} of `on_date`, {n:6} the number in at least six digits, any
    other from `values`, each combination of which counts on its own. `reset` is never, year,
    month or day. A gap-free number goes back with its transaction, and others wait for it;
    without `gap_free` nobody waits, and a rollback leaves a hole.

    Raises:
        ValueError: no {n} in the pattern, a value is missing, or `reset` or `count` is wrong.
    """
    values = values or {}
    if count < 1 or reset not in _PERIODS:
        raise ValueError(f"cannot take {count!r} numbers with reset {reset!r}")
    _must_be_complete(pattern, values)
    counter = {
        "series_": series_key,
        "scope_": _written(pattern, values, None, None),
        "period_": on_date.strftime(_PERIODS[reset]),
    }
    with _counting(connection, gap_free=gap_free) as counting:
        last = _advance(counting, counter, count)
    return [_written(pattern, values, on_date, n) for n in range(last - count + 1, last + 1)]


def _must_be_complete(pattern: str, values: Mapping[str, Any]) -> None:
    missing = pattern_tokens(pattern) - set(values)
    if missing or not any(match[1] == NUMBER for match in _TOKEN.finditer(pattern)):
        raise ValueError(f"pattern {pattern!r} needs {{n}} and values for {sorted(missing)}")


def _written(
    pattern: str, values: Mapping[str, Any], on_date: date | None, number: int | None
) -> str:
    """Fill the pattern in; without date and number, what tells its counters apart."""

    def fill(match: re.Match[str]) -> str:
        name, width = match[1], int(match[2] or 0)
        if name == NUMBER:
            return match[0] if number is None else f"{number:0{width or 1}d}"
        if name in _DATE_WIDTHS:
            return match[0] if on_date is None else _date_part(on_date, name)
        return str(values[name]).rjust(width, "0")

    return _TOKEN.sub(fill, pattern)


def _date_part(day: date, name: str) -> str:
    whole = {"y": f"{day.year:04d}", "m": f"{day.month:02d}", "d": f"{day.day:02d}"}[name[0]]
    return whole[-_DATE_WIDTHS[name] :]


@contextmanager
def _counting(connection: Connection, *, gap_free: bool) -> Iterator[Connection]:
    if gap_free:
        yield connection
        return
    with connection.engine.begin() as apart:
        yield apart


def _advance(connection: Connection, counter: Mapping[str, str], count: int) -> int:
    return int(connection.execute(_ADVANCE, {"count": count, **counter}).scalar_one())


def _advancing() -> Any:
    count = bindparam("count", type_=wy_series.c.last.type)
    key = {n: bindparam(f"{n}_", type_=wy_series.c[n].type) for n in ("series", "scope", "period")}
    return (
        insert(wy_series)
        .values(**key, last=count)
        .on_conflict_do_update(index_elements=list(key), set_={"last": wy_series.c.last + count})
        .returning(wy_series.c.last)
    )


_ADVANCE = _advancing()
