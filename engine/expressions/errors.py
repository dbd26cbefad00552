"""What can be wrong with a formula."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.diagnostics import Diagnostic, Place

if TYPE_CHECKING:
    from engine.expressions.nodes import Expression

_NOWHERE = Place("(formula)")
# code -> what is allowed, where the one who found the error knows no better
_HINTS = {
    "formula-syntax": "values stand between signs, as in area * price or state == 'sold'",
    "formula-refused": "a formula has fields, numbers, 'texts', + - * /, comparisons,"
    " and, or, not, if and functions",
    "formula-limit": "split it into several fields",
    "formula-type": "what each sign and function takes is in docs/reference/formulas.md",
}


class ExpressionError(ValueError):
    """One thing wrong with a formula, as data until the edge."""

    def __init__(
        self, code: str, message: str, offset: int = 0, *, hint: str = "", at: Place | None = None
    ) -> None:
        super().__init__(message)
        self.code = code  # kebab-case and stable
        self.message = message
        self.offset = offset  # characters from the beginning of the text, from 0
        self.hint = hint or _HINTS.get(code, "")
        self.at = at  # where the formula's text begins, when known

    def diagnostic(self, at: Place | None = None) -> Diagnostic:
        """Say it to the configurator; `at` is where the formula's text begins."""
        start = at or self.at or _NOWHERE
        return Diagnostic(start.shifted(self.offset), self.code, self.message, self.hint)


class ExpressionErrors(ValueError):
    """All that is wrong with a formula that could be parsed."""

    def __init__(self, errors: Iterable[ExpressionError]) -> None:
        self.errors = sorted(errors, key=lambda e: e.offset)
        super().__init__("; ".join(e.message for e in self.errors))

    def diagnostics(self, at: Place | None = None) -> list[Diagnostic]:
        """Say all of it; `at` is where the formula's text begins."""
        return [error.diagnostic(at) for error in self.errors]


class DivisionByZero(ArithmeticError):
    """A division by zero met in a strict evaluation."""

    def __init__(self, expression: Expression) -> None:
        super().__init__(f"division by zero in {expression.text!r}")
        self.expression = expression
