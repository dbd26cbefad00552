"""A base for types whose value is a text, kept as it is shown."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column
from sqlalchemy import Text as TextColumn
from typing_extensions import override

from engine.expressions import TEXT, Type
from engine.fieldtypes.base import FieldType, Format
from engine.metadata import Field


class KeptTextType(FieldType):
    """A text in the database, in formulas, on the wire and on screen."""

    searchable = True

    @override
    def value_type(self, field: Field) -> Type:
        return TEXT

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, TextColumn)]

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return value

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        return value or ""
