"""Any number of a few named options."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Column, column
from sqlalchemy import Text as TextColumn
from sqlalchemy.dialects.postgresql import ARRAY, array
from typing_extensions import override

from engine.expressions import Type
from engine.fieldtypes import options as choices
from engine.fieldtypes.base import PLAIN, Format, InvalidValue, Look
from engine.fieldtypes.reading import is_blank
from engine.metadata import Field

if TYPE_CHECKING:
    pass

_SEPARATORS = re.compile(r"[,，、;；|\n]")


class MultiChoiceType(choices.OptionsType):
    """The keys of the options picked, in their declared order; none picked is no value."""

    name = "multi_choice"
    doc = "Any number of a few options, each with a label and a color."
    operators = ("in", "contains", "empty")

    @override
    def value_type(self, field: Field) -> Type:
        return Type("choices", options=tuple(field.options["options"]))

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, ARRAY(TextColumn))]

    @override
    def constraints(self, field: Field) -> list[CheckConstraint]:
        kept: Any = column(field.name, ARRAY(TextColumn))
        known = kept.contained_by(array(list(field.options["options"])))
        return [CheckConstraint(known, name=f"ck_{field.name}_options")]

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        parts = [part for part in self._parts(field, raw) if not is_blank(part)]
        picked = {choices.read_option(field, part) for part in parts}
        return [key for key in field.options["options"] if key in picked] or None

    def _parts(self, field: Field, raw: Any) -> Iterable[Any]:
        if is_blank(raw):
            return ()
        if isinstance(raw, list | tuple | set | frozenset):
            return raw
        if not isinstance(raw, str):
            raise InvalidValue("Enter a list of options.")
        try:
            # A label may itself hold a separator.
            return (choices.read_option(field, raw),)
        except InvalidValue:
            return _SEPARATORS.split(raw)

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return None if value is None else list(value)

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        comma = ", " if style.language == "en" else "、"
        return comma.join(choices.label_of(field, key, style.language) for key in value or ())

    @override
    def input_text(self, field: Field, value: Any, style: Format) -> str:
        return ",".join(value or ())

    @override
    def look(self, field: Field) -> Look:
        return Look("checks", "tags")

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        one = {"type": "string", "enum": list(field.options["options"])}
        return {"type": "array", "uniqueItems": True, "items": one}
