from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Connection, select

from engine.expressions import (
    NUMBER,
    Function,
    check,
    compile_sql,
    find_function,
    free_functions,
    parse,
    register_function,
    registry,
)
from tests.expressions.world import RecordColumns, World, run

DOUBLE = Function(
    name="double",
    parameters=(NUMBER,),
    result=NUMBER,
    python=lambda x: x * 2,
    sql=lambda x: x * 2,
    names=("x",),
    doc="Twice the number.",
    doc_zh_hant="兩倍。",
)


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_FUNCTIONS", dict(registry._FUNCTIONS))
    register_function(DOUBLE)
    return


@pytest.mark.usefixtures("double")
def test_a_plugin_s_function_works_in_both_back_ends(connection: Connection) -> None:
    column = compile_sql(check(parse("double(3.5)"), World()), RecordColumns())

    assert run("double(3.5)") == connection.scalar(select(column)) == Decimal(7)
    assert find_function("double") is DOUBLE


@pytest.mark.usefixtures("double")
def test_a_name_is_taken_once() -> None:
    other = Function(name="double", parameters=(), result=NUMBER, python=int, sql=lambda: None)

    register_function(DOUBLE)
    with pytest.raises(ValueError, match="'double' is registered twice"):
        register_function(other)


@pytest.mark.parametrize("name", ["if", "sum", "min", "_x", "a b"])
def test_the_language_s_own_names_are_not_free(name: str) -> None:
    taken = Function(name=name, parameters=(NUMBER,), result=NUMBER, python=abs, sql=abs)

    with pytest.raises(ValueError, match=name):
        register_function(taken)


def test_every_function_is_described_in_both_languages() -> None:
    found = free_functions()

    assert {"round", "if", "sum", "child_of", "add_months"} <= {d.name for d in found}
    assert all(d.doc and d.doc_zh_hant and d.signature.startswith(d.name) for d in found)
    assert next(d for d in found if d.name == "round").signature == "round(x, decimals?)"
