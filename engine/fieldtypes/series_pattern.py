"""Patterns of number series: `R{unit}-{yyyy}-{n:6}`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

DATE_TOKENS = ("yyyy", "yy", "mm", "dd")
_TOKEN = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"n(?::([1-9]|1[0-5]))?")
_PATH = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a pattern."""

    kind: str  # 'text', 'date', 'number', 'unit', 'field', or 'unknown'
    value: str  # the text itself, the date token, or the path of the field
    width: int = 1  # of a number: filled up with zeros


def parts_of(pattern: str) -> Iterator[Part]:
    """Yield the pieces in order; whatever cannot be understood is of kind 'unknown'."""
    for at, piece in enumerate(_TOKEN.split(pattern)):
        if at % 2:
            yield _token(piece)
        elif piece:
            yield Part("unknown" if "{" in piece or "}" in piece else "text", piece)


def field_paths(pattern: str) -> tuple[str, ...]:
    """Return the paths of the fields whose text is part of the number."""
    return tuple(part.value for part in parts_of(pattern) if part.kind == "field")


def period(reset: str, on: date) -> str:
    """Return which run of numbers a day belongs to: '', '2026', '2026-01' or '2026-01-05'."""
    return on.isoformat()[: {"never": 0, "year": 4, "month": 7, "day": 10}[reset]]


def rendered(pattern: str, number: int, on: date, unit: str, fields: Mapping[str, str]) -> str:
    """Return the text of a number.

    `unit` is the code of the org unit; `fields` maps each path of `field_paths` to its text.
    """
    return "".join(_rendered(part, number, on, unit, fields) for part in parts_of(pattern))


def _rendered(part: Part, number: int, on: date, unit: str, fields: Mapping[str, str]) -> str:
    if part.kind == "date":
        full = {"yyyy": f"{on.year:04d}", "mm": f"{on.month:02d}", "dd": f"{on.day:02d}"}
        return full.get(part.value, f"{on.year % 100:02d}")
    if part.kind == "number":
        return f"{number:0{part.width}d}"
    if part.kind == "unit":
        return unit
    return fields[part.value] if part.kind == "field" else part.value


def _token(inner: str) -> Part:
    number = _NUMBER.fullmatch(inner)
    if number:
        return Part("number", "n", int(number[1] or 1))
    if inner in DATE_TOKENS:
        return Part("date", inner)
    if inner == "unit":
        return Part("unit", inner)
    return Part("field" if _PATH.fullmatch(inner) else "unknown", inner)
