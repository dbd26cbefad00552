"""Read dates and times as people write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

from engine.fieldtypes.base import Format, InvalidValue
from engine.fieldtypes.reading import halfwidth, read_line

_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|\.([0-9]{1,2})\.|年([0-9]{1,2})月)([0-9]{1,2})日?"
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_HALF = "上午|早上|凌晨|中午|下午|晚上|am|pm"
_TIME = re.compile(
    rf"({_HALF})?([0-9]{{1,2}})(?:[:點点時时]([0-9]{{1,2}})?)(?:[:分]([0-9]{{1,2}})?秒?)?"
    rf"(?:\.[0-9]+)?({_HALF})?"
)
_COMPACT_TIME = re.compile(r"([0-9]{2})([0-9]{2})")
_MOMENT = re.compile(r"([0-9]{4}.*?[0-9日])(?:[t ]+|(?<=日))([^年月日]*)")
_MIDNIGHT = re.compile(r"[t ]00:00(:00(\.0+)?)?$")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[t ][0-9]{2}:[0-9]{2}.*(z|[+-][0-9]{2}:?[0-9]{2})")
_YEARS = range(1900, 2200)  # beyond them it is a slip of the finger
_TODAY = frozenset({"today", "今天", "今日"})
_NOW = frozenset({"now", "現在", "现在"})


def today(style: Format) -> date:
    """Return the day it is in the reader's zone."""
    return datetime.now(style.zone).date()


def read_date(raw: Any, style: Format) -> date:
    """Return the date a form, a cell or JSON gave.

    Raises:
        InvalidValue: no date, or one that never was.
    """
    if isinstance(raw, datetime):
        moment = raw.astimezone(style.zone) if raw.tzinfo else raw
        return _in_range(moment.date())
    if isinstance(raw, date):
        return _in_range(raw)
    given = _MIDNIGHT.sub("", _signs(raw))
    return today(style) if given in _TODAY else _date_of(given.replace(" ", ""))


def read_time(raw: Any) -> time:
    """Return the time of day; a fraction of a day from a spreadsheet is one, too.

    Raises:
        InvalidValue: no time of day.
    """
    if isinstance(raw, datetime):
        raw = raw.time()
    if isinstance(raw, time):
        return raw.replace(microsecond=0, tzinfo=None)
    if isinstance(raw, float) and 0 <= raw < 1:
        seconds = min(round(raw * 86_400), 86_399)
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    return _time_of(_signs(raw).replace(" ", ""))


def read_datetime(raw: Any, style: Format) -> datetime:
    """Return the moment in UTC; one without a zone is meant in the reader's.

    Raises:
        InvalidValue: no date, or no time after it.
    """
    if isinstance(raw, datetime):
        return _aware(raw, style)
    if isinstance(raw, date):
        return _aware(datetime.combine(raw, time()), style)
    given = _signs(raw)
    if given in _NOW:
        return datetime.now(UTC).replace(microsecond=0)
    if _ISO.fullmatch(given):
        return _aware(_iso(given), style)
    found = _MOMENT.fullmatch(given)
    day, clock = (found[1], found[2]) if found else (given, "")
    hour = _time_of(clock.replace(" ", "")) if clock.strip() else time()
    return _aware(datetime.combine(_date_of(day.replace(" ", "")), hour), style)


def _signs(raw: Any) -> str:
    return halfwidth(read_line(raw) or "").strip().lower()


def _date_of(given: str) -> date:
    found = _DATE.fullmatch(given) or _COMPACT.fullmatch(given)
    if not found:
        raise InvalidValue("Enter a date, such as 2026-01-31.")
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return _in_range(date(year, month, day))
    except ValueError as problem:
        if isinstance(problem, InvalidValue):
            raise
        raise InvalidValue("There is no such day: %(value)s.", value=given) from None


def _time_of(given: str) -> time:
    found = _TIME.fullmatch(given)
    if found:
        half = found[1] or found[5]
        hour, minute, second = (int(found[part] or 0) for part in (2, 3, 4))
    else:
        compact = _COMPACT_TIME.fullmatch(given)
        if not compact:
            raise InvalidValue("Enter a time, such as 14:30.")
        half, hour, minute, second = None, int(compact[1]), int(compact[2]), 0
    try:
        return time(_hour_of_day(hour, half), minute, second)
    except ValueError:
        raise InvalidValue("There is no such time of day: %(value)s.", value=given) from None


def _hour_of_day(hour: int, half: str | None) -> int:
    if half in {"下午", "晚上", "pm"} and hour < 12:
        return hour + 12
    if half in {"上午", "早上", "凌晨", "am"} and hour == 12:
        return 0
    return hour


def _iso(given: str) -> datetime:
    try:
        return datetime.fromisoformat(given.upper())
    except ValueError:
        raise InvalidValue("Enter a date and a time, such as 2026-01-31 14:30.") from None


def _aware(moment: datetime, style: Format) -> datetime:
    _in_range(moment.date())
    moment = moment.replace(microsecond=0)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=style.zone)
    # As the database gives it back; also, times of different zones do not always compare.
    return aware.astimezone(UTC)


def _in_range(day: date) -> date:
    if day.year not in _YEARS:
        raise InvalidValue("The year %(year)s cannot be right.", year=day.year)
    return day
