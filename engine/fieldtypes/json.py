"""Structured data that only machines write."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from typing_extensions import override

from engine.expressions import Type
from engine.fieldtypes.base import PLAIN, FieldType, Format, InvalidValue, Look
from engine.fieldtypes.reading import is_blank
from engine.metadata import Field

# The database keeps neither of them in a text.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class JsonType(FieldType):
    """A map or a list; nobody types it, and formulas cannot look into it."""

    name = "json"
    doc = "Structured data for plugins; nobody types it, and formulas cannot read it."
    operators = ("empty",)
    read_only = True

    @override
    def value_type(self, field: Field) -> Type:
        return Type("json")

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        # A missing value is SQL NULL, not the JSON null, or «is empty» would miss it.
        return [Column(field.name, JSONB(none_as_null=True))]

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        if is_blank(raw):
            return None
        value = _loaded(raw) if isinstance(raw, str) else raw
        if value is not None and not isinstance(value, dict | list):
            raise _not_json()
        try:
            written = json.dumps(value, allow_nan=False, ensure_ascii=False)
        except (TypeError, ValueError, RecursionError):
            raise _not_json() from None
        if _UNSTORABLE.search(written) or "\\u0000" in written:
            raise _not_json()
        return value

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return value

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        return "" if value is None else json.dumps(value, ensure_ascii=False)

    @override
    def input_text(self, field: Field, value: Any, style: Format) -> str:
        return self.text(field, value, style)

    @override
    def look(self, field: Field) -> Look:
        return Look("json", "json")

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": ["object", "array"]}


def _loaded(raw: str) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise _not_json() from None


def _not_json() -> InvalidValue:
    return InvalidValue("This is not a JSON map or list.")
