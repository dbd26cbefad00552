"""Text of several lines."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from typing_extensions import override

from engine.fieldtypes.base import PLAIN, Format, Look
from engine.fieldtypes.kept_text import KeptTextType
from engine.fieldtypes.reading import read_text
from engine.fieldtypes.text import check_length
from engine.metadata import Field


class LongTextType(KeptTextType):
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

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        text = read_text(raw)
        if text is not None:
            check_length(text, 0, field.options["max_length"])
        return text

    @override
    def look(self, field: Field) -> Look:
        extra = {name: field.options[name] for name in ("max_length", "rows")}
        return Look("textarea", "longtext", extra=MappingProxyType(extra))

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "maxLength": field.options["max_length"]}
