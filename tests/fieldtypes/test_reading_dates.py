from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.fieldtypes import Format, InvalidValue
from tests.fieldtypes.field_samples import kind_of, make, parse

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = make("date")
CLOCK = make("time")
MOMENT = make("datetime")


@pytest.mark.parametrize(
    "raw",
    [
        "2026-1-5",
        "2026-01-05",
        "2026/01/05",
        "2026/1/5",
        "2026.1.5",
        "2026年1月5日",
        "2026 年 1 月 5 日",
        "２０２６－０１－０５",
        "２０２６年１月５日",
        "20260105",
        20260105,
        20260105.0,
        "2026-01-05T00:00:00",
        "2026-01-05 00:00:00.000",
        " 2026-01-05\u3000",
        date(2026, 1, 5),
        datetime.fromisoformat("2026-01-05"),
        datetime.fromisoformat("2026-01-05 13:30"),
        datetime(2026, 1, 4, 17, 0, tzinfo=UTC),
    ],
)
def test_day_is_read_in_every_usual_form(raw: Any) -> None:
    assert parse(DAY, raw) == date(2026, 1, 5)
    assert type(parse(DAY, raw)) is date


@pytest.mark.parametrize(
    "raw",
    [
        *("2026-13-01", "2026-02-30", "26-1-5", "0206-01-05", "20260", "1/5/2026", "soon"),
        *("2026-01/05", "2026-01-05 13:30", 46027.0, True, [2026]),
    ],
)
def test_what_is_no_day_is_refused(raw: Any) -> None:
    with pytest.raises(InvalidValue):
        parse(DAY, raw)


def test_today_is_the_day_in_the_companys_zone() -> None:
    field = make("date", min="today", max="today")
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        style = Format(time_zone=zone)
        here = datetime.now(ZoneInfo(zone)).date()

        assert kind_of(field).parse(field, "今天", style) == here
        with pytest.raises(InvalidValue, match="or later"):
            kind_of(field).parse(field, here - timedelta(days=1), style)
        with pytest.raises(InvalidValue, match="or earlier"):
            kind_of(field).parse(field, here + timedelta(days=1), style)


def test_day_before_the_first_allowed_one_is_refused() -> None:
    with pytest.raises(InvalidValue, match="2020-01-01 or later"):
        parse(make("date", min="2020-01-01"), "2019-12-31")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("9:30", time(9, 30)),
        ("09:30:15", time(9, 30, 15)),
        ("９：３０", time(9, 30)),
        ("0930", time(9, 30)),
        ("9點30分", time(9, 30)),
        ("9時", time(9)),
        ("下午3:05", time(15, 5)),
        ("3:05 pm", time(15, 5)),
        ("上午12:05", time(0, 5)),
        ("中午12:05", time(12, 5)),
        (0.5, time(12)),
        (time(9, 30, 15, 4), time(9, 30, 15)),
        (datetime.fromisoformat("1899-12-31 09:30"), time(9, 30)),
        ("", None),
    ],
)
def test_time_of_day_is_read_in_every_usual_form(raw: Any, value: Any) -> None:
    assert parse(CLOCK, raw) == value


@pytest.mark.parametrize("raw", ["25:00", "9:75", "9", "noon", 9, 1.5, True, "9:3:5:7"])
def test_what_is_no_time_of_day_is_refused(raw: Any) -> None:
    with pytest.raises(InvalidValue):
        parse(CLOCK, raw)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-01-05 14:30",
        "2026-01-05T14:30",
        "2026-01-05T14:30:00",
        "2026-01-05T14:30:00+08:00",
        "2026-01-05T06:30:00Z",
        "2026/1/5 14:30",
        "2026年1月5日 下午2:30",
        "2026年1月5日14:30",
        "２０２６－０１－０５　１４：３０",
        "20260105 1430",
        datetime.fromisoformat("2026-01-05 14:30"),
        datetime(2026, 1, 5, 6, 30, tzinfo=UTC),
        datetime(2026, 1, 5, 15, 30, tzinfo=timezone(timedelta(hours=9))),
    ],
)
def test_moment_without_a_zone_is_meant_in_the_companys(raw: Any) -> None:
    got = parse(MOMENT, raw)

    assert got == datetime(2026, 1, 5, 14, 30, tzinfo=SHANGHAI)
    assert got.utcoffset() == timedelta(0)


def test_day_alone_is_its_first_moment() -> None:
    assert parse(MOMENT, "2026-01-05") == datetime(2026, 1, 5, tzinfo=SHANGHAI)
    assert parse(MOMENT, date(2026, 1, 5)) == datetime(2026, 1, 5, tzinfo=SHANGHAI)


@pytest.mark.parametrize("raw", ["2026-01-05 25:00", "14:30", "2026-02-30 10:00", 46027.5, "later"])
def test_what_is_no_moment_is_refused(raw: Any) -> None:
    with pytest.raises(InvalidValue):
        parse(MOMENT, raw)


def test_moment_is_shown_in_the_readers_zone_and_sent_in_utc() -> None:
    value = datetime(2026, 1, 5, 14, 30, tzinfo=SHANGHAI)
    kind = kind_of(MOMENT)

    assert kind.text(MOMENT, value, Format()) == "2026-01-05 14:30"
    assert kind.text(MOMENT, value, Format(time_zone="Europe/London")) == "2026-01-05 06:30"
    assert kind.to_wire(MOMENT, value) == "2026-01-05T06:30:00Z"
    assert kind.input_text(MOMENT, value, Format()) == "2026-01-05T14:30"
    assert kind.for_excel(MOMENT, value, Format()) == value.replace(tzinfo=None)
