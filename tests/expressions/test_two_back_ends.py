"""The same formula over the same row gives the same value in Python and in PostgreSQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from engine.expressions import (
    DivisionByZero,
    ExpressionErrors,
    RowEnvironment,
    Typed,
    check,
    compile_python,
    compile_sql,
    has_zero_division,
    parse,
)
from tests.expressions.patterns import PATTERNS, edge_rows
from tests.expressions.strategies import formulas, rows
from tests.expressions.world import NOW, RECORD, USER, RecordColumns, World, store


def _environment(row: dict[str, Any], *, strict: bool = False) -> RowEnvironment:
    return RowEnvironment(values=row, now=NOW, user=USER, descends=_under, strict=strict)


def _under(linked: int, ancestor: int) -> bool:
    return ancestor in (1, linked)


def _checked(texts: list[str]) -> list[Typed]:
    """Check the formulas; those too deep, or with an unknown option, are left out."""
    checked = []
    for text in texts:
        try:
            checked.append(check(parse(text), World()))
        except ExpressionErrors as wrong:
            if {e.code for e in wrong.errors} - {"formula-limit", "unknown-option"}:
                raise
    return checked


def _raises(formula: Typed, row: dict[str, Any]) -> bool:
    try:
        compile_python(formula)(_environment(row, strict=True))
    except DivisionByZero:
        return True
    return False


def _in_database(connection: Connection, formulas: list[Typed]) -> list[Any]:
    columns = [compile_sql(f, RecordColumns()).label(f"v{i}") for i, f in enumerate(formulas)]
    zeros = [has_zero_division(f, RecordColumns()).label(f"z{i}") for i, f in enumerate(formulas)]
    return list(
        connection.execute(select(*columns, *zeros).select_from(RECORD).order_by(RECORD.c.id))
    )


def test_every_sign_and_function_agrees_on_edge_values(connection: Connection) -> None:
    assert len(_checked(PATTERNS)) == len(PATTERNS)
    _assert_same(connection, PATTERNS, edge_rows(250))


def _assert_same(connection: Connection, texts: list[str], given: list[dict[str, Any]]) -> None:
    checked = _checked(texts)
    with connection.begin_nested() as trial:
        store(connection, given)
        stored = _in_database(connection, checked)
        trial.rollback()
    for row, found in zip(given, stored, strict=True):
        for number, formula in enumerate(checked):
            expected = compile_python(formula)(_environment(row))
            told = f"{formula.expression.text} over {row}"
            assert found[number] == expected, told
            assert found[number + len(checked)] is _raises(formula, row), f"zero: {told}"


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    texts=st.lists(formulas, min_size=4, max_size=12),
    given_rows=st.lists(rows, min_size=2, max_size=4),
)
def test_python_and_postgresql_agree(
    connection: Connection, texts: list[str], given_rows: list[dict[str, Any]]
) -> None:
    _assert_same(connection, texts, given_rows)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    pairs=st.lists(
        st.tuples(st.integers(-(10**12), 10**12), st.integers(-(10**6), 10**6), st.integers(0, 12)),
        min_size=40,
        max_size=40,
    )
)
def test_division_agrees_in_every_digit(
    connection: Connection, pairs: list[tuple[int, int, int]]
) -> None:
    given = [
        {**_EMPTY, "area": Decimal(a).scaleb(-places), "price": Decimal(b).scaleb(-3)}
        for a, b, places in pairs
    ]

    _assert_same(connection, ["area / price", "area / price * price", "1 / (area * price)"], given)


_EMPTY: dict[str, Any] = {
    **{column.name: None for column in RECORD.columns if column.name != "id"},
    "lines": [],
}


def test_division_next_to_a_tie_is_not_rounded_twice(connection: Connection) -> None:
    # 5 at the 17th decimal, less a hair that only shows 47 decimals further down.
    row = {**_EMPTY, "area": Decimal("5e-17"), "price": Decimal(f"1.{'0' * 46}1")}

    assert compile_python(check(parse("area / price"), World()))(_environment(row)) == 0
    _assert_same(connection, ["area / price"], [row])


@pytest.mark.parametrize(
    "text",
    [
        "1" + " / area" * 14,
        "add_months(" * 4 + "from" + ", 1)" * 4,
        " + ".join(["area"] * 48),
        "-" * 40 + "area",
        " and ".join(["area > 1"] * 150),
        "coalesce(" * 29 + "area" + ")" * 29,
    ],
)
def test_the_deepest_formulas_compile_and_agree(connection: Connection, text: str) -> None:
    row = {**_EMPTY, "area": Decimal("1.7"), "lines": []}

    assert _checked([text])
    _assert_same(connection, [text], [row])
