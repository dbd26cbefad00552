from __future__ import annotations

import pytest

from engine.diagnostics import Place
from engine.expressions import ExpressionError, ExpressionErrors, check, parse
from tests.effort import calls_counted
from tests.expressions.world import World


def _kind(text: str) -> str:
    return check(parse(text), World()).type.name


def _errors(text: str, expected: str | None = None) -> list[ExpressionError]:
    with pytest.raises(ExpressionErrors) as caught:
        check(parse(text), World(), expected=expected)
    return caught.value.errors


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("area * 2", "number"),
        ("area > 2", "boolean"),
        ("from + 1", "date"),
        ("1 + from", "date"),
        ("from - due", "number"),
        ("from - 1", "date"),
        ("room.building", "link"),
        ("room.building.name", "text"),
        ("if(paid, kind, 'x')", "text"),
        ("if(paid, null, area)", "number"),
        ("coalesce(due, from)", "date"),
        ("max(lines.day)", "date"),
        ("max(from, due)", "date"),
        ("max(sum(lines.price), 5)", "number"),
        ("sum(lines.quantity × lines.price)", "number"),
        ("count(lines)", "number"),
        ("unit == user.unit", "boolean"),
        ("child_of(unit, user.unit)", "boolean"),
        ("'vip' in tags", "boolean"),
        ("min(R, X) * 面積", "number"),
        ("concat(area, from, paid)", "text"),
        ("null", "null"),
    ],
)
def test_a_formula_has_a_type(text: str, kind: str) -> None:
    assert _kind(text) == kind


def test_an_unknown_name_hints_at_the_nearest() -> None:
    (error,) = _errors("aera * 2")

    assert (error.code, error.offset) == ("unknown-name", 0)
    assert "did you mean 'area'?" in error.hint


def test_an_unknown_part_of_a_path_stands_at_that_part() -> None:
    (error,) = _errors("1 + room.bilding.name")

    assert error.offset == 9
    assert error.message == "'room' has no 'bilding'"
    assert "did you mean 'building'?" in error.hint


def test_an_unknown_function_hints_at_the_nearest() -> None:
    (error,) = _errors("rond(area)")

    assert error.code == "unknown-function"
    assert "did you mean 'round'?" in error.hint


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("kind == 'flot'", 8),
        ("'flot' != kind", 0),
        ("kind in ['shop', 'flot']", 17),
        ("'vap' in tags", 0),
    ],
)
def test_a_text_that_is_no_option_is_refused(text: str, offset: int) -> None:
    (error,) = _errors(text)

    assert (error.code, error.offset) == ("unknown-option", offset)
    assert "did you mean" in error.hint


def test_all_errors_come_at_once_in_their_order() -> None:
    found = _errors("aera + pricee > 1 and code")

    assert [(e.code, e.offset) for e in found] == [
        ("unknown-name", 0),
        ("unknown-name", 7),
        ("formula-type", 22),
    ]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("from < created_at", "date_of"),
        ("created_at - created_at", "hours_between"),
        ("code + remark", "concat"),
        ("'a' in code", "contains"),
        ("room == unit", ""),
        ("room == area", "id"),
        ("area == '1'", "without quotes"),
        ("tags == 'vip'", "in field"),
        ("lines.price > 1", "sum(lines.price)"),
        ("area in [1, null]", "is None"),
        ("unit < 3", "== and !="),
        ("paid > true", "== and !="),
        ("area + null", ""),
        ("area < null", "is None"),
        ("not area", ""),
        ("area and paid", ""),
        ("extra == 1", ""),
        ("room == 1.5", ""),
        ("if(area, 1, 2)", ""),
        ("if(paid, 1, 'a')", "one type"),
        ("max(1, 'a')", "one type"),
        ("abs(code)", ""),
        ("today() + now()", ""),
        ("concat(tags)", ""),
        ("child_of(area, 1)", ""),
        ("child_of(unit, room)", ""),
        ("child_of(unit, 'x')", ""),
        ("-from", ""),
    ],
)
def test_types_that_do_not_go_together_are_refused(text: str, hint: str) -> None:
    (error,) = _errors(text)

    assert error.code in {"formula-type", "formula-lines"}
    assert hint in error.hint


@pytest.mark.parametrize("text", ["round()", "round(1, 2, 3)", "if(paid, 1)", "min(1)", "today(1)"])
def test_a_wrong_number_of_values_is_refused(text: str) -> None:
    (error,) = _errors(text)

    assert error.code == "formula-arguments"
    assert error.hint.startswith("write ")


@pytest.mark.parametrize(
    "text",
    [
        "sum(area)",
        "sum(lines.price * area)",
        "sum(sum(lines.price))",
        "count(lines, paid)",
        "lines",
    ],
)
def test_lines_are_rolled_up_one_list_at_a_time(text: str) -> None:
    assert {e.code for e in _errors(text)} == {"formula-lines"}


def test_the_expected_type_is_held_to() -> None:
    (error,) = _errors("area * 2", expected="boolean")

    assert error.message == "the formula must give a yes/no value, but gives a number"
    assert check(parse("kind"), World(), expected="text").type.name == "choice"
    assert check(parse("null"), World(), expected="number").type.name == "null"


def test_diagnostics_stand_where_the_formula_stands() -> None:
    with pytest.raises(ExpressionErrors) as caught:
        check(parse("1 × aera"), World(), at=Place("m.yaml", 4, 10))

    assert [str(d.at) for d in caught.value.diagnostics()] == ["m.yaml:4:14"]


def test_paths_are_given_in_full() -> None:
    assert check(parse("sum(lines.price) + R"), World()).paths == {("lines", "price"), ("R",)}


@pytest.mark.parametrize(
    "text",
    [
        "min(" * 48 + "area" + ", 1)" * 48,
        "add_months(" * 40 + "from" + ", 1)" * 40,
        "max(" * 40 + "max(lines.price)" + ", 1)" * 40,
    ],
)
def test_a_formula_too_deep_for_sql_is_refused_with_little_work(text: str) -> None:
    with calls_counted() as effort:
        assert [e.code for e in _errors(text)] == ["formula-limit"]

    assert effort.calls < 100_000
