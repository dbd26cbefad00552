"""Whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, Column
from typing_extensions import override

from engine.fieldtypes.base import Format, Look
from engine.fieldtypes.numeric import UNIT, NumberType, exact, unit_of
from engine.metadata import Field


class IntegerType(NumberType):
    """A whole number; the value is an int."""

    name = "integer"
    doc = "A whole number, such as a count or a floor."
    schema = MappingProxyType(
        {
            "min": {"type": "integer", "description": "the least number allowed"},
            "max": {"type": "integer", "description": "the greatest number allowed"},
            "unit": UNIT,
        }
    )

    @override
    def scale(self, field: Field) -> int:
        return 0

    @override
    def whole_digits(self, field: Field) -> int:
        return 15  # as many as spreadsheets and browsers keep exactly

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, BigInteger)]

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return None if value is None else int(value)

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        if value is None:
            return ""
        # a formula's numbers are decimals
        return f"{int(value):,d} {unit_of(field, style.language)}".rstrip()

    @override
    def look(self, field: Field) -> Look:
        return Look("number", "number", "end", "numeric", self.extra(field))

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "integer", "format": "int64"}

    @override
    def _kept(self, field: Field, value: Decimal) -> Any:
        return int(super()._kept(field, exact(value)))
