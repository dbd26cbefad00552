"""One line of text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, column, func
from typing_extensions import override

from engine.fieldtypes.base import PLAIN, Format, InvalidValue, Look
from engine.fieldtypes.kept_text import KeptTextType
from engine.fieldtypes.reading import halfwidth_words, read_line
from engine.metadata import Field

if TYPE_CHECKING:
    from engine.metadata import Catalog


class TextType(KeptTextType):
    """One line of text, trimmed."""

    name = "text"
    doc = "One line of text, such as a name or a code."
    schema = MappingProxyType(
        {
            "min_length": {
                "type": "integer",
                "minimum": 1,
                "description": "how many characters at least, if there are any",
            },
            "max_length": {
                "type": "integer",
                "minimum": 1,
                "description": "how many characters at most, 255 if left out",
            },
            "pattern": {
                "type": "string",
                "description": "a regular expression that the whole text must match",
            },
            "example": {
                "type": "string",
                "description": "shown in the empty input, and to who misses the pattern",
            },
            "case": {
                "enum": ["as_is", "upper", "lower"],
                "description": "what letters are turned into, as_is if left out",
            },
        }
    )
    defaults = MappingProxyType({"max_length": 255, "case": "as_is", "example": ""})
    operators = ("eq", "ne", "in", "contains", "starts", "empty")

    @override
    def findings(self, field: Field, catalog: Catalog) -> Iterable[tuple[str, str, str]]:
        least, most = field.options.get("min_length", 0), field.options["max_length"]
        if least > most:
            message = f"min_length {least} must not be above max_length {most}"
            yield "min_length", message, "swap them"
        problem = _pattern_problem(field.options.get("pattern", ""))
        if problem:
            yield "pattern", "pattern is not a regular expression", problem
        else:
            yield from super().findings(field, catalog)

    @override
    def constraints(self, field: Field) -> list[CheckConstraint]:
        length = func.char_length(column(field.name))
        most = length <= field.options["max_length"]
        found = [CheckConstraint(most, name=f"ck_{field.name}_max_length")]
        if "min_length" in field.options:
            least = length >= field.options["min_length"]
            found.append(CheckConstraint(least, name=f"ck_{field.name}_min_length"))
        return found

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        text = read_line(raw)
        if text is None:
            return None
        text = _in_case(halfwidth_words(text), field.options["case"])
        check_length(text, field.options.get("min_length", 0), field.options["max_length"])
        pattern, example = field.options.get("pattern", ""), field.options["example"]
        if pattern and not re.fullmatch(pattern, text):
            if example:
                raise InvalidValue("This must look like %(example)s.", example=example)
            raise InvalidValue("This does not have the form asked for.")
        return text

    @override
    def look(self, field: Field) -> Look:
        limits = {name: field.options[name] for name in ("max_length", "example")}
        return Look("text", "text", extra=MappingProxyType(limits))

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        names = {"min_length": "minLength", "max_length": "maxLength"}
        limits = {names[key]: value for key, value in field.options.items() if key in names}
        return {"type": "string", **limits}


def check_length(text: str, least: int, most: int) -> None:
    """Refuse a text that is too short or too long.

    Raises:
        InvalidValue: with both the limit and what was given.
    """
    if len(text) < least:
        raise InvalidValue(
            "Use at least %(min)s characters; there are %(count)s.", min=least, count=len(text)
        )
    if len(text) > most:
        raise InvalidValue(
            "Use at most %(max)s characters; there are %(count)s.", max=most, count=len(text)
        )


def _in_case(text: str, case: str) -> str:
    if case == "upper":
        return text.upper()
    return text.lower() if case == "lower" else text


def _pattern_problem(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as problem:
        return str(problem)
    return ""
