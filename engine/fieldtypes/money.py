"""Amounts of money and unit prices."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, Numeric
from typing_extensions import override

from engine.fieldtypes.base import Format, Look
from engine.fieldtypes.numeric import NumberType, shortest
from engine.metadata import Field

SYMBOLS = MappingProxyType(
    {"CNY": "¥", "HKD": "HK$", "MOP": "MOP$", "TWD": "NT$", "USD": "US$", "EUR": "€", "JPY": "¥"}
)
_CHINESE_WORDS = ("元", "圓", "圆", "人民幣", "人民币", "RMB")
_CENTS = 2


class MoneyType(NumberType):
    """An exact amount in one currency."""

    name = "money"
    doc = "An amount of money; exact, to the cent unless a unit price needs more."
    schema = MappingProxyType(
        {
            "min": {"type": "number", "description": "the least amount allowed"},
            "max": {"type": "number", "description": "the greatest amount allowed"},
            "currency": {
                "type": "string",
                "pattern": "^[A-Z]{3}$",
                "description": "a code such as HKD; the company's own if left out",
            },
            "scale": {
                "type": "integer",
                "minimum": 2,
                "maximum": 6,
                "description": "digits after the point, 2 if left out; more for unit prices",
            },
        }
    )
    defaults = MappingProxyType({"scale": _CENTS, "currency": ""})

    @override
    def scale(self, field: Field) -> int:
        return int(field.options["scale"])

    @override
    def whole_digits(self, field: Field) -> int:
        return 16 - self.scale(field)

    @override
    def signs(self, field: Field, style: Format) -> tuple[str, ...]:
        currency = field.options["currency"] or style.currency
        words = _CHINESE_WORDS if currency == "CNY" else ()
        return (*words, SYMBOLS.get(currency, currency), currency)

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, Numeric(16, self.scale(field)))]

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        if value is None:
            return ""
        currency = field.options["currency"] or style.currency
        symbol = SYMBOLS.get(currency, f"{currency} ")
        minus = "-" if value < 0 else ""
        return f"{minus}{symbol}{shortest(abs(value), self.scale(field), least=_CENTS)}"

    @override
    def look(self, field: Field) -> Look:
        extra = {**self.extra(field), "currency": field.options["currency"]}
        return Look("money", "money", "end", "decimal", MappingProxyType(extra))

    @override
    def excel_format(self, field: Field) -> str:
        return "#,##0.00" + "#" * (self.scale(field) - _CENTS)
