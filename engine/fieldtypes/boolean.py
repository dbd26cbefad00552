"""Yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, Column
from typing_extensions import override

from engine.expressions import BOOLEAN, Type
from engine.fieldtypes.base import PLAIN, FieldType, Format, InvalidValue, Look
from engine.fieldtypes.reading import is_blank, read_word
from engine.metadata import Field

_YES = frozenset({"1", "true", "yes", "y", "t", "on", "是", "對", "对", "有", "✓", "✔", "√", "☑"})
_NO = frozenset({"0", "false", "no", "n", "f", "off", "否", "不", "無", "无", "✗", "✘", "×", "☐"})


class BooleanType(FieldType):
    """Yes, no, or not known."""

    name = "boolean"
    doc = "Yes or no."
    operators = ("eq", "empty")

    @override
    def value_type(self, field: Field) -> Type:
        return BOOLEAN

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, Boolean)]

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        if isinstance(raw, bool) or is_blank(raw):
            return raw if isinstance(raw, bool) else None
        word = (read_word(raw) or "").lower()
        if word not in _YES | _NO:
            raise InvalidValue("Enter yes or no.")
        return word in _YES

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return value

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        if value is None:
            return ""
        yes, no = ("Yes", "No") if style.language == "en" else ("是", "否")
        return yes if value else no

    @override
    def input_text(self, field: Field, value: Any, style: Format) -> str:
        return "" if value is None else str(bool(value)).lower()

    @override
    def look(self, field: Field) -> Look:
        return Look("switch", "boolean")

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "boolean"}
