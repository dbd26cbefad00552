"""A base for types whose value is a short text in a normal form."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from sqlalchemy import Column
from sqlalchemy import Text as TextColumn
from typing_extensions import override

from engine.expressions import TEXT, Type
from engine.fieldtypes.base import PLAIN, FieldType, Format
from engine.fieldtypes.reading import read_word
from engine.metadata import Field


class PlainTextType(FieldType):
    """A text that is read in many spellings and kept in one."""

    operators: ClassVar[tuple[str, ...]] = ("eq", "ne", "in", "contains", "starts", "empty")
    searchable = True

    @abstractmethod
    def normal(self, field: Field, word: str) -> str:
        """Return the one spelling that is kept.

        `word` is not empty, narrow and without blanks.

        Raises:
            InvalidValue: no spelling of such a value.
        """

    @override
    def value_type(self, field: Field) -> Type:
        return TEXT

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, TextColumn)]

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        word = read_word(raw)
        return self.normal(field, word) if word else None

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return value

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        return value or ""
