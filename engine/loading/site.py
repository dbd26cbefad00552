"""A spot in a document that checks can walk down from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.diagnostics import Place
from engine.source import Document


@dataclass(frozen=True, slots=True)
class Site:
    """A value in a document, by path."""

    document: Document
    path: tuple[str | int, ...] = ()
    start: int = 0  # of a part of a text: its characters before it

    def down(self, *steps: str | int) -> Site:
        """Return the site of something inside."""
        return Site(self.document, (*self.path, *steps)) if steps else self

    def part(self, start: int) -> Site:
        """Return the site of what stands further on in a text."""
        return Site(self.document, self.path, self.start + start)

    def at(self, *steps: str | int) -> Place:
        """Return where the value stands."""
        if self.start and not steps:
            return self.text_at(0)
        return self.document.place((*self.path, *steps))

    def key(self, *steps: str | int) -> Place:
        """Return where the value's key stands."""
        return self.document.place((*self.path, *steps), key=True)

    def has(self, *steps: str | int) -> bool:
        """Tell whether something is written there."""
        return self.document.has((*self.path, *steps))

    def text_at(self, offset: int) -> Place:
        """Return the place of a character of a text, or the text's when it cannot be counted."""
        place, countable = self.document.text_place(self.path)
        return place.shifted(self.start + offset) if countable else place

    @property
    def value(self) -> Any:
        """What is written there.

        Raises:
            KeyError, IndexError: nothing is.
        """
        found = self.document.value
        for step in self.path:
            found = found[step]
        return found

    @property
    def last(self) -> str | int | None:
        """The last step of the path."""
        return self.path[-1] if self.path else None

    @property
    def name(self) -> str:
        """The nearest key: of an entry of a list, the list's."""
        return next((s for s in reversed(self.path) if isinstance(s, str)), self.document.file)

    @property
    def quoted(self) -> str:
        """The name as the subject of a sentence."""
        return f"an entry of '{self.name}'" if isinstance(self.last, int) else f"'{self.name}'"
