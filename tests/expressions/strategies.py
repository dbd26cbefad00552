"""Random well-typed formulas and random rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

Texts = st.SearchStrategy[str]

EDGE_NUMBERS = [
    Decimal(n)
    for n in (
        "0",
        "1",
        "-1",
        "3",
        "7",
        "0.5",
        "-0.5",
        "2.5",
        "0.005",
        "19.605",
        "-19.605",
        "100.24",
        "1234567.891",
        "0.000000000000000000001",
        "-99999999999999.99",
        "0.3333333333333333",
    )
]
EDGE_DATES = [
    date(2024, 2, 29),
    date(2026, 1, 31),
    date(2025, 12, 31),
    date(1, 1, 1),
    date(9999, 12, 31),
    date(1900, 2, 28),
]
EDGE_TEXTS = ["", "a", "A", "Zz", "甲", "a甲\u3000", " a ", "ß", "é", "𠮷", "flat", "%_"]
EDGE_MOMENTS = [
    datetime(2026, 9, 30, 15, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 9, 30, 16, 0, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 0, 1, 500, tzinfo=UTC),
]
EDGE_TIMES = [time(0, 0), time(8, 30, 59), time(23, 59)]

number_values = st.one_of(
    st.sampled_from(EDGE_NUMBERS),
    st.decimals(min_value=-(10**6), max_value=10**6, places=2),
    st.decimals(min_value=-100, max_value=100, places=9),
)
date_values = st.one_of(
    st.sampled_from(EDGE_DATES), st.dates(min_value=date(1999, 1, 1), max_value=date(2031, 1, 1))
)
text_values = st.one_of(st.sampled_from(EDGE_TEXTS), st.text("aAzZ 甲é-", max_size=4))


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values, values, values)


lines = st.lists(
    st.fixed_dictionaries(
        {
            "quantity": _maybe(st.integers(-5, 5)),
            "price": _maybe(number_values),
            "kind": _maybe(text_values),
            "day": _maybe(date_values),
        }
    ),
    max_size=3,
)

rows: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "area": _maybe(number_values),
        "price": _maybe(number_values),
        "floor_number": _maybe(st.integers(-3, 40)),
        "code": _maybe(text_values),
        "remark": _maybe(text_values),
        "from": _maybe(date_values),
        "due": _maybe(date_values),
        "created_at": _maybe(st.sampled_from(EDGE_MOMENTS)),
        "opens": _maybe(st.sampled_from(EDGE_TIMES)),
        "paid": _maybe(st.booleans()),
        "kind": _maybe(st.sampled_from(["flat", "shop", "office"])),
        "tags": _maybe(st.lists(st.sampled_from(["vip", "late", "new"]), max_size=2)),
        "unit": _maybe(st.sampled_from([1, 4, 5, 6])),
        "lines": lines,
    }
)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _filled(pattern: str, *parts: Texts) -> Texts:
    return st.tuples(*parts).map(lambda given: pattern.format(*given))


def _written(number: Decimal) -> str:
    return f"({format(number, 'f')})" if number < 0 else format(number, "f")


_number_leaf = st.one_of(
    st.sampled_from(["area", "price", "floor_number"]),
    number_values.map(_written),
    st.integers(-40, 40).map(lambda n: _written(Decimal(n))),
)
_text_leaf = st.one_of(
    st.sampled_from(["code", "remark", "kind", "user.name"]), text_values.map(_quoted)
)
_date_leaf = st.one_of(
    st.sampled_from(["from", "due", "today()", "date_of(created_at)", "date_of(now())"]),
    date_values.map(lambda d: f"date({d.year}, {d.month}, {d.day})"),
)
_boolean_leaf = st.sampled_from(
    [
        "paid",
        "true",
        "false",
        "kind == 'flat'",
        "kind in ['shop', 'office']",
        "'vip' in tags",
        "kind in tags",
        "unit == 5",
        "unit in [4, 5]",
        "unit != user.unit",
        "created_at < now()",
        "opens <= opens",
        "is_empty(tags)",
        "due is None",
        "floor_number == 3",
        "floor_number in [1, 2, 3]",
        "null",
    ]
).map("({})".format)
_comparison = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])

# Formulas nest at most three deep: a hypothesis of wide trees finds more than one of tall.
_LEVELS = 3


def _lazily(make: Callable[[int], Texts]) -> Callable[[int], Texts]:
    """Build a strategy once, and only when it is drawn from."""
    return cache(lambda depth: st.deferred(lambda: make(depth)))


@_lazily
def _numbers(depth: int) -> Texts:
    if depth == 0:
        return _number_leaf
    n, t, d, b = (make(depth - 1) for make in (_numbers, texts, dates, booleans))
    return st.one_of(
        _number_leaf,
        _filled("({} {} {})", n, st.sampled_from("+-*/"), n),
        _filled("({} / {})", n, n),
        _filled("-{}", n),
        _filled("{}({}, {}, {})", st.sampled_from(["min", "max", "coalesce"]), n, n, n),
        _filled("round({}, {})", n, st.integers(-3, 5).map(str)),
        _filled("round({}, {})", n, n),
        _filled("{}({})", st.sampled_from(["round", "floor", "ceil", "abs"]), n),
        _filled("if({}, {}, {})", b, n, n),
        _filled("({} if {} else null)", n, b),
        _filled("length({})", t),
        _filled("({} - {})", d, d),
        _filled("days_between({}, {})", d, d),
        _filled("{}({})", st.sampled_from(["year", "month", "day", "weekday"]), d),
        _filled("days_in_month({})", d),
        st.just("hours_between(created_at, now())"),
        _filled("{}(lines.{})", st.sampled_from(["sum", "avg", "min", "max"]), _line_number),
        _filled("sum({}, {})", _line_value, _line_condition),
        _filled("avg({}, {})", _line_value, _line_condition),
        _filled("count(lines, {})", _line_condition),
    )


_line_number = st.sampled_from(["quantity", "price"])
_line_value = st.sampled_from(
    [
        "lines.price",
        "lines.quantity * lines.price",
        "lines.price / lines.quantity",
        "if(lines.quantity > 0, lines.price, 1)",
    ]
)
_line_condition = st.sampled_from(
    ["lines.kind == 'a'", "lines.day < today()", "lines.price / lines.quantity > 1", "true", "null"]
)


@_lazily
def texts(depth: int) -> Texts:
    """Formulas that give a text."""
    if depth == 0:
        return _text_leaf
    n, t, d, b = (make(depth - 1) for make in (_numbers, texts, dates, booleans))
    return st.one_of(
        _text_leaf,
        _filled("concat({}, {}, {})", t, n, d),
        _filled("concat({}, created_at, opens, paid)", t),
        _filled("{}({})", st.sampled_from(["lower", "upper", "trim"]), t),
        _filled("{}({}, {})", st.sampled_from(["min", "max", "coalesce"]), t, t),
        _filled("text({})", n),
        _filled("if({}, {}, {})", b, t, t),
        st.sampled_from(["min(lines.kind)", "max(lines.kind, lines.quantity > 0)"]),
    )


@_lazily
def dates(depth: int) -> Texts:
    """Formulas that give a date."""
    if depth == 0:
        return _date_leaf
    n, d, b = (make(depth - 1) for make in (_numbers, dates, booleans))
    units = ["month_start", "month_end", "year_start", "year_end"]
    return st.one_of(
        _date_leaf,
        _filled("({} {} {})", d, st.sampled_from("+-"), n),
        _filled("{}({}, {})", st.sampled_from(["add_days", "add_months"]), d, n),
        _filled("{}({})", st.sampled_from(units), d),
        _filled("date(year({}), {}, {})", d, st.integers(0, 13).map(str), n),
        _filled("{}({}, {})", st.sampled_from(["min", "max", "coalesce"]), d, d),
        _filled("if({}, {}, {})", b, d, d),
        st.sampled_from(["min(lines.day)", "max(lines.day, lines.price > 0)"]),
    )


@_lazily
def booleans(depth: int) -> Texts:
    """Formulas that give yes or no."""
    if depth == 0:
        return _boolean_leaf
    n, t, d, b = (make(depth - 1) for make in (_numbers, texts, dates, booleans))
    return st.one_of(
        _boolean_leaf,
        _filled("({} {} {})", n, _comparison, n),
        _filled("({} {} {})", t, _comparison, t),
        _filled("({} {} {})", d, _comparison, d),
        _filled("({} < {} <= {})", n, n, n),
        _filled("({} {} {})", b, st.sampled_from(["and", "or", "==", "!="]), b),
        _filled("(not {})", b),
        _filled("({} in [{}, {}])", n, n, n),
        _filled("({} not in [{}, {}])", t, t, t),
        _filled("({} is None)", n),
        _filled("({} != None)", d),
        _filled("is_empty({})", t),
        _filled("{}({}, {})", st.sampled_from(["starts_with", "ends_with", "contains"]), t, t),
        _filled("child_of(unit, {})", st.sampled_from(["1", "5", "user.unit"])),
    )


formulas: Texts = st.one_of(*(make(_LEVELS) for make in (_numbers, texts, dates, booleans)))
