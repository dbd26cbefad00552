"""Days of the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Column, Date
from typing_extensions import override

from engine.expressions import DATE, Type
from engine.fieldtypes.base import PLAIN, FieldType, Format, InvalidValue, Look
from engine.fieldtypes.moments import read_date, today
from engine.fieldtypes.numeric import bounds_constraints
from engine.fieldtypes.reading import is_blank
from engine.metadata import Field

if TYPE_CHECKING:
    from engine.metadata import Catalog

_BOUND = {"type": "string", "pattern": "^(today|[0-9]{4}-[0-9]{2}-[0-9]{2})$"}


class DateType(FieldType):
    """A day, without a time and a zone."""

    name = "date"
    doc = "A day of the calendar."
    schema = MappingProxyType(
        {
            "min": {**_BOUND, "description": "the first day allowed: today, or like 2026-01-31"},
            "max": {**_BOUND, "description": "the last day allowed: today, or like 2026-01-31"},
        }
    )
    operators = ("eq", "ne", "lt", "le", "gt", "ge", "between", "empty")

    @override
    def findings(self, field: Field, catalog: Catalog) -> Iterable[tuple[str, str, str]]:
        broken = [name for name in ("min", "max") if not self._is_day(field, name)]
        for name in broken:
            message = f"{name} {field.options[name]!r} is not a day"
            yield name, message, "write today, or a day like 2026-01-31"
        if broken:
            return
        yield from super().findings(field, catalog)
        low, high = self._fixed(field, "min"), self._fixed(field, "max")
        if low and high and low > high:
            yield "min", f"min {low} must not be after max {high}", "swap them"

    @override
    def value_type(self, field: Field) -> Type:
        return DATE

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, Date)]

    @override
    def constraints(self, field: Field) -> list[CheckConstraint]:
        # 'today' moves on, so no constraint can hold it: old records would break it.
        return bounds_constraints(field, self._fixed(field, "min"), self._fixed(field, "max"))

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        if is_blank(raw):
            return None
        day = read_date(raw, style)
        low, high = self._bound(field, "min", style), self._bound(field, "max", style)
        if low and day < low:
            raise InvalidValue("This must be %(min)s or later.", min=low.isoformat())
        if high and day > high:
            raise InvalidValue("This must be %(max)s or earlier.", max=high.isoformat())
        return day

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return None if value is None else value.isoformat()

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        return "" if value is None else str(value.isoformat())

    @override
    def look(self, field: Field) -> Look:
        given = {name: field.options[name] for name in ("min", "max") if name in field.options}
        return Look("date", "date", extra=MappingProxyType(given))

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "format": "date"}

    @override
    def excel_format(self, field: Field) -> str:
        return "yyyy-mm-dd"

    @override
    def for_excel(self, field: Field, value: Any, style: Format) -> Any:
        return value

    def _bound(self, field: Field, name: str, style: Format) -> date | None:
        return today(style) if field.options.get(name) == "today" else self._fixed(field, name)

    def _fixed(self, field: Field, name: str) -> date | None:
        given = field.options.get(name, "today")
        return None if given == "today" else date.fromisoformat(given)

    def _is_day(self, field: Field, name: str) -> bool:
        try:
            self._fixed(field, name)
        except ValueError:
            return False
        return True
