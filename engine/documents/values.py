"""Values as templates get them: a text for people, and a plain form for decisions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.fieldtypes import Format, field_type, mask, unit_of
from engine.metadata import Catalog, Field
from engine.records import title_field
from engine.records.engine_fields import field_of

Told = Callable[[Any, Any], str]  # (value, title of a link) -> text
_DECIDING = frozenset(
    {"boolean", "choice", "multi_choice", "date", "datetime", "integer", "decimal", "money"}
)
_MONEY_DECIMALS = 2
# Bidirectional marks and controls would let a name reorder what stands beside it.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def decides(field: Field) -> bool:
    """Tell whether templates get a field's plain form too."""
    return field.type in _DECIDING


def teller(catalog: Catalog, field: Field, style: Format, *, masked: bool) -> Told:
    """Return a function that writes values of a field, fast when they repeat."""
    write = _writer(catalog, field, style)
    if masked:
        return lambda value, title: mask(field.mask, str(value)) if value else ""
    if field.type in ("link", "any_link"):
        return lambda value, title: write(title) if value is not None else ""
    known: dict[Any, str] = {}

    def tell(value: Any, title: Any) -> str:
        if value is None:
            return ""
        try:
            found = known.get(value)
        except TypeError:  # a list
            return write(value)
        if found is None:
            found = known[value] = write(value)
        return found

    return tell


def _writer(catalog: Catalog, field: Field, style: Format) -> Callable[[Any], str]:
    if field.type == "money":
        return amount_text
    if field.type == "decimal" and field.options["scale"] > _MONEY_DECIMALS:
        unit = unit_of(field, style.language)
        return lambda value: f"{amount_text(value)} {unit}".strip()
    if field.type == "link":
        target = str(field.options["to"])
        named = field_of(catalog, target, title_field(catalog, target))
        return clean if named.type == "text" else _plain(named, style)
    if field.type == "any_link":
        return lambda entity: catalog.entity(entity).label.in_(style.language) if entity else ""
    return _plain(field, style)


def _plain(field: Field, style: Format) -> Callable[[Any], str]:
    text = field_type(field.type).text
    return lambda value: clean(text(field, value, style))


def clean(text: Any) -> str:
    """Return a text without characters nobody sees."""
    return _INVISIBLE.sub("", str(text)) if text is not None else ""


def amount_text(amount: Decimal) -> str:
    """Return an amount without its currency: two decimals, more only where a price has them."""
    digits = f"{amount:,f}"
    whole, _, rest = digits.partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(_MONEY_DECIMALS, '0')}"


def plain_form(field: Field, value: Any) -> Any:
    """Return what JSON carries of a value."""
    return field_type(field.type).to_wire(field, value)


def told_data(value: Any, style: Format) -> Any:
    """Return what a plugin gave in the form of JSON, amounts and dates written for people."""
    if isinstance(value, Mapping):
        return {str(key): told_data(one, style) for key, one in value.items()}
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Sequence):
        return [told_data(one, style) for one in value]
    if isinstance(value, Decimal):
        return amount_text(value)
    if isinstance(value, datetime):
        return value.astimezone(style.zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return value
