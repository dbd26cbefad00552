"""Links to a record of one of several entities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, Column, column
from sqlalchemy import Text as TextColumn
from typing_extensions import override

from engine.expressions import Type
from engine.fieldtypes.base import PLAIN, FieldType, Format, InvalidValue, Look, Texts
from engine.fieldtypes.reading import is_blank, read_word
from engine.fieldtypes.record_id import read_id
from engine.metadata import Field

if TYPE_CHECKING:
    from engine.metadata import Catalog


class AnyLinkType(FieldType):
    """A pair (entity, id), kept in the columns `<field>_entity` and `<field>_id`."""

    name = "any_link"
    doc = "A link to one record of any of several entities."
    schema = MappingProxyType(
        {
            "to": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {"type": "string"},
                "description": "the entities linked to",
            }
        }
    )
    required_options = ("to",)
    operators = ("eq", "empty")

    @override
    def complete(self, options: Mapping[str, Any], texts: Texts) -> Mapping[str, Any]:
        return MappingProxyType({**options, "to": tuple(options["to"])})

    @override
    def findings(self, field: Field, catalog: Catalog) -> Iterable[tuple[str, str, str]]:
        yield from super().findings(field, catalog)
        if "user" in field.options["to"]:
            yield "to", "an any_link must not lead to 'user'", "use a link of its own: to: user"

    @override
    def value_type(self, field: Field) -> Type:
        return Type("link")

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [
            Column(f"{field.name}_entity", TextColumn),
            Column(f"{field.name}_id", BigInteger),
        ]

    @override
    def constraints(self, field: Field) -> list[CheckConstraint]:
        entity: Any = column(f"{field.name}_entity", TextColumn)
        key: Any = column(f"{field.name}_id", BigInteger)
        known = entity.in_(list(field.options["to"]))
        both = entity.is_(None) == key.is_(None)
        return [
            CheckConstraint(known, name=f"ck_{field.name}_entity"),
            CheckConstraint(both, name=f"ck_{field.name}_pair"),
        ]

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        """Takes `room:12`, a pair, or a map with `entity` and `id`."""
        if is_blank(raw):
            return None
        entity, key = _pair(raw)
        if is_blank(entity) and is_blank(key):
            return None
        if entity not in field.options["to"]:
            raise InvalidValue("Pick a record from the list.")
        return (entity, read_id(key))

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return None if value is None else {"entity": value[0], "id": value[1]}

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        """Return `room:12`: the title is another record's."""
        return "" if value is None else f"{value[0]}:{value[1]}"

    @override
    def input_text(self, field: Field, value: Any, style: Format) -> str:
        return self.text(field, value, style)

    @override
    def look(self, field: Field) -> Look:
        extra = MappingProxyType({"to": field.options["to"]})
        return Look("anylookup", "any_link", extra=extra)

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        entity = {"type": "string", "enum": list(field.options["to"])}
        key = {"type": "integer", "format": "int64"}
        return {
            "type": "object",
            "required": ["entity", "id"],
            "properties": {"entity": entity, "id": key},
        }


def _pair(raw: Any) -> tuple[Any, Any]:
    if isinstance(raw, Mapping):
        return raw.get("entity"), raw.get("id")
    if isinstance(raw, str):
        entity, _, key = (read_word(raw) or "").partition(":")
        return entity, key
    if isinstance(raw, list | tuple) and len(raw) == 2:
        return raw[0], raw[1]
    raise InvalidValue("Pick a record from the list.")
