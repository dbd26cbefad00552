"""Formulas that read nothing but the row itself, as an index or a check needs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from sqlalchemy import ColumnElement

from engine.expressions import Type, compile_sql
from engine.metadata import Formula


class ReadsElsewhere(ValueError):
    """The formula reads the clock, the person, another record or a column that is not kept."""


class OwnRow:
    """The names of one entity's kept columns; an expressions.SqlScope."""

    def __init__(self, column_of: Callable[[str], ColumnElement[Any]], time_zone: str) -> None:
        self._column_of = column_of
        self.time_zone = time_zone

    @property
    def today(self) -> NoReturn:
        """Refuse: the row stays when the day goes."""
        raise ReadsElsewhere("today")

    @property
    def now(self) -> NoReturn:
        """Refuse, as today."""
        raise ReadsElsewhere("now")

    def column(self, path: tuple[str, ...], type: Type) -> ColumnElement[Any]:  # noqa: A002
        """Return a column of the row."""
        if len(path) != 1:
            raise ReadsElsewhere(".".join(path))
        try:
            return self._column_of(path[0])
        except KeyError:
            raise ReadsElsewhere(path[0]) from None

    def aggregate(self, path: tuple[str, ...], build: Any, function: str) -> NoReturn:
        """Refuse: lines are other rows."""
        raise ReadsElsewhere(".".join(path))

    def child_of(self, path: tuple[str, ...], record_id: Any) -> NoReturn:
        """Refuse: a tree is other rows."""
        raise ReadsElsewhere(".".join(path))


def own_row_sql(formula: Formula, scope: OwnRow) -> ColumnElement[Any]:
    """Compile a checked formula over the row's columns.

    Raises:
        ReadsElsewhere: it needs more than the row.
        ValueError: loading has not checked it.
    """
    if formula.typed is None:
        raise ValueError(f"{formula.at}: formula {formula.text!r} was never checked")
    return compile_sql(formula.typed, scope)
