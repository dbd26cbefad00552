"""A parsed file: plain values, and a tree of places beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.diagnostics import Place


class Spot(NamedTuple):
    """Where something begins, as cheap as can be: a large project has 100,000 of them."""

    line: int  # from 1
    column: int  # from 1, in characters
    shift: int = -1  # columns from here to the text's first character; -1: cannot be counted


class Entry(NamedTuple):
    """The places of one value in a map or a list."""

    key: Spot  # in a list, the same as `value`
    value: Spot
    inner: Tree | None  # the places inside, of a map or a list


Tree = dict[str | int, Entry]


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file's content.

    Values are dict, list, str, int, Decimal, bool and None; keys are always str. Paths are
    tuples of keys and list positions; () is the whole document.
    """

    file: str
    text: str
    value: Any
    root: Entry

    def place(self, path: Sequence[str | int] = (), *, key: bool = False) -> Place:
        """Return where the value (or its key) stands.

        What is not written has no place of its own: then the nearest thing around it has.
        """
        entry, missing = self._entry(path)
        spot = entry.key if key or missing else entry.value
        return Place(self.file, spot.line, spot.column)

    def text_place(self, path: Sequence[str | int]) -> tuple[Place, bool]:
        """Return where the characters of a text begin, and whether offsets may be added to it.

        Text over several lines, or with escapes, has no such arithmetic.
        """
        entry, missing = self._entry(path)
        spot = entry.value
        if missing or spot.shift < 0:
            return Place(self.file, spot.line, spot.column), False
        return Place(self.file, spot.line, spot.column + spot.shift), True

    def has(self, path: Sequence[str | int]) -> bool:
        """Tell whether something is written at that path."""
        return not self._entry(path)[1]

    def walk(self) -> Iterator[tuple[tuple[str | int, ...], Place, Any]]:
        """Visit every value below the root: its path, the place of its key, the value."""
        yield from self._walk((), self.root, self.value)

    def _walk(
        self, path: tuple[str | int, ...], entry: Entry, value: Any
    ) -> Iterator[tuple[tuple[str | int, ...], Place, Any]]:
        for key, child in (entry.inner or {}).items():
            inner = value[key]
            yield (*path, key), Place(self.file, child.key.line, child.key.column), inner
            yield from self._walk((*path, key), child, inner)

    def _entry(self, path: Sequence[str | int]) -> tuple[Entry, bool]:
        entry = self.root
        for step in path:
            found = entry.inner.get(step) if entry.inner else None
            if found is None:
                return entry, True
            entry = found
        return entry, False
