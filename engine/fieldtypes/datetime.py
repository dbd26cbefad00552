"""Moments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from sqlalchemy import Column, DateTime
from typing_extensions import override

from engine.expressions import DATETIME, Type
from engine.fieldtypes.base import PLAIN, FieldType, Format, Look
from engine.fieldtypes.moments import read_datetime
from engine.fieldtypes.reading import is_blank
from engine.metadata import Field


class DatetimeType(FieldType):
    """A moment to the second, kept in UTC and shown in the reader's zone."""

    name = "datetime"
    doc = "A date with a time, shown in the company's time zone."
    operators = ("lt", "le", "gt", "ge", "between", "empty")

    @override
    def value_type(self, field: Field) -> Type:
        return DATETIME

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, DateTime(timezone=True))]

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        return None if is_blank(raw) else read_datetime(raw, style)

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        if value is None:
            return ""
        local = value.astimezone(style.zone).replace(tzinfo=None)
        return str(local.isoformat(" ", "seconds" if local.second else "minutes"))

    @override
    def input_text(self, field: Field, value: Any, style: Format) -> str:
        # As <input type="datetime-local"> wants it.
        return self.text(field, value, style).replace(" ", "T")

    @override
    def look(self, field: Field) -> Look:
        return Look("datetime", "datetime")

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "format": "date-time"}

    @override
    def excel_format(self, field: Field) -> str:
        return "yyyy-mm-dd hh:mm"

    @override
    def for_excel(self, field: Field, value: Any, style: Format) -> Any:
        # A spreadsheet knows no zones.
        return None if value is None else value.astimezone(style.zone).replace(tzinfo=None)
