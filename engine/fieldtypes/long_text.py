"""Text of several lines."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column
from sqlalchemy import Text as TextColumn
from typing_extensions import override

from engine.expressions import TEXT, Type
from engine.fieldtypes.base import PLAIN, FieldType, Format, Look
from engine.fieldtypes.reading import read_text
from engine.fieldtypes.text import check_length
from engine.metadata import Field


class LongTextType(FieldType):
    """Plain text of several lines."""

    name = "long_text"
    doc = "Plain text of several lines, such as a remark."
    schema = MappingProxyType(
        {
            "max_length": {
                "type": "integer",
                "minimum": 1,
                "description": "how many characters at most, 20000 if left out",
            },
            "rows": {
                "type": "integer",
                "minimum": 2,
                "maximum": 30,
                "description": "how many lines the empty input shows, 3 if left out",
            },
        }
    )
    defaults = MappingProxyType({"max_length": 20_000, "rows": 3})
    operators = ("contains", "empty")
    searchable = True

    @override
    def value_type(self, field: Field) -> Type:
        return TEXT

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, TextColumn)]

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        text = read_text(raw)
        if text is not None:
            check_length(text, 0, field.options["max_length"])
        return text

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return value

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        return value or ""

    @override
    def look(self, field: Field) -> Look:
        extra = {name: field.options[name] for name in ("max_length", "rows")}
        return Look("textarea", "longtext", extra=MappingProxyType(extra))

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "maxLength": field.options["max_length"]}
