"""Colors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from engine.fieldtypes.base import InvalidValue, Look
from engine.fieldtypes.plain_text import PlainTextType
from engine.metadata import Field


class ColorType(PlainTextType):
    """A color as `#rrggbb`."""

    name = "color"
    doc = "A color."
    operators = ("eq", "empty")
    searchable = False

    @override
    def normal(self, field: Field, word: str) -> str:
        digits = word.lower().removeprefix("#")
        if re.fullmatch("[0-9a-f]{3}", digits):
            digits = "".join(digit * 2 for digit in digits)
        if not re.fullmatch("[0-9a-f]{6}", digits):
            raise InvalidValue("Enter a color, such as #1f6feb.")
        return f"#{digits}"

    @override
    def look(self, field: Field) -> Look:
        return Look("color", "color")

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "pattern": "^#[0-9a-f]{6}$"}
