"""Records that belong to this one and are edited with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from engine.expressions import Type
from engine.fieldtypes.base import PLAIN, FieldType, Format, InvalidValue, Look, Texts
from engine.fieldtypes.owner import owner_of
from engine.fieldtypes.reading import is_blank
from engine.metadata import Entity, Field

if TYPE_CHECKING:
    from engine.metadata import Catalog

_ENGINE_FIELDS = frozenset({"id", "version", "created_at", "updated_at", "created_by"})


class LinesType(FieldType):
    """Records of another entity whose link `by` points here; no column."""

    name = "lines"
    doc = "The lines of a document, edited in its form and saved together with it."
    schema = MappingProxyType(
        {
            "of": {"type": "string", "description": "the entity of the lines"},
            "by": {"type": "string", "description": "its link that points to this record"},
            "columns": {
                "type": "array",
                "uniqueItems": True,
                "items": {"type": "string"},
                "description": "the fields shown, in order; all of them if left out",
            },
            "min": {"type": "integer", "minimum": 0, "description": "how many lines at least"},
            "max": {"type": "integer", "minimum": 1, "description": "how many lines at most"},
        }
    )
    required_options = ("of", "by")
    defaults = MappingProxyType({"columns": ()})
    operators = ("empty",)
    is_column = False

    @override
    def complete(self, options: Mapping[str, Any], texts: Texts) -> Mapping[str, Any]:
        columns = tuple(options.get("columns", ()))
        return MappingProxyType({**options, "columns": columns})

    @override
    def findings(self, field: Field, catalog: Catalog) -> Iterable[tuple[str, str, str]]:
        yield from super().findings(field, catalog)
        least, most = field.options.get("min", 0), field.options.get("max")
        if most is not None and least > most:
            yield "min", f"min {least} must not be above max {most}", "swap them"
        line = catalog.entities.get(field.options["of"])
        if line is not None:
            yield from _by_findings(field, catalog, line)
            yield from _column_findings(field, line)

    @override
    def value_type(self, field: Field) -> Type:
        return Type("lines", entity=field.options["of"])

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        """Return the lines as a list of maps; their values are parsed by their own fields."""
        if is_blank(raw):
            return None
        if not isinstance(raw, list | tuple) or not all(isinstance(one, Mapping) for one in raw):
            raise InvalidValue("Enter a list of lines.")
        least, most = field.options.get("min", 0), field.options.get("max")
        if len(raw) < least:
            raise InvalidValue("There must be at least %(count)s lines.", count=least)
        if most is not None and len(raw) > most:
            raise InvalidValue("There must be at most %(count)s lines.", count=most)
        return [dict(one) for one in raw] or None

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return None if value is None else [dict(one) for one in value]

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        """Return how many there are."""
        return "" if value is None else str(len(value))

    @override
    def input_text(self, field: Field, value: Any, style: Format) -> str:
        """Return '': each line has inputs of its own."""
        return ""

    @override
    def look(self, field: Field) -> Look:
        names = ("of", "by", "columns", "min", "max")
        shown = {name: field.options[name] for name in names if name in field.options}
        return Look("lines", "number", "end", extra=MappingProxyType(shown))

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "array", "items": {"type": "object"}}


def _by_findings(field: Field, catalog: Catalog, line: Entity) -> Iterable[tuple[str, str, str]]:
    owner, by = owner_of(field, catalog), field.options["by"]
    if owner is None:
        yield "by", "lines must stand in an entity, not in a dialog", "remove the field"
        return
    back = [
        name
        for name, one in line.fields.items()
        if one.type == "link" and one.options.get("to") == owner.name
    ]
    if by not in back:
        message = f"{by!r} is not a link of {line.name!r} to {owner.name!r}"
        yield "by", message, f"allowed: {', '.join(back)}" if back else "add such a link there"


def _column_findings(field: Field, line: Entity) -> Iterable[tuple[str, str, str]]:
    known = line.fields.keys() | _ENGINE_FIELDS
    for name in field.options["columns"]:
        if name not in known:
            message = f"{name!r} is not a field of {line.name!r}"
            yield "columns", message, f"allowed: {', '.join(line.fields)}"
        elif name == field.options["by"]:
            message = f"{name!r} is this very record, the same in every line"
            yield "columns", message, "leave it out"
