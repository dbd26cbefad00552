"""Formulas that people keep in records (a charge formula): checked when saved, run in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause

from engine.access import actor_values
from engine.expressions import (
    NUMBER,
    ExpressionError,
    ExpressionErrors,
    Type,
    Typed,
    check,
    compile_python,
    compile_sql,
    parse,
)
from engine.extension import Invalid
from engine.loading.scopes import EntityScope
from engine.records.environment import RecordEnvironment
from engine.records.formula_problems import formula_problem
from engine.records.workspace import Workspace
from engine.storage.joins import Joined

Path = tuple[str, ...]


class _WithVariables:
    """An entity's names, and a formula's own."""

    def __init__(self, base: EntityScope, variables: Iterable[str]) -> None:
        self._base, self._variables = base, frozenset(variables)

    def resolve(self, path: Path) -> Type | None:
        if len(path) == 1 and path[0] in self._variables:
            return NUMBER
        return self._base.resolve(path)

    def names(self, prefix: Path) -> Iterable[str]:
        own = self._variables if not prefix else frozenset[str]()
        return [*own, *self._base.names(prefix)]


class _VariableSql:
    """A Joined whose variables are given SQL expressions."""

    def __init__(self, base: Joined, variables: Mapping[str, Any]) -> None:
        self._base, self._variables = base, variables
        self.now, self.today, self.time_zone = base.now, base.today, base.time_zone

    def column(self, path: Path, kind: Type | None = None, /) -> ColumnElement[Any]:
        if len(path) == 1 and path[0] in self._variables:
            return self._variables[path[0]]  # type: ignore[no-any-return]
        return self._base.column(path, kind)

    def aggregate(self, lines: Path, build: Any, function: str) -> ColumnElement[Any]:
        return self._base.aggregate(lines, build, function)

    def child_of(self, path: Path, top: Any) -> ColumnElement[bool]:
        return self._base.child_of(path, top)


@dataclass(frozen=True, slots=True)
class BoundFormula:
    """A checked formula over the records of an entity and some number variables."""

    work: Workspace
    entity: str
    typed: Typed

    def evaluate(self, row: Mapping[str, Any], variables: Mapping[str, Any] | None = None) -> Any:
        """Run it on one record's values; division by zero raises DivisionByZero."""
        values = {**row, **(variables or {})}
        environment = RecordEnvironment(self.work, self.entity, values)
        environment.strict = True
        return compile_python(self.typed)(environment)

    def sql(
        self, table: FromClause, variables: Mapping[str, Any] | None = None
    ) -> tuple[ColumnElement[Any], FromClause]:
        """Return it as SQL, and what must stand in FROM: the table with the joins it needs."""
        source = Joined(
            self.work.catalog,
            self.work.tables,
            self.entity,
            now=self.work.now,
            today=self.work.today,
            given={"user": actor_values(self.work.actor)},
            table=table,
        )
        value = compile_sql(self.typed, _VariableSql(source, variables or {}))
        return value, source.from_


def bind(work: Workspace, entity: str, text: str, variables: Mapping[str, Any]) -> BoundFormula:
    """Check a formula; its answer must be a number.

    Raises:
        Invalid: with the place in the text (characters from 1) and what is allowed.
    """
    scope = _WithVariables(EntityScope(work.catalog, entity), variables)
    try:
        typed = check(parse(text), scope, expected="number")
    except ExpressionErrors as wrong:
        raise Invalid([formula_problem(e) for e in wrong.errors]) from wrong
    except ExpressionError as wrong:
        raise Invalid([formula_problem(wrong)]) from wrong
    return BoundFormula(work, entity, typed)
