"""Run a checked formula in Python: closures, built once."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.expressions import typed
from engine.expressions.arithmetic import CONTEXT, divide
from engine.expressions.environment import Environment
from engine.expressions.errors import DivisionByZero
from engine.expressions.nodes import Expression
from engine.expressions.number_functions import DIVIDE
from engine.expressions.typed import Part, Typed
from engine.expressions.types import NUMBER

Run = Callable[[Environment], Any]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_python(formula: Typed) -> Run:
    """Build a function from an environment to the formula's value.

    The function raises DivisionByZero when the environment is strict, and TypeError when a
    number comes as a float.
    """
    run = _Builder(formula.expression).build(formula.root)
    if formula.type != NUMBER:
        return run

    def without_negative_zero(environment: Environment) -> Any:
        number = run(environment)
        return None if number is None else CONTEXT.plus(number)

    return without_negative_zero


def holds(value: Any) -> bool:
    """Tell whether a condition came out true; no value counts as false."""
    return value is True


class _Builder:
    def __init__(self, expression: Expression) -> None:
        self.expression = expression

    def build(self, part: Part) -> Run:
        return _BUILDERS[type(part)](self, part)

    def all(self, parts: tuple[Part, ...]) -> tuple[Run, ...]:
        return tuple(self.build(part) for part in parts)

    def constant(self, part: typed.Constant) -> Run:
        value = part.value
        return lambda environment: value

    def read(self, part: typed.Read) -> Run:
        path = part.path
        if part.type == NUMBER:
            return lambda environment: _number(environment.value(path))
        return lambda environment: environment.value(path)

    def apply(self, part: typed.Apply) -> Run:
        function, runs = part.function, self.all(part.arguments)
        if function is DIVIDE:
            return self._division(*runs)
        call = function.python
        if function.uses_environment:
            return _with_environment(call, runs, function.takes_null)
        if function.takes_null:
            return lambda environment: call(*(run(environment) for run in runs))
        build: Callable[..., Run] = _BY_COUNT.get(len(runs), _many)
        return build(call, *runs)

    def _division(self, dividend: Run, divisor: Run) -> Run:
        expression = self.expression

        def run(environment: Environment) -> Any:
            above, below = dividend(environment), divisor(environment)
            if below == 0 and environment.strict:
                raise DivisionByZero(expression)
            return None if above is None or below is None else divide(above, below)

        return run

    def choose(self, part: typed.Choose) -> Run:
        condition, then, otherwise = self.all((part.condition, part.then, part.otherwise))
        return lambda e: then(e) if condition(e) is True else otherwise(e)

    def first_of(self, part: typed.FirstOf) -> Run:
        runs = self.all(part.items)

        def run(environment: Environment) -> Any:
            for item in runs:
                value = item(environment)
                if value is not None:
                    return value
            return None

        return run

    def logic(self, part: typed.Logic) -> Run:
        runs = self.all(part.items)
        decides = part.operator == "or"  # one true decides `or`, one false decides `and`

        def run(environment: Environment) -> bool | None:
            unknown = False
            value: bool | None
            for item in runs:
                value = item(environment)
                if value is decides:
                    return decides
                unknown = unknown or value is None
            return None if unknown else not decides

        return run

    def negate(self, part: typed.Not) -> Run:
        return _one(operator.not_, self.build(part.item))

    def compare(self, part: typed.Compare) -> Run:
        return _two(_COMPARE[part.operator], self.build(part.left), self.build(part.right))

    def one_of(self, part: typed.OneOf) -> Run:
        item, options = self.build(part.item), self.all(part.options)

        def run(environment: Environment) -> bool | None:
            value = item(environment)
            others = [option(environment) for option in options]
            if value is None:
                return None
            return True if value in others else (None if None in others else False)

        return run

    def chosen(self, part: typed.Chosen) -> Run:
        item, container = self.build(part.item), self.build(part.container)

        def run(environment: Environment) -> bool | None:
            value, choices = item(environment), container(environment)
            if choices is None:
                return None
            if not choices:
                return False
            return None if value is None else value in choices

        return run

    def missing(self, part: typed.Missing) -> Run:
        item = self.build(part.item)
        return lambda environment: item(environment) is None

    def aggregate(self, part: typed.Aggregate) -> Run:
        path, roll_up = part.lines, _ROLL_UPS[part.function]
        value = None if part.value is None else self.build(part.value)
        condition = None if part.condition is None else self.build(part.condition)

        def run(environment: Environment) -> Any:
            lines = environment.lines(path)
            kept = [e for e in lines if condition is None or condition(e) is True]
            if value is None:
                return Decimal(len(kept))
            return roll_up([v for e in kept if (v := value(e)) is not None])

        return run

    def in_tree(self, part: typed.InTree) -> Run:
        path, record = part.path, self.build(part.record)

        def run(environment: Environment) -> bool | None:
            record_id = record(environment)
            return None if record_id is None else environment.is_child_of(path, record_id)

        return run


def _number(value: Any) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    raise TypeError(f"a number must come as Decimal or int, got {value!r}")


def _none(call: Callable[..., Any]) -> Run:
    return lambda environment: call()


def _one(call: Callable[..., Any], run: Run) -> Run:
    def one(environment: Environment) -> Any:
        value = run(environment)
        return None if value is None else call(value)

    return one


def _two(call: Callable[..., Any], left: Run, right: Run) -> Run:
    def two(environment: Environment) -> Any:
        a, b = left(environment), right(environment)
        return None if a is None or b is None else call(a, b)

    return two


def _many(call: Callable[..., Any], *runs: Run) -> Run:
    def many(environment: Environment) -> Any:
        values = [run(environment) for run in runs]
        return None if None in values else call(*values)

    return many


def _with_environment(call: Callable[..., Any], runs: tuple[Run, ...], takes_null: bool) -> Run:
    def run(environment: Environment) -> Any:
        values = [item(environment) for item in runs]
        return None if None in values and not takes_null else call(environment, *values)

    return run


def _sum(values: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = CONTEXT.add(total, value)
    return total


_BY_COUNT: dict[int, Callable[..., Run]] = {0: _none, 1: _one, 2: _two}

_ROLL_UPS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": _sum,
    "count": lambda values: Decimal(len(values)),
    "avg": lambda values: divide(_sum(values), Decimal(len(values))),
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
}

_BUILDERS: dict[type[Part], Callable[[_Builder, Any], Run]] = {
    typed.Constant: _Builder.constant,
    typed.Read: _Builder.read,
    typed.Apply: _Builder.apply,
    typed.Choose: _Builder.choose,
    typed.FirstOf: _Builder.first_of,
    typed.Logic: _Builder.logic,
    typed.Not: _Builder.negate,
    typed.Compare: _Builder.compare,
    typed.OneOf: _Builder.one_of,
    typed.Chosen: _Builder.chosen,
    typed.Missing: _Builder.missing,
    typed.Aggregate: _Builder.aggregate,
    typed.InTree: _Builder.in_tree,
}
