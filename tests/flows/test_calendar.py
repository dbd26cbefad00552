from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from engine.flows.calendar import Calendar, add, calendar_of, subtract
from engine.metadata import WorkCalendar
from engine.metadata.flows import Duration
from tests.flows.company import HOLIDAYS, WORKED
from tests.flows.conftest import Work

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
CHINA_2026 = Calendar(
    WorkCalendar(), {**dict.fromkeys(HOLIDAYS, False), **dict.fromkeys(WORKED, True)}
)


def moment(written: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Read '10-08 09:00' of 2026."""
    return datetime.strptime(f"2026-{written}", "%Y-%m-%d %H:%M").replace(tzinfo=zone)


def span(written: str) -> Duration:
    amount, unit = written.split()
    return Duration(amount=int(amount), unit=unit)


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        # plain time knows no holidays
        ("09-30 17:50", "30 minutes", "09-30 18:20"),
        ("09-30 20:00", "48 hours", "10-02 20:00"),
        ("09-30 10:00", "3 days", "10-03 10:00"),
        # 國慶: off from Thursday 1 to Wednesday 7 October, Saturday 10 is worked
        ("09-30 10:00", "1 workdays", "10-08 10:00"),
        ("10-09 17:30", "1 workdays", "10-10 17:30"),
        ("10-09 17:30", "2 workdays", "10-12 17:30"),
        ("10-10 17:30", "1 workdays", "10-12 17:30"),
        ("09-28 09:30", "5 workdays", "10-10 09:30"),
        ("10-03 12:00", "1 workdays", "10-09 09:00"),  # counts from Thursday 8, 09:00
        ("10-03 12:00", "0 workdays", "10-08 09:00"),
        ("09-30 17:00", "2 workhours", "10-08 10:00"),
        ("09-30 18:00", "1 workhours", "10-08 10:00"),
        ("09-30 17:00", "1 workhours", "09-30 18:00"),  # the end of work is still work
        ("10-09 16:00", "8 workhours", "10-10 16:30"),
        # 中秋: Friday 25 to Sunday 27 September off; Sunday 20 is worked, Saturday 19 is not
        ("09-24 16:00", "8 workhours", "09-28 16:30"),
        ("09-19 11:00", "4 workhours", "09-20 14:30"),
        ("09-18 18:30", "1 workdays", "09-21 09:00"),  # from Sunday 20, 09:00
        # over noon and night
        ("06-15 11:00", "2 workhours", "06-15 14:30"),
        ("06-15 12:30", "1 workhours", "06-15 14:30"),
        ("06-15 12:30", "1 workdays", "06-16 13:30"),
        ("06-15 07:00", "1 workhours", "06-15 10:00"),
        ("06-15 17:59", "1 workhours", "06-16 09:59"),
        ("06-19 20:00", "1 workdays", "06-23 09:00"),  # Friday evening: from Monday
        ("06-15 09:00", "0 workhours", "06-15 09:00"),
    ],
)
def test_worked_by_hand(start: str, duration: str, due: str) -> None:
    found = add(CHINA_2026, moment(start), span(duration), SHANGHAI)

    assert found == moment(due)
    assert found.tzinfo is SHANGHAI


@pytest.mark.parametrize(
    ("end", "duration", "begin"),
    [
        ("10-08 10:00", "4 workhours", "09-30 15:00"),
        ("10-08 10:00", "1 workdays", "09-30 10:00"),
        ("10-12 09:00", "1 workdays", "10-09 18:00"),  # until work stopped on Saturday 10
        ("10-05 12:00", "1 workhours", "09-30 17:00"),
        ("10-03 10:00", "3 days", "09-30 10:00"),
        ("10-01 00:10", "20 minutes", "09-30 23:50"),
    ],
)
def test_backward(end: str, duration: str, begin: str) -> None:
    assert subtract(CHINA_2026, moment(end), span(duration), SHANGHAI) == moment(begin)


def test_the_start_may_be_in_any_zone() -> None:
    start = moment("09-30 10:00").astimezone(UTC)

    assert add(CHINA_2026, start, span("1 workdays"), SHANGHAI) == moment("10-08 10:00")


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        add(CHINA_2026, moment("06-15 09:00").replace(tzinfo=None), span("1 hours"), SHANGHAI)


@pytest.mark.parametrize(
    ("duration", "due"),
    [
        ("1 days", "03-29 10:00"),  # the same clock, an hour less between
        ("24 hours", "03-29 11:00"),
        ("1 workdays", "03-30 10:00"),
        ("9 workhours", "03-30 11:30"),
    ],
)
def test_clocks_may_be_put_forward(duration: str, due: str) -> None:
    every_day = Calendar(WorkCalendar(week=(1, 2, 3, 4, 5, 6)))
    start = moment("03-28 10:00", BERLIN)  # a Saturday; the night after has no 02:30

    assert add(every_day, start, span(duration), BERLIN) == moment(due, BERLIN)


def test_work_goes_on_by_the_clock_that_is_put_back() -> None:
    nights = Calendar(WorkCalendar(week=(7,), hours=((time(0), time(6)),)))
    start = moment("10-25 01:00", BERLIN)  # this Sunday has 02:00 to 03:00 twice

    assert add(nights, start, span("5 workhours"), BERLIN) == moment("10-25 05:00", BERLIN)


@pytest.mark.parametrize("unit", ["minutes", "hours", "days", "workdays", "workhours"])
def test_nothing_is_due_later_than_in_a_hundred_years(unit: str) -> None:
    far = Duration(amount=10**12, unit=unit)

    assert add(CHINA_2026, moment("06-15 10:00"), far, SHANGHAI).year < 2127
    assert subtract(CHINA_2026, moment("06-15 10:00"), far, SHANGHAI).year > 1925


# -- properties ------------------------------------------------------------------------------


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Return any calendar: odd weeks, odd hours, a fortnight of exceptions."""
    week = draw(st.sets(st.integers(1, 7), min_size=1))
    clocks = draw(st.lists(st.integers(6 * 60, 23 * 60), min_size=2, max_size=6, unique=True))
    edges = [time(*divmod(minute, 60)) for minute in sorted(clocks)]
    hours = tuple(zip(edges[::2], edges[1::2], strict=False))
    days = st.dates(date(2026, 3, 20), date(2026, 4, 3))
    special = draw(st.dictionaries(days, st.booleans(), max_size=8))
    return Calendar(WorkCalendar(week=tuple(sorted(week)), hours=hours), special)


MOMENTS = st.integers(0, 19 * 24 * 60).map(  # Europe puts its clocks forward on 29 March
    lambda minutes: moment("03-18 00:00", ZoneInfo("UTC")) + timedelta(minutes=minutes)
)
ZONES = st.sampled_from([SHANGHAI, BERLIN])
UNITS = st.sampled_from(["minutes", "hours", "workdays", "workhours"])


@given(
    calendars(), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9)), UNITS, ZONES, st.data()
)
def test_what_starts_later_is_not_due_earlier(
    calendar: Calendar,
    start: datetime,
    later: timedelta,
    unit: str,
    zone: ZoneInfo,
    data: st.DataObject,
) -> None:
    duration = Duration(amount=data.draw(st.integers(0, 30)), unit=unit)

    first = add(calendar, start, duration, zone)
    assert first <= add(calendar, start + later, duration, zone)
    assert first <= add(calendar, start, Duration(amount=duration.amount + 1, unit=unit), zone)
    assert start <= first
    assert subtract(calendar, start, duration, zone) <= subtract(
        calendar, start + later, duration, zone
    )


