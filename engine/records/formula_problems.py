"""What is wrong with a formula that a person typed, as a sentence beside its box."""

from __future__ import annotations

from typing import Any

from engine.expressions import ExpressionError
from engine.extension import Problem


def formula_problem(error: ExpressionError, field: str = "") -> Problem:
    """Say at which character, what, and what would be right."""
    given, code = _given(error), error.code
    if error.hint:
        return Problem("At character %(place)s: %(what)s; %(hint)s", given, field, code)
    return Problem("At character %(place)s: %(what)s.", given, field, code)


def filter_problem(error: ExpressionError) -> Problem:
    """Say the same of a filter's text."""
    given, code = _given(error), error.code
    if error.hint:
        text = Problem("In the filter, at character %(place)s: %(what)s; %(hint)s", given)
    else:
        text = Problem("In the filter, at character %(place)s: %(what)s.", given)
    return Problem(text.message, given, "where", code)


def _given(error: ExpressionError) -> dict[str, Any]:
    return {"place": error.offset + 1, "what": error.message, "hint": error.hint}
