"""One of a few named options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Column, column
from sqlalchemy import Text as TextColumn
from typing_extensions import override

from engine.expressions import Type
from engine.fieldtypes import options as choices
from engine.fieldtypes.base import PLAIN, Format, Look
from engine.fieldtypes.reading import is_blank
from engine.metadata import Field

if TYPE_CHECKING:
    pass

_AT_A_GLANCE = 4  # options that fit side by side on a phone


class ChoiceType(choices.OptionsType):
    """The key of one option."""

    name = "choice"
    doc = "One of a few options, each with a label and a color."
    operators = ("eq", "ne", "in", "empty")

    @override
    def value_type(self, field: Field) -> Type:
        return Type("choice", options=tuple(field.options["options"]))

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        return [Column(field.name, TextColumn)]

    @override
    def constraints(self, field: Field) -> list[CheckConstraint]:
        kept: Any = column(field.name, TextColumn)
        known = kept.in_(list(field.options["options"]))
        return [CheckConstraint(known, name=f"ck_{field.name}_options")]

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        return None if is_blank(raw) else choices.read_option(field, raw)

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return value

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        return "" if value is None else choices.label_of(field, value, style.language)

    @override
    def look(self, field: Field) -> Look:
        shown = [one for one in field.options["options"].values() if not one["hidden"]]
        side_by_side = field.required and len(shown) <= _AT_A_GLANCE
        return Look("segmented" if side_by_side else "select", "badge")

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "enum": list(field.options["options"])}
