"""Refusals, in words for the person who asked; nothing is written when one is raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what a person sent."""

    message: str  # an English gettext msgid, or a text already in the reader's language
    params: Mapping[str, Any] = field(default_factory=dict)
    field: str = ""  # 'price', or 'lines.2.qty' for the third line; '' for the whole record
    code: str = "invalid"

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return where + (self.message % self.params if self.params else self.message)


class Invalid(Exception):
    """The record or the request cannot be taken (422): says what is wrong, field by field."""

    def __init__(self, problems: Sequence[Problem] | str, **params: Any) -> None:
        if isinstance(problems, str):
            problems = [Problem(problems, params)]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("; ".join(str(p) for p in self.problems))


class Refused(Exception):
    """The actor has no right to that, or the record's state forbids it (403)."""

    code: str = ""  # what callers tell refusals apart by, where there are several

    def __init__(self, message: str = "You may not do this.", **params: Any) -> None:
        self.message = message
        self.params = params
        super().__init__(message % params if params else message)


class NotFound(Exception):
    """There is no such record, or the actor may not know of it (404)."""

    def __init__(self, entity: str = "", key: object = None) -> None:
        self.entity = entity
        self.key = key
        super().__init__(f"no {entity} {key!r}")


class Conflict(Exception):
    """Somebody else was faster (409).

    `differences` maps a field to (what the other saved, what this one sent), in wire form.
    """

    def __init__(
        self,
        message: str = "Somebody else has changed this record.",
        *,
        differences: Mapping[str, tuple[Any, Any]] | None = None,
        current_version: int | None = None,
        **params: Any,
    ) -> None:
        self.message = message
        self.params = params
        self.differences = differences or {}
        self.current_version = current_version
        super().__init__(message % params if params else message)
