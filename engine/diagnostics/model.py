"""A message to a configurator, as data until the edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in the metadata something stands."""

    file: str  # relative to the project's root, with forward slashes
    line: int = 1  # counted from 1
    column: int = 1  # counted from 1, in characters

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def shifted(self, columns: int) -> Place:
        """Return the place so many characters further on the same line."""
        return Place(self.file, self.line, self.column + columns)


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One finding about the metadata, in plain words."""

    at: Place
    code: str  # kebab-case and stable; each has a paragraph in docs/errors.md
    message: str  # one sentence, the configurator's own words in single quotes
    hint: str = ""  # what is allowed, or where the other declaration stands
    severity: str = "error"  # 'error' refuses the metadata, 'warning' does not

    @property
    def is_error(self) -> bool:
        """Tell whether this finding refuses the metadata."""
        return self.severity == "error"


class InvalidMetadata(Exception):
    """The metadata cannot be used; carries every finding, sorted by place."""

    def __init__(self, found: Iterable[Diagnostic]) -> None:
        self.found: tuple[Diagnostic, ...] = tuple(sorted(found))
        super().__init__("\n".join(f"{d.at}: {d.code}: {d.message}" for d in self.found))
