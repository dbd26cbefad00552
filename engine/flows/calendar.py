"""Deadlines: counted in plain time, or on the days and hours the company works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType

from sqlalchemy import select

from engine.metadata import WorkCalendar
from engine.metadata.flows import Duration
from engine.records import Workspace

_MEMO = "flows.calendar"
_DAY = timedelta(days=1)
_PLAIN = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1)}
_MOST_DAYS = 36_500  # nothing is due later than in a hundred years
_MOST = {
    "minutes": _MOST_DAYS * 24 * 60,
    "hours": _MOST_DAYS * 24,
    "days": _MOST_DAYS,
    "workdays": _MOST_DAYS // 2,
    "workhours": _MOST_DAYS,
}
Span = tuple[datetime, datetime]  # in UTC


@dataclass(frozen=True, slots=True)
class Calendar:
    """The usual week with the single days that differ from it."""

    usual: WorkCalendar = field(default_factory=WorkCalendar)
    special: Mapping[date, bool] = field(default_factory=lambda: MappingProxyType({}))

    def works(self, day: date) -> bool:
        """Tell whether the company works on that day."""
        known = self.special.get(day)
        return day.isoweekday() in self.usual.week if known is None else known

    def spans(self, day: date, zone: tzinfo) -> tuple[Span, ...]:
        """Return the hours worked on a day, in order; none on a day off."""
        if not self.works(day):
            return ()
        return tuple((_at(day, a, zone), _at(day, b, zone)) for a, b in self.usual.hours)


def calendar_of(work: Workspace) -> Calendar:
    """Return the company's calendar; read once in a piece of work."""
    if _MEMO not in work.memo:
        work.memo[_MEMO] = Calendar(work.catalog.calendar, _special_days(work))
    found: Calendar = work.memo[_MEMO]
    return found


def _special_days(work: Workspace) -> Mapping[date, bool]:
    usual = work.catalog.calendar
    if not usual.entity:
        return {}
    day = work.tables.column(usual.entity, usual.date)
    works = work.tables.column(usual.entity, usual.works)
    query = select(day, works).where(day.is_not(None))
    query = query.order_by(work.tables.table(usual.entity).c.id)
    return {row[0]: bool(row[1]) for row in work.connection.execute(query)}


def add(calendar: Calendar, start: datetime, duration: Duration, zone: tzinfo) -> datetime:
    """Return the moment that is a duration after another, in the zone.

    Minutes and hours are plain time; days keep the local clock time. Workdays keep it too and
    count working days; workhours count working time alone. For these two, what starts outside
    working time starts at the next working moment. The end of a working span belongs to it.

    Raises:
        ValueError: `start` is naive.
    """
    return _moved(calendar, start, duration, zone, forward=True)


def subtract(calendar: Calendar, end: datetime, duration: Duration, zone: tzinfo) -> datetime:
    """Return the moment that is a duration before another; the mirror image of `add`.

    Raises:
        ValueError: `end` is naive.
    """
    return _moved(calendar, end, duration, zone, forward=False)


def _moved(
    calendar: Calendar, start: datetime, duration: Duration, zone: tzinfo, *, forward: bool
) -> datetime:
    if start.tzinfo is None:
        raise ValueError(f"{start!r} has no time zone")
    amount, sign = min(duration.amount, _MOST[duration.unit]), 1 if forward else -1
    at = start.astimezone(UTC)
    if duration.unit in _PLAIN:
        at += sign * amount * _PLAIN[duration.unit]
    elif duration.unit == "days":
        local = start.astimezone(zone)
        at = _at(local.date() + sign * amount * _DAY, local.time(), zone)
    elif duration.unit == "workdays":
        at = _by_workdays(calendar, at, sign * amount, zone, forward=forward)
    else:
        at = _by_worktime(calendar, at, timedelta(hours=amount), zone, forward=forward)
    return at.astimezone(zone)


def _by_workdays(
    calendar: Calendar, at: datetime, amount: int, zone: tzinfo, *, forward: bool
) -> datetime:
    local = _working_moment(calendar, at, zone, forward=forward).astimezone(zone)
    day, left = local.date(), abs(amount)
    while left:
        day += _DAY if forward else -_DAY
        left -= calendar.works(day)
    return _at(day, local.time(), zone)


def _by_worktime(
    calendar: Calendar, at: datetime, left: timedelta, zone: tzinfo, *, forward: bool
) -> datetime:
    spans = _spans_from(calendar, at, zone, forward=forward)
    while True:
        begins, ends = next(spans)
        if ends - begins >= left:
            return begins + left if forward else ends - left
        left -= ends - begins


def _working_moment(calendar: Calendar, at: datetime, zone: tzinfo, *, forward: bool) -> datetime:
    """Return the moment itself while work goes on, else when it goes on next (or stopped)."""
    spans = _spans_from(calendar, at, zone, forward=forward)
    begins, ends = next(span for span in spans if span[0] < span[1])
    return begins if forward else ends


def _spans_from(calendar: Calendar, at: datetime, zone: tzinfo, *, forward: bool) -> Iterator[Span]:
    """Yield the working spans from a moment on, the first one cut; backward: up to it."""
    day = at.astimezone(zone).date()
    while True:
        spans = calendar.spans(day, zone)
        for begins, ends in spans if forward else reversed(spans):
            if forward and ends >= at:
                yield max(begins, at), ends
            elif not forward and begins <= at:
                yield begins, min(ends, at)
        day += _DAY if forward else -_DAY


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return a local moment in UTC, where time can be counted.

    A time that the clocks leave out is as much later as they are put forward.
    """
    return datetime.combine(day, clock, zone).astimezone(UTC)
