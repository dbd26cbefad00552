"""What the names in a formula mean, at load and in SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement

from engine.expressions.types import Type

Part = ColumnElement[Any] | None
Build = Callable[["SqlScope"], tuple[Part, Part]]


class Scope(Protocol):
    """The names a formula may use, with their types."""

    def resolve(self, path: tuple[str, ...]) -> Type | None:
        """Return the type of a name or path, None when it means nothing.

        Paths may lead through a `lines` field, as `lines.amount`; the checker sees to it
        that such a path is read in an aggregate only.
        """

    def names(self, prefix: tuple[str, ...]) -> Iterable[str]:
        """Return what may follow a prefix, `()` for the beginning; used for hints."""


class SqlScope(Protocol):
    """The columns the names in a formula become."""

    @property
    def today(self) -> ColumnElement[date] | date:
        """The day in the company's zone, the same in the whole statement."""

    @property
    def now(self) -> ColumnElement[datetime] | datetime:
        """The moment, timezone-aware."""

    @property
    def time_zone(self) -> str:
        """The company's zone, as 'Asia/Shanghai'; turns a moment into a date."""

    def column(self, path: tuple[str, ...], kind: Type, /) -> ColumnElement[Any]:
        """Return the column, joined in when over links, or a bound value.

        Asked again for the same path, it must give the same column.
        """

    def aggregate(self, path: tuple[str, ...], build: Build, function: str) -> ColumnElement[Any]:
        """Return a correlated scalar subquery over the lines.

        `build(scope of the lines)` gives the value (None to count rows) and the condition;
        `aggregate_call(function, value, condition)` makes the column to select of them.
        Paths asked of the lines' scope begin at the line.
        """

    def child_of(self, path: tuple[str, ...], record_id: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return whether the linked record is that record or below it in its tree."""
