"""One function of the formula language, with its two back ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from engine.expressions.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A pure function; equal arguments give equal results in both back ends."""

    name: str
    parameters: tuple[Type, ...]  # ANY, SAME, ORDERED and PRINTABLE stand for several types
    result: Type  # SAME: as the parameters
    python: Callable[..., Any]  # numbers come and go as Decimal
    sql: Callable[..., ColumnElement[Any]]  # numbers come and go as numeric
    names: tuple[str, ...] = ()  # of the parameters, for the reference
    required: int | None = None  # how many arguments there must be; None: all
    repeats: bool = False  # the last parameter may be given again and again
    takes_null: bool = False  # called with None too; otherwise one None gives None
    uses_environment: bool = False  # python(environment, …) and sql(scope, …)
    weight: int = 1  # how deep the SQL nests, in units of one sign
    doc: str = ""  # one line
    doc_zh_hant: str = ""

    @property
    def least(self) -> int:
        """The smallest number of arguments."""
        return len(self.parameters) if self.required is None else self.required

    def parameter(self, number: int) -> Type:
        """Return the type of an argument, counted from 0."""
        return self.parameters[min(number, len(self.parameters) - 1)]

    def signature(self) -> str:
        """Return how it is written, as `round(x, n?)`."""
        names = self.names or tuple(p.name for p in self.parameters)
        shown = [n if i < self.least else f"{n}?" for i, n in enumerate(names)]
        return f"{self.name}({', '.join(shown)}{', …' if self.repeats else ''})"
