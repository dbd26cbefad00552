"""Whatever is written as a formula is refused by name, or is small and runs in both back ends."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from engine.expressions import (
    ExpressionError,
    ExpressionErrors,
    Type,
    check,
    compile_sql,
    free_functions,
    parse,
)
from engine.expressions.checker import MAX_WEIGHT
from engine.expressions.typed import weight
from tests.expressions.world import RECORD, TYPES, RecordColumns, World, run

_KEPT = {path for path in TYPES if path[0] in {*RECORD.c.keys(), "user", "lines"}}
_NAMES = sorted(".".join(path) for path in _KEPT)
_FUNCTIONS = sorted({one.name for one in free_functions()})
_FOREIGN = [
    *("__import__", "open", "eval", "__builtins__", "self", "os.system", "area.__class__", "a._b"),
    *(
        "lambda: 1",
        "f'{area}'",
        "b'x'",
        "[x for x in lines]",
        "area[0]",
        "{1: 2}",
        "yield",
        "await",
    ),
    *("9**9**9", "1e999", "0x10", "1_0", "'\\x00'", "'a' * 9", "area := 1", "...", "# x", ";"),
]
_HUGE = ["9" * 30, "9" * 31, f"0.{'0' * 29}1", f"'{'x' * 1_500}'", "area" * 400, "area." * 300]
_SIGNS = [*"+-*/()[],.<>", "==", "!=", "<=", " and ", " or ", " not ", " in ", " is None", " if ",
          " else ", "×", "（", "≤", "\u3000", "\n"]  # fmt: skip
_PIECE = st.sampled_from([*_NAMES, *_FUNCTIONS, *_FOREIGN, *_HUGE, *_SIGNS, "1", "'flat'", "None"])
_KNOWN = st.sampled_from([*_NAMES, *_HUGE[:4], "1", "0", "-1", "'flat'", "None", "true"])


class _Stored(World):
    """The names that both back ends of the tests know."""

    def resolve(self, path: tuple[str, ...]) -> Type | None:
        return super().resolve(path) if path in _KEPT else None


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Well-formed and mostly senseless: any function of anything, any sign between anything."""
    calls = st.tuples(st.sampled_from(_FUNCTIONS), st.lists(inner, max_size=4))
    signs = st.sampled_from(["+", "-", "*", "/", "==", "<", " and ", " in ", " is "])
    return st.one_of(
        calls.map(lambda c: f"{c[0]}({', '.join(c[1])})"),
        st.tuples(inner, signs, inner).map(lambda p: f"({p[0]}{p[1]}{p[2]})"),
        st.tuples(inner, st.integers(1, 80)).map(lambda p: " + ".join([p[0]] * p[1])),
        st.tuples(inner, st.integers(1, 80)).map(lambda p: "-" * p[1] + p[0]),
        st.tuples(inner, st.integers(1, 60)).map(lambda p: "(" * p[1] + p[0] + ")" * p[1]),
    )


_FORMULAS = st.one_of(
    st.lists(_PIECE, max_size=20).map("".join),
    st.recursive(_KNOWN, _nested, max_leaves=12),
    st.text(max_size=40),
)


@settings(max_examples=500, deadline=None)
@given(_FORMULAS)
def test_any_text_is_refused_by_name_or_runs(text: str) -> None:
    try:
        typed = check(parse(text), _Stored())
    except ExpressionError as error:
        _is_explained(error, text)
        return
    except ExpressionErrors as errors:
        for error in errors.errors:
            _is_explained(error, text)
        return
    assert weight(typed.root) <= MAX_WEIGHT
    run(text)
    str(compile_sql(typed, RecordColumns()).compile(dialect=postgresql.dialect()))


def _is_explained(error: ExpressionError, text: str) -> None:
    assert re.fullmatch(r"formula-\w+|unknown-\w+", error.code)
    assert error.message
    assert 0 <= error.offset <= len(text)


@pytest.mark.parametrize("text", _FOREIGN)
def test_what_is_foreign_to_the_language_is_never_run(text: str) -> None:
    with pytest.raises((ExpressionError, ExpressionErrors)):
        check(parse(text), _Stored())
