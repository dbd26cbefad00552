"""Times of day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Time
from typing_extensions import override

from engine.expressions import TIME, Type
from engine.fieldtypes.base import PLAIN, FieldType, Format, Look
from engine.fieldtypes.moments import read_time
from engine.fieldtypes.reading import is_blank
from engine.metadata import Field


class TimeType(FieldType):
    """A time of day on the wall clock, to the second."""

    name = "time"
    doc = "A time of day."
    operators = ("eq", "ne", "lt", "le", "gt", "ge", "between", "empty")

    @override
    def value_type(self, field: Field) -> Type:
        return TIME

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, Time)]

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        return None if is_blank(raw) else read_time(raw)

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        if value is None:
            return None
        return value.isoformat("seconds" if value.second else "minutes")

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        return self.to_wire(field, value) or ""

    @override
    def look(self, field: Field) -> Look:
        return Look("time", "time")

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "format": "time"}

    @override
    def excel_format(self, field: Field) -> str:
        return "hh:mm"

    @override
    def for_excel(self, field: Field, value: Any, style: Format) -> Any:
        return value
