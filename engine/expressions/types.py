"""The types a formula knows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    """What values an expression may give; every type includes «no value»."""

    name: str  # number text boolean date datetime time link lines choice choices null json
    entity: str | None = None  # of link and lines; None leads to any entity
    options: tuple[str, ...] | None = None  # of choice and choices; None: not known

    def __str__(self) -> str:
        words = _WORDS.get(self.name, f"a {self.name}")
        return words + (f" '{self.entity}'" if self.entity else "")


NUMBER = Type("number")
TEXT = Type("text")
BOOLEAN = Type("boolean")
DATE = Type("date")
DATETIME = Type("datetime")
TIME = Type("time")
NULL = Type("null")

# Only in a function's declared parameters and result:
ANY = Type("any")  # every value
SAME = Type("same")  # all parameters of one type, which is also the result's
ORDERED = Type("ordered")  # as SAME, of a type that has an order
PRINTABLE = Type("printable")  # made a text before the call

UNKNOWN = Type("unknown")  # an error was reported; says nothing further

ORDERED_NAMES = frozenset({"number", "text", "choice", "date", "datetime", "time"})

_WORDS = {
    "number": "a number",
    "text": "a text",
    "boolean": "a yes/no value",
    "date": "a date",
    "datetime": "a date with time",
    "time": "a time of day",
    "link": "a link",
    "lines": "a list of lines",
    "choice": "a choice",
    "choices": "a list of choices",
    "null": "no value",
    "json": "a structured value",
    "any": "a value",
    "same": "a value",
    "ordered": "a number, text, date or time",
    "printable": "a text, number, date, time or yes/no value",
}


def is_text(kind: Type) -> bool:
    """Tell whether values are texts; a choice is one."""
    return kind.name in {"text", "choice"}


def fits(given: Type, wanted: Type) -> bool:
    """Tell whether a value of one type may stand where another is wanted."""
    if UNKNOWN in (given, wanted) or given == NULL or wanted == ANY:
        return True
    if wanted == ORDERED:
        return given.name in ORDERED_NAMES
    return common(given, wanted) is not None


def common(one: Type, other: Type) -> Type | None:
    """Return the type that holds both, or None."""
    if one in (other, NULL, UNKNOWN):
        return other
    if other in (NULL, UNKNOWN):
        return one
    if is_text(one) and is_text(other):
        return TEXT
    if one.name == other.name == "link":
        return _common_link(one, other)
    if one.name == other.name == "choices":
        return Type("choices")
    return None


def _common_link(one: Type, other: Type) -> Type | None:
    if one.entity is None:
        return other
    return one if other.entity in (None, one.entity) else None
