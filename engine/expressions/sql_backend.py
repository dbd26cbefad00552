"""Turn a checked formula into one SQL expression."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    Text,
    Time,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
)
from sqlalchemy.dialects.postgresql import array

from engine.expressions import typed
from engine.expressions.arithmetic import sql_divide
from engine.expressions.scopes import SqlScope
from engine.expressions.text_functions import by_code_point
from engine.expressions.typed import Part, Typed
from engine.expressions.types import NUMBER, ORDERED, Type, is_text

Sql = ColumnElement[Any]

_SQL_TYPES: dict[str, Any] = {
    "number": Numeric(),
    "text": Text(),
    "choice": Text(),
    "choices": ARRAY(Text()),
    "boolean": Boolean(),
    "date": Date(),
    "datetime": DateTime(timezone=True),
    "time": Time(),
    "link": BigInteger(),
}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LARGEST_INTEGER = 2**63


def compile_sql(formula: Typed, scope: SqlScope) -> Sql:
    """Build the SQL expression; every value written in the formula is a bound parameter.

    A condition may come out NULL; in WHERE and CASE that counts as false, as in Python.
    """
    return SqlBuilder(scope).build(formula.root)


def aggregate_call(function: str, value: Sql | None, condition: Sql | None) -> Sql:
    """Return the aggregate to select in the subquery of `SqlScope.aggregate`.

    `function` is sum, count, avg, min, max, or any (whether the value is true of any line).
    """
    if function == "avg" and value is not None:
        total = aggregate_call("sum", value, condition)
        return sql_divide(total, cast(aggregate_call("count", value, condition), Numeric()))
    called = _called(function, value)
    kept = called if condition is None else called.filter(condition)
    empty = {"sum": literal_column("0", Numeric()), "any": literal(False, Boolean())}
    return func.coalesce(kept, empty[function], type_=called.type) if function in empty else kept


def _called(function: str, value: Sql | None) -> Any:
    if value is None:
        return func.count()
    name = {"any": "bool_or"}.get(function, function)
    kind = {"count": Integer(), "any": Boolean()}.get(function, value.type)
    return getattr(func, name)(value, type_=kind)


class SqlBuilder:
    """Builds the parts of one formula for one scope."""

    def __init__(self, scope: SqlScope) -> None:
        self.scope = scope

    def build(self, part: Part) -> Sql:
        """Return the SQL of a part."""
        return _BUILDERS[type(part)](self, part)

    def all(self, parts: tuple[Part, ...]) -> list[Sql]:
        """Return the SQL of several parts."""
        return [self.build(part) for part in parts]

    def constant(self, part: typed.Constant) -> Sql:
        """Bind a value written in the formula."""
        if part.value is None:
            return null()
        return literal(part.value, _SQL_TYPES[part.type.name])

    def read(self, part: typed.Read) -> Sql:
        """Read a column; integers become numeric, for integer arithmetic would differ."""
        column = self.scope.column(part.path, part.type)
        if part.type == NUMBER and not isinstance(column.type, Numeric):
            return cast(column, Numeric())
        return column

    def apply(self, part: typed.Apply) -> Sql:
        """Call a function."""
        function = part.function
        arguments = self.all(part.arguments)
        if function.parameters and function.parameter(0) == ORDERED and is_text(part.type):
            arguments = [by_code_point(a) for a in arguments]
        if function.uses_environment:
            return function.sql(self.scope, *arguments)
        return function.sql(*arguments)

    def choose(self, part: typed.Choose) -> Sql:
        """Write CASE."""
        condition = self.build(part.condition)
        return case((condition, self.build(part.then)), else_=self.build(part.otherwise))

    def first_of(self, part: typed.FirstOf) -> Sql:
        """Write COALESCE."""
        return func.coalesce(*self.all(part.items), type_=_sql_type(part.type))

    def logic(self, part: typed.Logic) -> Sql:
        """Write AND, OR."""
        join = and_ if part.operator == "and" else or_
        return join(*self.all(part.items))

    def negate(self, part: typed.Not) -> Sql:
        """Write NOT."""
        return not_(self.build(part.item))

    def compare(self, part: typed.Compare) -> Sql:
        """Write a comparison; a bare integer column stays bare, so that its index serves."""
        left = self._beside(part.left, part.right)
        right = self._beside(part.right, part.left)
        if is_text(part.left.type) and part.operator not in ("==", "!="):
            left = by_code_point(left)
        compared: Sql = _COMPARE[part.operator](left, right)
        return compared

    def _beside(self, part: Part, other: Part) -> Sql:
        if isinstance(part, typed.Read):
            return self.scope.column(part.path, part.type)
        if isinstance(part, typed.Constant) and isinstance(other, typed.Read):
            column = self.scope.column(other.path, other.type)
            if isinstance(column.type, Integer) and _is_integer(part.value):
                return literal(int(part.value or 0), BigInteger())
        return self.build(part)

    def one_of(self, part: typed.OneOf) -> Sql:
        """Write IN."""
        return self._beside(part.item, part.options[0]).in_(
            [self._beside(option, part.item) for option in part.options]
        )

    def chosen(self, part: typed.Chosen) -> Sql:
        """Write @> for a literal, which an index can serve, else ANY."""
        container = cast(self.build(part.container), ARRAY(Text()))
        item = self.build(part.item)
        if isinstance(part.item, typed.Constant):
            return container.op("@>", return_type=Boolean())(cast(array([item]), ARRAY(Text())))
        return item == any_(container)

    def missing(self, part: typed.Missing) -> Sql:
        """Write IS NULL."""
        return self.build(part.item).is_(null())

    def aggregate(self, part: typed.Aggregate) -> Sql:
        """Roll up in a correlated subquery, which the scope writes."""

        def build(lines: SqlScope) -> tuple[Sql | None, Sql | None]:
            builder = SqlBuilder(lines)
            value = None if part.value is None else builder.build(part.value)
            if value is not None and is_text(part.type):
                value = by_code_point(value)
            return value, None if part.condition is None else builder.build(part.condition)

        rolled_up = self.scope.aggregate(part.lines, build, part.function)
        if part.function == "sum":
            return func.coalesce(rolled_up, literal_column("0"), type_=Numeric())
        return cast(rolled_up, Numeric()) if part.type == NUMBER else rolled_up

    def in_tree(self, part: typed.InTree) -> Sql:
        """Ask the scope for the tree of the linked entity."""
        return self.scope.child_of(part.path, self.build(part.record))


def _is_integer(value: object) -> bool:
    return (
        isinstance(value, Decimal)
        and value == value.to_integral_value()
        and abs(value) < _LARGEST_INTEGER
    )


def _sql_type(kind: Type) -> Any:
    return _SQL_TYPES.get(kind.name)


_BUILDERS: dict[type[Part], Callable[[SqlBuilder, Any], Sql]] = {
    typed.Constant: SqlBuilder.constant,
    typed.Read: SqlBuilder.read,
    typed.Apply: SqlBuilder.apply,
    typed.Choose: SqlBuilder.choose,
    typed.FirstOf: SqlBuilder.first_of,
    typed.Logic: SqlBuilder.logic,
    typed.Not: SqlBuilder.negate,
    typed.Compare: SqlBuilder.compare,
    typed.OneOf: SqlBuilder.one_of,
    typed.Chosen: SqlBuilder.chosen,
    typed.Missing: SqlBuilder.missing,
    typed.Aggregate: SqlBuilder.aggregate,
    typed.InTree: SqlBuilder.in_tree,
}
