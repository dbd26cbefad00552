"""A label in several languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Text:
    """A text a person reads, by language."""

    by_language: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    default_language: str = "zh_Hant"

    def in_(self, language: str) -> str:
        """Return the text in a language, else in the default one, else in any."""
        found = self.by_language.get(language) or self.by_language.get(self.default_language)
        return found or next(iter(self.by_language.values()), "")

    def __str__(self) -> str:
        return self.in_(self.default_language)

    def __bool__(self) -> bool:
        return any(self.by_language.values())

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.by_language.items())))
