"""Shares and rates."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, Numeric
from typing_extensions import override

from engine.fieldtypes.base import Format, Look
from engine.fieldtypes.numeric import NumberType, shortest
from engine.metadata import Field

_WHOLE_DIGITS = 7


class PercentType(NumberType):
    """A number of percent: 5 is kept as 5 and means five in a hundred."""

    name = "percent"
    doc = "A number of percent; formulas see 5 for 5%, and divide by 100 themselves."
    schema = MappingProxyType(
        {
            "min": {"type": "number", "description": "the least number of percent allowed"},
            "max": {"type": "number", "description": "the greatest number of percent allowed"},
            "scale": {
                "type": "integer",
                "minimum": 0,
                "maximum": 6,
                "description": "digits after the point, 2 if left out",
            },
        }
    )
    defaults = MappingProxyType({"scale": 2})

    @override
    def scale(self, field: Field) -> int:
        return int(field.options["scale"])

    @override
    def whole_digits(self, field: Field) -> int:
        return _WHOLE_DIGITS

    @override
    def signs(self, field: Field, style: Format) -> tuple[str, ...]:
        return ("%",)

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        scale = self.scale(field)
        return [Column(field.name, Numeric(_WHOLE_DIGITS + scale, scale))]

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        return "" if value is None else f"{shortest(value, self.scale(field))}%"

    @override
    def look(self, field: Field) -> Look:
        return Look("percent", "percent", "end", "decimal", self.extra(field))

    @override
    def excel_format(self, field: Field) -> str:
        # Quoted, or the spreadsheet would multiply by a hundred and give back a hundredth.
        scale = self.scale(field)
        return ("0." + "0" * scale if scale else "0") + '"%"'
