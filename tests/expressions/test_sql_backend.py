from __future__ import annotations

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql

from engine.expressions import check, compile_sql, has_zero_division, parse
from tests.expressions.world import RECORD, RecordColumns, World


def _sql(text: str) -> str:
    column = compile_sql(check(parse(text), World()), RecordColumns())
    return " ".join(str(column.compile(dialect=postgresql.dialect())).split())


def test_an_integer_column_is_compared_bare() -> None:
    assert _sql("floor_number == 3") == "formula_record.floor_number = %(param_1)s::BIGINT"
    assert _sql("unit == 5") == "formula_record.unit = %(param_1)s::BIGINT"
    assert "CAST" not in _sql("floor_number in [1, 2]")


def test_an_integer_column_is_numeric_in_arithmetic() -> None:
    assert "CAST(formula_record.floor_number AS NUMERIC)" in _sql("floor_number / 2")


def test_texts_are_ordered_by_code_point() -> None:
    assert 'COLLATE "C") < ' in _sql("code < remark")
    assert 'COLLATE "C"' in _sql("min(code, remark)")
    assert 'COLLATE "C"' in _sql("max(lines.kind)")
    assert "COLLATE" not in _sql("code == remark")


def test_a_literal_in_a_field_of_choices_can_use_an_index() -> None:
    assert "@>" in _sql("'vip' in tags")


def test_values_are_bound_and_never_written() -> None:
    assert "DROP" not in _sql("code == 'x\\'; DROP TABLE formula_record'")


def test_a_formula_without_division_never_divides_by_zero(connection: Connection) -> None:
    found = has_zero_division(check(parse("area / 2 + 1"), World()), RecordColumns())

    assert connection.scalar(select(found)) is False


@pytest.mark.parametrize("text", ["null", "if(paid, null, null)", "coalesce(null, null)"])
def test_no_value_at_all_is_valid_sql(connection: Connection, text: str) -> None:
    column = compile_sql(check(parse(text), World()), RecordColumns())

    assert connection.execute(select(column).select_from(RECORD)).all() == []
