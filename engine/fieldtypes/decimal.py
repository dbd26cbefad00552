"""Numbers with decimals: areas, readings, rates."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Numeric
from typing_extensions import override

from engine.fieldtypes.base import Format, Look
from engine.fieldtypes.numeric import UNIT, NumberType, grouped, unit_of
from engine.metadata import Field

if TYPE_CHECKING:
    from engine.metadata import Catalog


class DecimalType(NumberType):
    """An exact number with a fixed count of decimals."""

    name = "decimal"
    doc = "An exact number with decimals, such as an area or a meter reading."
    schema = MappingProxyType(
        {
            "precision": {
                "type": "integer",
                "minimum": 1,
                "maximum": 30,
                "description": "how many digits in all, 14 if left out",
            },
            "scale": {
                "type": "integer",
                "minimum": 0,
                "maximum": 10,
                "description": "how many of them after the point, 2 if left out",
            },
            "min": {"type": "number", "description": "the least number allowed"},
            "max": {"type": "number", "description": "the greatest number allowed"},
            "unit": UNIT,
        }
    )
    defaults = MappingProxyType({"precision": 14, "scale": 2})

    @override
    def scale(self, field: Field) -> int:
        return int(field.options["scale"])

    @override
    def whole_digits(self, field: Field) -> int:
        return int(field.options["precision"]) - self.scale(field)

    @override
    def findings(self, field: Field, catalog: Catalog) -> Iterable[tuple[str, str, str]]:
        yield from super().findings(field, catalog)
        precision, scale = field.options["precision"], field.options["scale"]
        if scale >= precision:
            message = f"scale {scale} must be below precision {precision}"
            yield "scale", message, "precision counts all digits, also those before the point"

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, Numeric(field.options["precision"], self.scale(field)))]

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        if value is None:
            return ""
        return f"{grouped(value, self.scale(field))} {unit_of(field, style.language)}".rstrip()

    @override
    def look(self, field: Field) -> Look:
        return Look("number", "number", "end", "decimal", self.extra(field))
