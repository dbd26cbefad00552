"""The one formula language: parse, check, run in Python, compile to SQL."""

from engine.expressions.checker import check
from engine.expressions.environment import Environment, RowEnvironment
from engine.expressions.errors import DivisionByZero, ExpressionError, ExpressionErrors
from engine.expressions.function import Function
from engine.expressions.nodes import Expression
from engine.expressions.parser import parse
from engine.expressions.python_backend import compile_python, holds
from engine.expressions.registry import (
    FunctionDoc,
    find_function,
    free_functions,
    register_function,
)
from engine.expressions.scopes import Scope, SqlScope
from engine.expressions.sql_backend import aggregate_call, compile_sql
from engine.expressions.typed import Typed
from engine.expressions.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    NULL,
    NUMBER,
    ORDERED,
    PRINTABLE,
    SAME,
    TEXT,
    TIME,
    Type,
)
from engine.expressions.zero_division import has_zero_division

__all__ = [
    "ANY",
    "BOOLEAN",
    "DATE",
    "DATETIME",
    "NULL",
    "NUMBER",
    "ORDERED",
    "PRINTABLE",
    "SAME",
    "TEXT",
    "TIME",
    "DivisionByZero",
    "Environment",
    "Expression",
    "ExpressionError",
    "ExpressionErrors",
    "Function",
    "FunctionDoc",
    "RowEnvironment",
    "Scope",
    "SqlScope",
    "Type",
    "Typed",
    "aggregate_call",
    "check",
    "compile_python",
    "compile_sql",
    "find_function",
    "free_functions",
    "has_zero_division",
    "holds",
    "parse",
    "register_function",
]
