"""Find in SQL the rows for which a strict evaluation in Python would raise DivisionByZero."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Boolean, ColumnElement, and_, literal, or_

from engine.expressions import typed
from engine.expressions.number_functions import DIVIDE
from engine.expressions.scopes import SqlScope
from engine.expressions.sql_backend import SqlBuilder
from engine.expressions.typed import Part, Typed, parts

Found = ColumnElement[bool] | None  # None: never
_Guard = Callable[[Part], ColumnElement[bool]]


def has_zero_division(formula: Typed, scope: SqlScope) -> ColumnElement[bool]:
    """Return whether the formula divides by zero for a row, as true or false.

    Branches that are not taken, and conditions that are not reached, do not count.
    """
    found = _Finder(scope).find(formula.root)
    return literal(False, Boolean()) if found is None else found.is_(True)


class _Finder:
    def __init__(self, scope: SqlScope) -> None:
        self.scope = scope
        self.builder = SqlBuilder(scope)

    def find(self, part: Part) -> Found:
        match part:
            case typed.Logic():
                return self._in_turn(part.items, self._goes_on(part.operator))
            case typed.FirstOf():
                return self._in_turn(part.items, lambda p: self.builder.build(p).is_(None))
            case typed.Choose():
                return self._choose(part)
            case typed.Aggregate():
                return self._aggregate(part)
            case _:
                return _either(self._own(part), *(self.find(p) for p in parts(part)))

    def _own(self, part: Part) -> Found:
        if not isinstance(part, typed.Apply) or part.function is not DIVIDE:
            return None
        divisor = part.arguments[1]
        if isinstance(divisor, typed.Constant) and divisor.value:
            return None
        return self.builder.build(divisor) == 0

    def _goes_on(self, operator: str) -> _Guard:
        decides = operator == "or"
        return lambda part: self.builder.build(part).is_not(decides)

    def _in_turn(self, items: tuple[Part, ...], goes_on: _Guard) -> Found:
        """Find in the first, and in each further one that is reached."""
        found: Found = None
        for item in reversed(items):
            later = None if found is None else and_(goes_on(item), found)
            found = _either(self.find(item), later)
        return found

    def _choose(self, part: typed.Choose) -> Found:
        condition = self.builder.build(part.condition)
        then, otherwise = self.find(part.then), self.find(part.otherwise)
        return _either(
            self.find(part.condition),
            None if then is None else and_(condition.is_(True), then),
            None if otherwise is None else and_(condition.is_not(True), otherwise),
        )

    def _aggregate(self, part: typed.Aggregate) -> Found:
        def build(lines: SqlScope) -> tuple[Found, Found]:
            finder = _Finder(lines)
            value = None if part.value is None else finder.find(part.value)
            if value is not None and part.condition is not None:
                value = and_(finder.builder.build(part.condition).is_(True), value)
            condition = None if part.condition is None else finder.find(part.condition)
            return _either(condition, value), None

        if all(_never(p) for p in parts(part)):
            return None
        return self.scope.aggregate(part.lines, build, "any")


def _never(part: Part) -> bool:
    if isinstance(part, typed.Apply) and part.function is DIVIDE:
        divisor = part.arguments[1]
        if not (isinstance(divisor, typed.Constant) and divisor.value):
            return False
    return all(_never(p) for p in parts(part))


def _either(*found: Found) -> Found:
    some = [f for f in found if f is not None]
    return or_(*some) if some else None