@given(calendars(), MOMENTS, st.integers(0, 30), st.integers(0, 30), ZONES)
def test_workhours_add_up(
    calendar: Calendar, start: datetime, one: int, two: int, zone: ZoneInfo
) -> None:
    def after(moment: datetime, amount: int) -> datetime:
        return add(calendar, moment, Duration(amount=amount, unit="workhours"), zone)

    assert after(after(start, one), two) == after(start, one + two)


@given(calendars(), MOMENTS, st.integers(0, 30), ZONES)
def test_workhours_end_within_working_time_and_contain_just_so_much(
    calendar: Calendar, start: datetime, amount: int, zone: ZoneInfo
) -> None:
    due = add(calendar, start, Duration(amount=amount, unit="workhours"), zone)

    day = due.date()
    assert any(a <= due <= b for a, b in calendar.spans(day, zone))
    assert _worked(calendar, start, due, zone) == timedelta(hours=amount)


@given(calendars(), MOMENTS, st.integers(0, 30), ZONES)
def test_workdays_end_on_a_day_that_is_worked_at_the_same_clock(
    calendar: Calendar, start: datetime, amount: int, zone: ZoneInfo
) -> None:
    begun = add(calendar, start, Duration(amount=0, unit="workdays"), zone)
    due = add(calendar, start, Duration(amount=amount, unit="workdays"), zone)

    assert due.time() == begun.time()
    between = (begun.date() + timedelta(days=n + 1) for n in range((due - begun).days + 2))
    assert sum(calendar.works(day) for day in between if day <= due.date()) == amount
    assert calendar.works(due.date())


@given(calendars(), MOMENTS, st.integers(0, 30), ZONES)
def test_back_again_is_where_work_began(
    calendar: Calendar, start: datetime, amount: int, zone: ZoneInfo
) -> None:
    duration = Duration(amount=amount, unit="workhours")
    begun = add(calendar, start, Duration(amount=0, unit="workdays"), zone)

    assert subtract(calendar, add(calendar, begun, duration, zone), duration, zone) == begun


def _worked(calendar: Calendar, start: datetime, end: datetime, zone: ZoneInfo) -> timedelta:
    """Measure the working time between two moments, minute spans cut at both."""
    total, day = timedelta(0), start.astimezone(zone).date()
    while day <= end.date():
        for begins, ends in calendar.spans(day, zone):
            total += max(timedelta(0), min(ends, end) - max(begins, start))
        day += timedelta(days=1)
    return total


# -- from the database -----------------------------------------------------------------------


def test_single_days_are_those_of_the_entity(
    work: Work, connection: Connection, people: object
) -> None:
    mine = work("ann")
    found = calendar_of(mine)

    assert (found.works(date(2026, 10, 10)), found.works(date(2026, 10, 1))) == (True, False)
    assert (found.works(date(2026, 10, 9)), found.works(date(2026, 10, 11))) == (True, False)
    connection.execute(text("update special_day set works = true where date = '2026-10-01'"))
    assert not calendar_of(mine).works(date(2026, 10, 1))  # read once in a piece of work
    assert calendar_of(work("ann")).works(date(2026, 10, 1))


def test_a_company_without_single_days_has_its_week(work: Work) -> None:
    assert Calendar().works(date(2026, 10, 1))
    assert not Calendar().works(date(2026, 10, 10))
