"""One cell into a value, in the ways customers write: units, blanks within, serial dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.exchange.importing.spelling import as_text, folded
from engine.exchange.importing.targets import Target
from engine.extension import Problem
from engine.fieldtypes import Format, InvalidValue, field_type, unit_of
from engine.metadata import Field

_UNITS = {
    "㎡": ("平方米", "平方公尺", "平米", "m2", "m²", "M2", "方"),
    "m³": ("立方米", "方", "m3", "吨"),
    "%": ("％", "百分之"),
}
_NUMBERS = frozenset({"integer", "decimal", "money", "percent"})
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zones
_SERIALS = range(10_000, 110_000)  # days from 1927 to 2201
_BLANKS = re.compile(r"\s+")


class CellReader:
    """Reads cells; the same cell of the same field is read once."""

    def __init__(self, style: Format) -> None:
        self._style = style

    def reader_of(self, target: Target) -> Callable[[Any], Any]:
        """Return a function from a cell to its value, or to a Problem."""
        known: dict[tuple[type, Any], Any] = {}

        def read(raw: Any) -> Any:
            key = (raw.__class__, raw)  # 1, 1.0 and True are equal, and are not the same cell
            if key not in known:
                known[key] = self._read(target, raw)
            return known[key]

        return read

    def _read(self, target: Target, raw: Any) -> Any:
        field = target.field
        parse = field_type(field.type).parse
        try:
            return parse(field, _as_typed(field, raw), self._style)
        except InvalidValue as first:
            for other in _ways(field, raw):
                try:
                    return parse(field, other, self._style)
                except InvalidValue:
                    continue
            return Problem(first.message, first.params, target.path)


def _as_typed(field: Field, raw: Any) -> Any:
    """Give dates the form they have in a spreadsheet's own mind: days since 1900."""
    if field.type in ("date", "datetime") and _is_serial(raw):
        moment = _FIRST_DAY + timedelta(days=float(raw))
        return moment.date() if field.type == "date" else moment
    if field.type not in ("date", "datetime", "time") and isinstance(raw, datetime | date | time):
        return raw.isoformat(" ") if isinstance(raw, datetime) else raw.isoformat()
    if isinstance(raw, timedelta):
        return str(raw)
    return raw


def _is_serial(raw: Any) -> bool:
    if isinstance(raw, str):
        raw = raw.strip()
        return raw.isascii() and raw.isdigit() and len(raw) == 5 and int(raw) in _SERIALS
    is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
    return is_number and int(raw) in _SERIALS


def _ways(field: Field, raw: Any) -> Iterator[Any]:
    """Yield other readings of a cell that its type did not take."""
    if field.type in ("choice", "multi_choice"):
        yield from _options(field, raw)
    if field.type in _NUMBERS and isinstance(raw, str):
        yield from _numbers(field, raw)
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        yield str(int(raw))
    if isinstance(raw, str) and field.type not in ("text", "long_text"):
        yield _BLANKS.sub("", raw)
    if field.type == "text" and isinstance(raw, str) and "\n" in raw:
        yield " ".join(raw.split())


def _numbers(field: Field, raw: str) -> Iterator[str]:
    text = _BLANKS.sub("", raw)
    for spelled in _UNITS.get(unit_of(field, "zh_Hant"), ()):
        if text.endswith(spelled):
            yield text.removesuffix(spelled)


def _options(field: Field, raw: Any) -> Iterator[str]:
    """Yield the option whose label begins like the cell, when there is only one."""
    wanted = folded(as_text(raw))
    by_label = {
        folded(label): key
        for key, option in field.options["options"].items()
        for label in option["label"].by_language.values()
    }
    if wanted in by_label:
        yield by_label[wanted]
    if len(wanted) > 1:
        found = {key for label, key in by_label.items() if label.startswith(wanted)}
        if len(found) == 1:
            yield found.pop()
