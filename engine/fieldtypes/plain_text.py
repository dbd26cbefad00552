"""A base for types whose value is a short text in a normal form."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from typing_extensions import override

from engine.fieldtypes.base import PLAIN, Format
from engine.fieldtypes.kept_text import KeptTextType
from engine.fieldtypes.reading import read_word
from engine.metadata import Field


class PlainTextType(KeptTextType):
    """A text that is read in many spellings and kept in one."""

    operators: ClassVar[tuple[str, ...]] = ("eq", "ne", "in", "contains", "starts", "empty")

    @abstractmethod
    def normal(self, field: Field, word: str) -> str:
        """Return the one spelling that is kept.

        `word` is not empty, narrow and without blanks.

        Raises:
            InvalidValue: no spelling of such a value.
        """

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        word = read_word(raw)
        return self.normal(field, word) if word else None
