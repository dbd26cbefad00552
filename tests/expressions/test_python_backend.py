from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.expressions import DivisionByZero, RowEnvironment, holds
from tests.expressions.world import NOW, run


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 4 - 3", "3"),
        ("16 / 4 / 2", "2"),
        ("-2 * -3", "6"),
        ("-(1 + 2)", "-3"),
        ("1 / 3", "0.3333333333333333"),
        ("2 / 3", "0.6666666666666667"),
        ("-2 / 3", "-0.6666666666666667"),
        ("0.1 + 0.2", "0.3"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(0.125, 2)", "0.13"),
        ("round(1250, -2)", "1300"),
        ("floor(-1.5)", "-2"),
        ("ceil(-1.5)", "-1"),
        ("floor_number / 2", "1.5"),
        ("max(1, null, 3)", "3"),
        ("hours_between(created_at, now())", "0.5041666666666667"),
    ],
)
def test_numbers_are_exact(text: str, result: str) -> None:
    assert run(text) == Decimal(result)


@pytest.mark.parametrize(
    ("number", "text", "values", "result"),
    [
        ("W01", "round(price * area * months, 2)", {"price": "2.50", "area": "128.00"}, "320.00"),
        ("W02", "round(price * area, 2)", {"price": "0.15", "area": "130.70"}, "19.61"),
        ("W03", "round(price * area * 12, 2)", {"price": "1.40", "area": "100.24"}, "1684.03"),
        ("W04", "round(price * area * 12)", {"price": "1.2", "area": "317.06"}, "4566"),
        ("W07", "area*price*0.9", {"price": "2.5", "area": "100"}, "225.00"),
        ("W08", "round(R*X*2.30, 2)", {}, "247.02"),
        ("W18", "round(price * 22 / days_in_month(from), 2)", {"price": "320"}, "227.10"),
        ("W30", "min(500 × 0.003 × 400, 500 × 0.3)", {}, "150"),
        ("W55", "max(30000, 310000 × 0.12)", {}, "37200"),
    ],
)
def test_worked_examples(number: str, text: str, values: dict[str, str], result: str) -> None:
    decimals: dict[str, Any] = {k: Decimal(v) for k, v in values.items()}

    assert run(text.replace("months", "1"), decimals) == Decimal(result), number


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("add_months(date(2026, 1, 31), 1)", date(2026, 2, 28)),  # W71
        ("add_months(date(2024, 2, 29), 12)", date(2025, 2, 28)),
        ("add_months(date(2026, 3, 31), -1)", date(2026, 2, 28)),
        ("add_days(date(2026, 9, 30), -60)", date(2026, 8, 1)),  # W72
        ("date(2026, 2, 31)", date(2026, 2, 28)),
        ("date(2026, 13, 1)", None),
        ("date(9999, 12, 31) + 1", None),
        ("date(2026, 3, 1) - 1", date(2026, 2, 28)),
        ("date(2026, 3, 1) - date(2026, 2, 1)", Decimal(28)),
        ("month_start(from)", date(2026, 1, 1)),
        ("month_end(date(2024, 2, 1))", date(2024, 2, 29)),
        ("year_start(from)", date(2026, 1, 1)),
        ("year_end(from)", date(2026, 12, 31)),
        ("days_in_month(date(2026, 2, 1))", Decimal(28)),
        ("weekday(date(2026, 6, 1))", Decimal(1)),
        ("today()", date(2026, 10, 1)),  # already tomorrow in Shanghai
        ("date_of(created_at)", date(2026, 10, 1)),
        ("due + 1", None),
    ],
)
def test_dates(text: str, result: object) -> None:
    assert run(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("due < today()", None),
        ("not (due < today())", None),
        ("due < today() and false", False),
        ("due < today() and true", None),
        ("due < today() or true", True),
        ("due < today() or false", None),
        ("due == null", True),
        ("due is not None", False),
        ("due != None", False),
        ("is_empty(remark)", True),
        ("is_empty(due)", True),
        ("is_empty(tags)", False),
        ("if(due < today(), 1, 2)", Decimal(2)),
        ("1 < floor_number <= 3", True),
        ("1 < floor_number <= 2", False),
        ("due in [today()]", None),
        ("floor_number in [1, area / 0]", None),
        ("floor_number in [3, area / 0]", True),
        ("floor_number not in (1, 2)", True),
        ("'vip' in tags", True),
        ("coalesce(due, from)", date(2026, 1, 31)),
    ],
)
def test_no_value_behaves_as_in_sql(text: str, result: object) -> None:
    assert run(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("concat(code, null, area / area)", "A-1011"),
        ("text(0 * -1)", "0"),
        ("text(1200.50)", "1200.5"),
        ("text(created_at)", "2026-10-01 01:00"),
        ("concat(opens, paid, from)", "08:30false2026-01-31"),
        ("upper('aé')", "Aé"),
        ("trim('\u3000a ')", "a"),
        ("starts_with(code, 'A-')", True),
        ("ends_with(code, '01')", True),
        ("contains(code, '-')", True),
        ("room.building.name", "甲棟"),
        ("'Z' < 'a'", True),
        ("user.name", "王"),
    ],
)
def test_texts(text: str, result: object) -> None:
    assert run(text) == result


def test_links_compare_by_id_and_lead_on() -> None:
    assert run("room == 7") is True
    assert run("room.building in [1, 2]") is True
    assert run("unit == user.unit") is False
    assert run("child_of(unit, user.unit)") is True
    assert run("child_of(unit, 9)") is False
    assert run("room.building.name", {"room": None}) is None
    assert run("area - old.area") == Decimal("30.70")


def test_lines_are_rolled_up() -> None:
    assert run("sum(lines.quantity * lines.price)") == 13
    assert run("sum(lines.price, lines.kind == 'y')") == 10
    assert run("count(lines)") == 2
    assert run("count(lines, lines.day == null)") == 1
    assert run("avg(lines.quantity)") == Decimal("1.5")
    assert run("max(lines.day)") == date(2026, 2, 1)
    assert run("sum(lines.price)", {"lines": []}) == 0
    assert run("max(lines.price)", {"lines": []}) is None


def test_division_by_zero_is_no_value_unless_strict() -> None:
    assert run("area / 0") is None
    with pytest.raises(DivisionByZero) as caught:
        run("price + area / (floor_number - 3)", strict=True)

    assert caught.value.expression.text == "price + area / (floor_number - 3)"


def test_a_strict_run_passes_over_what_is_not_reached() -> None:
    assert run("if(floor_number == 3, 1, area / 0)", strict=True) == 1
    assert run("floor_number != 3 and area / 0 > 1", strict=True) is False


def test_zero_never_carries_a_sign() -> None:
    assert str(run("0 * -1")) == "0"
    assert str(run("round(-0.4)")) == "0"


def test_the_thread_s_own_precision_plays_no_part() -> None:
    long = Decimal("123456789012345678901234567890.123456789")

    assert run("area * 10 / 10", {"area": long}) == long
    assert run("area + 0", {"area": long}) == long


def test_a_binary_float_is_no_number() -> None:
    with pytest.raises(TypeError, match=r"0\.15"):
        run("price * 2", {"price": 0.15})


def test_only_true_holds() -> None:
    assert [holds(v) for v in (True, False, None)] == [True, False, False]


def test_an_environment_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="timezone-aware"):
        RowEnvironment(values={}, now=datetime(2026, 1, 1))  # noqa: DTZ001
    assert RowEnvironment(values={}, now=NOW).today == date(2026, 10, 1)
