"""Functions and signs of numbers, and of values that have an order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, func

from engine.expressions.arithmetic import (
    CONTEXT,
    ceiling,
    divide,
    floor,
    half_up,
    sql_divide,
    sql_half_up,
)
from engine.expressions.function import Function
from engine.expressions.types import NUMBER, ORDERED, SAME


def _sign(name: str, python: Any, sql: Any, weight: int = 1) -> Function:
    return Function(
        name=name, parameters=(NUMBER, NUMBER), result=NUMBER, python=python, sql=sql, weight=weight
    )


ADD = _sign("+", CONTEXT.add, lambda a, b: a + b)
SUBTRACT = _sign("-", CONTEXT.subtract, lambda a, b: a - b)
MULTIPLY = _sign("*", CONTEXT.multiply, lambda a, b: a * b)
DIVIDE = _sign("/", divide, sql_divide, weight=4)
NEGATE = Function(
    name="unary-", parameters=(NUMBER,), result=NUMBER, python=CONTEXT.minus, sql=lambda a: -a
)

SIGNS = {f.name: f for f in (ADD, SUBTRACT, MULTIPLY, DIVIDE, NEGATE)}


def _smallest(*values: Any) -> Any:
    return min((v for v in values if v is not None), default=None)


def _largest(*values: Any) -> Any:
    return max((v for v in values if v is not None), default=None)


def _sql_smallest(*values: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.least(*values, type_=values[0].type)


def _sql_largest(*values: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.greatest(*values, type_=values[0].type)


def _absolute(number: Decimal) -> Decimal:
    return number.copy_abs()


FUNCTIONS = (
    Function(
        name="min",
        parameters=(ORDERED, ORDERED),
        result=SAME,
        python=_smallest,
        sql=_sql_smallest,
        names=("a", "b"),
        repeats=True,
        takes_null=True,
        weight=2,
        doc="The smallest of several values; empty ones are passed over.",
        doc_zh_hant="幾個值中最小的；空值略過。",
    ),
    Function(
        name="max",
        parameters=(ORDERED, ORDERED),
        result=SAME,
        python=_largest,
        sql=_sql_largest,
        names=("a", "b"),
        repeats=True,
        takes_null=True,
        weight=2,
        doc="The largest of several values; empty ones are passed over.",
        doc_zh_hant="幾個值中最大的；空值略過。",
    ),
    Function(
        name="round",
        parameters=(NUMBER, NUMBER),
        result=NUMBER,
        python=half_up,
        sql=sql_half_up,
        names=("x", "decimals"),
        required=1,
        weight=2,
        doc="Rounded half-up (away from zero) to so many decimals, 0 if not said.",
        doc_zh_hant="四捨五入到指定小數位，不寫為 0 位。",
    ),
    Function(
        name="floor",
        parameters=(NUMBER,),
        result=NUMBER,
        python=floor,
        sql=lambda x: func.floor(x, type_=Numeric()),
        names=("x",),
        weight=2,
        doc="The whole number at or below.",
        doc_zh_hant="向下取整。",
    ),
    Function(
        name="ceil",
        parameters=(NUMBER,),
        result=NUMBER,
        python=ceiling,
        sql=lambda x: func.ceil(x, type_=Numeric()),
        names=("x",),
        weight=2,
        doc="The whole number at or above.",
        doc_zh_hant="向上取整。",
    ),
    Function(
        name="abs",
        parameters=(NUMBER,),
        result=NUMBER,
        python=_absolute,
        sql=lambda x: func.abs(x, type_=Numeric()),
        names=("x",),
        weight=2,
        doc="The number without its sign.",
        doc_zh_hant="絕對值。",
    ),
)
