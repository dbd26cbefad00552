"""Functions of dates and moments.

The calendar goes from 0001-01-01 to 9999-12-31; what would fall outside is no value.
In SQL an intermediate result must never leave PostgreSQL's own calendar, for that would
fail the whole statement: hence the shifts by a day number and by 10,000 years (25 full
Gregorian cycles, so that month ends stay where they are).
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    Text,
    cast,
    extract,
    func,
    literal,
    literal_column,
    type_coerce,
)

from engine.expressions.arithmetic import (
    hours_between,
    sql_between,
    sql_divide,
    sql_whole,
    whole,
)
from engine.expressions.environment import Environment
from engine.expressions.function import Function
from engine.expressions.scopes import SqlScope
from engine.expressions.types import DATE, DATETIME, NUMBER, Type

_FIRST = dt.date.min
_LAST_DAY = (dt.date.max - dt.date.min).days
_MONTHS_SHIFTED = 120_000
_SQL_FIRST: ColumnElement[dt.date] = literal_column("DATE '0001-01-01'", Date())

Sql = ColumnElement[Any]


def _add_days(day: dt.date, count: Decimal) -> dt.date | None:
    days = whole(count, -_LAST_DAY, _LAST_DAY)
    if days is None:
        return None
    number = (day - _FIRST).days + days
    return _FIRST + dt.timedelta(days=number) if 0 <= number <= _LAST_DAY else None


def _sql_add_days(day: Sql, count: Sql) -> Sql:
    number = cast(type_coerce(day.op("-")(_SQL_FIRST), Integer()), Numeric())
    inside = sql_whole(number + func.round(count, type_=Numeric()), 0, _LAST_DAY)
    return type_coerce(_SQL_FIRST.op("+")(inside), Date())


def _add_months(day: dt.date, count: Decimal) -> dt.date | None:
    months = whole(count, -_MONTHS_SHIFTED, _MONTHS_SHIFTED)
    if months is None:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return None
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _sql_add_months(day: Sql, count: Sql) -> Sql:
    months = sql_whole(count, -_MONTHS_SHIFTED, _MONTHS_SHIFTED) + literal_column(
        str(_MONTHS_SHIFTED), Integer()
    )
    shifted = type_coerce(day.op("+")(func.make_interval(0, months)), DateTime())
    inside = sql_between(shifted, "TIMESTAMP '10000-12-31'", "TIMESTAMP '20000-01-01'")
    return cast(inside.op("-")(literal_column("INTERVAL '10000 years'")), Date())


def _date(year: Decimal, month: Decimal, day: Decimal) -> dt.date | None:
    y, m, d = whole(year, 1, 9999), whole(month, 1, 12), whole(day, 1, 31)
    if y is None or m is None or d is None:
        return None
    return dt.date(y, m, min(d, monthrange(y, m)[1]))


def _sql_date(year: Sql, month: Sql, day: Sql) -> Sql:
    january = func.make_date(sql_whole(year, 1, 9999), 1, sql_whole(day, 1, 31))
    months = func.make_interval(0, sql_whole(month, 1, 12) - literal_column("1", Integer()))
    return cast(january.op("+")(months), Date())


def _last(day: dt.date) -> int:
    return monthrange(day.year, day.month)[1]


def _sql_start(unit: str, day: Sql) -> Sql:
    moment = cast(day, DateTime())  # without zone, else the session's zone plays in
    return func.date_trunc(literal(unit, Text()), moment, type_=DateTime())


def _sql_end(unit: str, day: Sql) -> Sql:
    step: Sql = literal_column(f"(INTERVAL '1 {unit}' - INTERVAL '1 day')")
    return type_coerce(_sql_start(unit, day).op("+")(step), DateTime())


def _date_of(environment: Environment, moment: dt.datetime) -> dt.date:
    return moment.astimezone(environment.now.tzinfo).date()


def _sql_date_of(scope: SqlScope, moment: Sql) -> Sql:
    return cast(func.timezone(literal(scope.time_zone, Text()), moment), Date())


def _bound(value: Any, kind: Any) -> Sql:
    return value if isinstance(value, ColumnElement) else literal(value, kind)


def _sql_hours(start: Sql, end: Sql) -> Sql:
    seconds = extract("epoch", end.op("-")(start))
    return sql_divide(cast(seconds, Numeric()), literal_column("3600", Numeric()))


def _part(field: str) -> Any:
    return lambda day: cast(extract(field, day), Numeric())


def _of_day(
    name: str, result: Type, python: Any, sql: Any, doc: tuple[str, str], weight: int = 3
) -> Function:
    return Function(
        name=name,
        parameters=(DATE,),
        result=result,
        python=python,
        sql=sql,
        names=("date",),
        weight=weight,
        doc=doc[0],
        doc_zh_hant=doc[1],
    )


DAYS_BETWEEN = Function(
    name="days_between",
    parameters=(DATE, DATE),
    result=NUMBER,
    python=lambda start, end: Decimal((end - start).days),
    sql=lambda start, end: cast(type_coerce(end.op("-")(start), Integer()), Numeric()),
    names=("from", "to"),
    weight=2,
    doc="The days from one date to another, negative backwards.",
    doc_zh_hant="兩個日期相隔天數，倒序為負。",
)
ADD_DAYS = Function(
    name="add_days",
    parameters=(DATE, NUMBER),
    result=DATE,
    python=_add_days,
    sql=_sql_add_days,
    names=("date", "n"),
    weight=9,
    doc="The date n days later, or earlier when n is negative.",
    doc_zh_hant="加 n 天；負數為往前。",
)

FUNCTIONS = (
    DAYS_BETWEEN,
    ADD_DAYS,
    Function(
        name="today",
        parameters=(),
        result=DATE,
        python=lambda environment: environment.today,
        sql=lambda scope: _bound(scope.today, Date()),
        uses_environment=True,
        doc="The date of today where the company is.",
        doc_zh_hant="公司所在地的今天。",
    ),
    Function(
        name="now",
        parameters=(),
        result=DATETIME,
        python=lambda environment: environment.now,
        sql=lambda scope: _bound(scope.now, DateTime(timezone=True)),
        uses_environment=True,
        doc="This moment.",
        doc_zh_hant="此刻。",
    ),
    Function(
        name="date",
        parameters=(NUMBER, NUMBER, NUMBER),
        result=DATE,
        python=_date,
        sql=_sql_date,
        names=("year", "month", "day"),
        weight=9,
        doc="A date; a day after the month's end becomes the month's end.",
        doc_zh_hant="由年、月、日組成日期；超過月底取月底。",
    ),
    Function(
        name="date_of",
        parameters=(DATETIME,),
        result=DATE,
        python=_date_of,
        sql=_sql_date_of,
        names=("moment",),
        uses_environment=True,
        weight=3,
        doc="The date of a moment where the company is.",
        doc_zh_hant="某一時刻在公司所在地的日期。",
    ),
    Function(
        name="hours_between",
        parameters=(DATETIME, DATETIME),
        result=NUMBER,
        python=hours_between,
        sql=_sql_hours,
        names=("from", "to"),
        weight=6,
        doc="The hours from one moment to another, negative backwards.",
        doc_zh_hant="兩個時刻相隔小時數，倒序為負。",
    ),
    Function(
        name="add_months",
        parameters=(DATE, NUMBER),
        result=DATE,
        python=_add_months,
        sql=_sql_add_months,
        names=("date", "n"),
        weight=10,
        doc="The date n months later; 31 January + 1 month is the end of February.",
        doc_zh_hant="加 n 個月；1 月 31 日加 1 個月為 2 月底。",
    ),
    _of_day("year", NUMBER, lambda d: Decimal(d.year), _part("year"), ("The year.", "年。")),
    _of_day("month", NUMBER, lambda d: Decimal(d.month), _part("month"), ("The month.", "月。")),
    _of_day("day", NUMBER, lambda d: Decimal(d.day), _part("day"), ("The day.", "日。")),
    _of_day(
        "weekday",
        NUMBER,
        lambda d: Decimal(d.isoweekday()),
        _part("isodow"),
        ("The day of the week, Monday is 1, Sunday 7.", "星期幾：星期一為 1，星期日為 7。"),
    ),
    _of_day(
        "days_in_month",
        NUMBER,
        lambda d: Decimal(_last(d)),
        lambda d: cast(extract("day", _sql_end("month", d)), Numeric()),
        ("How many days the date's month has.", "當月天數。"),
        weight=6,
    ),
    _of_day(
        "month_start",
        DATE,
        lambda d: d.replace(day=1),
        lambda d: cast(_sql_start("month", d), Date()),
        ("The first day of the month.", "當月第一天。"),
        weight=4,
    ),
    _of_day(
        "month_end",
        DATE,
        lambda d: d.replace(day=_last(d)),
        lambda d: cast(_sql_end("month", d), Date()),
        ("The last day of the month.", "當月最後一天。"),
        weight=5,
    ),
    _of_day(
        "year_start",
        DATE,
        lambda d: d.replace(month=1, day=1),
        lambda d: cast(_sql_start("year", d), Date()),
        ("1 January of the year.", "當年 1 月 1 日。"),
        weight=4,
    ),
    _of_day(
        "year_end",
        DATE,
        lambda d: d.replace(month=12, day=31),
        lambda d: cast(_sql_end("year", d), Date()),
        ("31 December of the year.", "當年 12 月 31 日。"),
        weight=5,
    ),
)
