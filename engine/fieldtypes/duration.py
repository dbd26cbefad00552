"""Lengths of time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, Integer
from typing_extensions import override

from engine.fieldtypes.base import PLAIN, Format, InvalidValue, Look
from engine.fieldtypes.numeric import NumberType
from engine.fieldtypes.reading import is_blank, read_word
from engine.metadata import Field

_CLOCK = re.compile(r"([0-9]{1,7}):([0-5][0-9])(?::00)?")
_HOURS = "小時|小时|時|时|hours|hour|hrs|hr|h"
_MINUTES = "分鐘|分钟|分|minutes|minute|mins|min|m"
_WORDS = re.compile(
    rf"(?:([0-9]{{1,6}}(?:\.[0-9]{{1,4}})?)(?:{_HOURS}))?(?:([0-9]{{1,8}})(?:{_MINUTES})?)?"
)
_DAY = timedelta(days=1)


class DurationType(NumberType):
    """A length of time; the value is a whole number of minutes."""

    name = "duration"
    doc = "A length of time in hours and minutes; formulas see the minutes."
    schema = MappingProxyType(
        {
            "min": {"type": "integer", "minimum": 0, "description": "minutes at least"},
            "max": {"type": "integer", "minimum": 0, "description": "minutes at most"},
        }
    )

    @override
    def scale(self, field: Field) -> int:
        return 0

    @override
    def whole_digits(self, field: Field) -> int:
        return 8  # some 190 years, and well within an integer column

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, Integer)]

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        if is_blank(raw):
            return None
        minutes = super().parse(field, _minutes(raw), style)
        if minutes < 0:
            raise _not_a_duration()
        return minutes

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return None if value is None else int(value)

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        if value is None:
            return ""
        hours, minutes = divmod(abs(int(value)), 60)
        return f"{'-' if value < 0 else ''}{hours}:{minutes:02d}"

    @override
    def input_text(self, field: Field, value: Any, style: Format) -> str:
        return self.text(field, value, style)

    @override
    def look(self, field: Field) -> Look:
        return Look("duration", "duration", "end", extra=self.extra(field))

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "integer", "description": "minutes"}

    @override
    def excel_format(self, field: Field) -> str:
        return "[h]:mm"

    @override
    def for_excel(self, field: Field, value: Any, style: Format) -> Any:
        # A spreadsheet counts in days.
        return None if value is None else timedelta(minutes=int(value)) / _DAY

    @override
    def _kept(self, field: Field, value: Decimal) -> Any:
        return int(super()._kept(field, value))


def _minutes(raw: Any) -> Any:
    """Return the number of minutes; what is a number already is returned as it is."""
    if isinstance(raw, datetime | time):
        return raw.hour * 60 + raw.minute
    if isinstance(raw, timedelta):
        return round(raw / timedelta(minutes=1))
    if not isinstance(raw, str):
        return raw
    word = (read_word(raw) or "").lower().replace(",", "")
    clock, words = _CLOCK.fullmatch(word), _WORDS.fullmatch(word)
    if clock:
        return int(clock[1]) * 60 + int(clock[2])
    if not words:
        raise _not_a_duration()
    return Decimal(words[1] or 0) * 60 + int(words[2] or 0)


def _not_a_duration() -> InvalidValue:
    return InvalidValue("Enter hours and minutes, such as 1:30, or 90m.")
