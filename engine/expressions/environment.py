"""What a formula reads when it runs in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol


class Environment(Protocol):
    """The record, the person and the moment a formula is run for."""

    @property
    def today(self) -> date:
        """The day in the company's zone."""

    @property
    def now(self) -> datetime:
        """The moment; its time zone is the company's."""

    @property
    def strict(self) -> bool:
        """Whether a division by zero raises DivisionByZero instead of giving None."""

    def value(self, path: tuple[str, ...]) -> Any:
        """Return a field, a field over links, `user.…`, `old.…` or a variable."""

    def lines(self, path: tuple[str, ...]) -> Iterable[Environment]:
        """Return an environment per line; paths in them begin at the line."""

    def is_child_of(self, path: tuple[str, ...], record_id: int) -> bool | None:
        """Tell whether the linked record is that record or below it in its tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowEnvironment:
    """An environment over plain values.

    A link is its id, or a mapping with `id` and the linked record's fields; lines are a
    list of mappings. Variables come before fields of the same name.

    Raises:
        KeyError: a formula reads what the mappings do not hold.
    """

    values: Mapping[str, Any]
    now: datetime  # aware, in the company's zone
    user: Mapping[str, Any] = field(default_factory=dict)
    old: Mapping[str, Any] | None = None  # before the change; every value is None for a new record
    variables: Mapping[str, Any] = field(default_factory=dict)
    descends: Callable[[Any, int], bool] | None = None  # (id of linked record, ancestor's id)
    strict: bool = False

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError(f"now must be timezone-aware, got {self.now!r}")

    @property
    def today(self) -> date:
        """The day in the company's zone."""
        return self.now.date()

    def value(self, path: tuple[str, ...]) -> Any:
        """Return a field, a field over links, `user.…`, `old.…` or a variable."""
        first = path[0]
        if first in self.variables:
            return _follow(self.variables, path)
        if first == "user" and len(path) > 1:
            return _follow(self.user, path[1:])
        if first == "old" and len(path) > 1:
            return None if self.old is None else _follow(self.old, path[1:])
        return _follow(self.values, path)

    def lines(self, path: tuple[str, ...]) -> list[RowEnvironment]:
        """Return an environment per line; paths in them begin at the line."""
        rows = _follow(self.values, path) or ()
        return [self._line(row) for row in rows]

    def _line(self, row: Mapping[str, Any]) -> RowEnvironment:
        return RowEnvironment(
            values=row,
            now=self.now,
            user=self.user,
            descends=self.descends,
            strict=self.strict,
        )

    def is_child_of(self, path: tuple[str, ...], record_id: int) -> bool | None:
        """Tell whether the linked record is that record or below it in its tree."""
        linked = self.value(path)
        if linked is None:
            return None
        if self.descends is None:
            raise ValueError("child_of needs 'descends' in a RowEnvironment")
        return self.descends(linked, record_id)


def _follow(values: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = values
    for part in path:
        if value is None:
            return None
        value = value[part]
    return value.get("id") if isinstance(value, Mapping) else value
