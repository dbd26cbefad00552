"""Links to another record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Column, Integer
from typing_extensions import override

from engine.expressions import Type
from engine.fieldtypes.base import PLAIN, FieldType, Format, Look
from engine.fieldtypes.reading import is_blank
from engine.fieldtypes.record_id import LARGEST_INT, LARGEST_KEY, read_id
from engine.metadata import Field

if TYPE_CHECKING:
    from engine.metadata import Catalog

_USER = "user"


class LinkType(FieldType):
    """The id of a record; who shows it joins the record's title."""

    name = "link"
    doc = "A link to one record of another entity, or of the same."
    schema = MappingProxyType(
        {
            "to": {"type": "string", "description": "the entity linked to; `user` for a person"},
            "filter": {
                "type": "string",
                "format": "formula",
                "description": "a formula over that entity: only such records are offered and"
                " taken; `record.` is the record being edited",
            },
            "on_delete": {
                "enum": ["refuse", "clear", "cascade"],
                "description": "what deleting the linked record does: refuse (if left out),"
                " clear this link, or cascade: delete this record too",
            },
            "quick_create": {
                "type": "boolean",
                "description": "a missing record can be made from within the look-up",
            },
        }
    )
    required_options = ("to",)
    defaults = MappingProxyType({"on_delete": "refuse", "quick_create": False})
    operators = ("eq", "ne", "in", "under", "empty")

    @override
    def findings(self, field: Field, catalog: Catalog) -> Iterable[tuple[str, str, str]]:
        yield from super().findings(field, catalog)
        on_delete = field.options["on_delete"]
        if on_delete == "clear" and field.required:
            message = f"a required link must not be cleared, and {field.name!r} is required"
            yield "on_delete", message, "allowed here: refuse, cascade"
        if on_delete == "cascade" and field.options["to"] == _USER:
            message = "deleting a user must not delete records"
            yield "on_delete", message, "allowed here: refuse, clear"
        if field.options["quick_create"] and field.options["to"] == _USER:
            yield "quick_create", "users are not made in a look-up", "leave quick_create out"

    @override
    def value_type(self, field: Field) -> Type:
        return Type("link", entity=field.options["to"])

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        # Flask-AppBuilder's users have ids of type integer.
        kind = Integer if field.options["to"] == _USER else BigInteger
        return [Column(f"{field.name}_id", kind)]

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        """Also takes the `{id: …}` that JSON readers were given."""
        if isinstance(raw, Mapping):
            raw = raw.get("id")
        largest = LARGEST_INT if field.options["to"] == _USER else LARGEST_KEY
        return None if is_blank(raw) else read_id(raw, largest)

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return value

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        """Return the id: the title is another record's."""
        return "" if value is None else str(value)

    @override
    def look(self, field: Field) -> Look:
        shown = {name: field.options[name] for name in ("to", "quick_create")}
        return Look("lookup", "link", extra=MappingProxyType(shown))

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "integer", "format": "int64"}
