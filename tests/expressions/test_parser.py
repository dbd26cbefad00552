from __future__ import annotations

import pytest

from engine.diagnostics import Place
from engine.expressions import Expression, ExpressionError, parse
from engine.expressions.nodes import Call, Literal, Logic, Name
from tests.effort import calls_counted


def _refused(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    return caught.value


def test_multiplication_binds_closer_than_addition() -> None:
    tree = parse("a + b * c").tree

    assert isinstance(tree, Call)
    assert tree.name == "+"
    assert isinstance(tree.arguments[1], Call)
    assert tree.arguments[1].name == "*"


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("R × X ÷ 2 − 1", "R * X / 2 - 1"),
        ("max（a，b）", "max(a,b)"),
        ("a ≤ b and b ≥ c and a ≠ c", "a <= b and b >= c and a != c"),
        ("（a＋b）＊c", "(a+b)*c"),
        ("a\u3000>\n 1", "a > 1"),
        ("  a", "a"),
        ("if(a, b, c)", "b if a else c"),
        ("1 + if (a, b, c)", "1 + (b if a else c)"),
        ("x if (a) else if(b, c, d)", "x if a else (c if b else d)"),
        ("TRUE_ or true", "TRUE_ or True"),
        ("a == none", "a is None"),
        ("null != a", "a is not None"),
    ],
)
def test_both_ways_of_writing_mean_the_same(typed: str, plain: str) -> None:
    assert _shape(parse(typed)) == _shape(parse(plain))


def _shape(expression: Expression) -> str:
    """Show a tree without places."""

    def show(node: object) -> str:
        match node:
            case Literal(value=value):
                return repr(value)
            case Name(path=path):
                return ".".join(path)
            case Call(name=name, arguments=items) | Logic(operator=name, items=items):
                return f"{name}({', '.join(map(show, items))})"
        parts = [getattr(node, s) for s in getattr(type(node), "__slots__", ()) if s != "offset"]
        shown = ", ".join(part if isinstance(part, str) else show(part) for part in parts)
        return f"{type(node).__name__}({shown})"

    return show(expression.tree)


def test_signs_in_a_text_stay_as_they_are() -> None:
    assert parse("'×（，≤'").tree == Literal("×（，≤", 0)


def test_a_field_may_be_called_like_a_python_word() -> None:
    assert parse("from > class.import").names() == {("from",), ("class", "import")}


def test_numbers_keep_every_digit() -> None:
    tree = parse("0.1234567890123456789012345").tree

    assert isinstance(tree, Literal)
    assert str(tree.value) == "0.1234567890123456789012345"


def test_names_are_all_paths_read() -> None:
    found = parse("if(room.area > R, sum(lines.x), user.id)").names()

    assert found == {("room", "area"), ("R",), ("lines", "x"), ("user", "id")}


def test_functions_tell_whether_a_formula_ages() -> None:
    assert "today" in parse("due < today()").functions()


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a = 1", 2),
        ("面積 × 單價 = 1", 8),
        ("a ≤ b ≤ c ; d", 10),
        ("'甲乙' == a = b", 10),
        ("（a ＋ b）） ", 7),
        ("a +", 2),
        ("a ≥ 1 and", 6),
        ("(a", 0),
        ("a b", 2),
        ("甲 ≠ 乙 丙", 6),
        ("面積 × _x", 5),
        ("1 if a", 0),
        ("'abc", 0),
        ("a == 'b\\q'", 7),
        ("a.b.c.d.e.f.g", 0),
        ("1 × 12abc", 4),
        ("x in []", 5),
    ],
)
def test_an_error_stands_at_its_column(text: str, offset: int) -> None:
    assert _refused(text).offset == offset


def test_an_equals_sign_hints_at_two() -> None:
    assert _refused("a = 1").hint == "write == to compare"


def test_a_diagnostic_is_shifted_to_its_column() -> None:
    found = _refused("面積 = 1").diagnostic(Place("models/x.yaml", 3, 11))

    assert str(found.at) == "models/x.yaml:3:14"
    assert found.code == "formula-syntax"


def test_the_place_given_to_parse_is_remembered() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("a b", Place("m.yaml", 2, 5))

    assert str(caught.value.diagnostic().at) == "m.yaml:2:7"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("__import__('os')", "underscore"),
        ("().__class__", "underscore"),
        ("a.b.__class__", "underscore"),
        ("a._b", "underscore"),
        ("10**9**9", "power"),
        ("9^9", "power"),
        ("lambda: 1", "lambda"),
        ("[x for x in y]", "comprehension"),
        ("f'{a}'", "'f' before a text"),
        ("b'a'", "'b' before a text"),
        ("a[0]", "subscript"),
        ("max(*a)", "unpacking"),
        ("(a := 1)", "assignment"),
        ("{1}", "set or map"),
        ("a.upper()", "a call on a value"),
        ("'a'.upper()", "a call on a value"),
        ("'a'.x", "only a name may stand before a dot"),
        ("max(a)(b)", "a call on a value"),
        ("a // b", "whole division"),
        ("a % b", "remainder"),
        ("a & b", "both"),
        ("~a", "bits"),
        ("a @ b", "matrix"),
        ("a; b", "next statement"),
        ("a, b", "a list outside"),
        ("[a]", "a list outside"),
        ("await a", "await"),
        ("(yield)", "yield"),
        ("a is b", "'is' must stand before None"),
        ("a in [1] == b", "chain"),
        ("+a", "plus sign"),
        ("a # b", "remark"),
        ("a \\ b", "backslash"),
        ("a\x00", "U+0000"),
        ("'a\x00'", "U+0000"),
        ("'\ud800'", "U+D800"),
        ("\u0430rea", "CYRILLIC SMALL LETTER A"),
        ("ａrea", "FULLWIDTH LATIN SMALL LETTER A"),
        ("a\u200b", "ZERO WIDTH SPACE"),
        ("\u202ea", "RIGHT-TO-LEFT"),
        ("１ + 1", "FULLWIDTH DIGIT ONE"),
        ("“a”", "LEFT DOUBLE QUOTATION MARK"),
    ],
)
def test_what_is_no_part_of_the_language_is_refused_by_name(text: str, word: str) -> None:
    error = _refused(text)

    assert error.code == "formula-refused"
    assert word in error.message


@pytest.mark.parametrize("text", ["max(a=1)", "''''''", "'a' 'b'", "1e5", "0x10", "1_000", "1..2"])
def test_python_forms_without_meaning_here_are_syntax_errors(text: str) -> None:
    assert _refused(text).code == "formula-syntax"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 990 + "a" + ")" * 990,
        "(" * 10_000 + "a" + ")" * 10_000,
        "-" * 1_900 + "a",
        "not " * 450 + "a",
        "a + " * 480 + "a",
        "a<" * 700 + "a",
        "a if a else " * 160 + "a",
        "if(a, " * 300,
        "9" * 31,
        "1." + "0" * 31,
        "a" * 2_001,
        "a < (" * 49 + "a" + ") < a" * 49,
        "a == " * 390 + "a",
    ],
)
def test_hostile_sizes_are_refused_at_once(text: str) -> None:
    with calls_counted() as effort:
        error = _refused(text)

    assert error.code in {"formula-limit", "formula-syntax"}
    assert effort.calls < 100_000


def test_an_empty_formula_is_refused() -> None:
    assert _refused("  ").message == "the formula is empty"
