"""One cell into a value, in the ways customers write: units, blanks within, serial dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.exchange.importing.rows import Row
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
_PLAIN = frozenset({str, float, int, bool})
_MOMENTS = frozenset({"date", "datetime"})
_NUMBERS = frozenset({"integer", "decimal", "money", "percent"})
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zones
_SERIALS = range(10_000, 110_000)  # days from 1927 to 2201
_BLANKS = re.compile(r"\s+")
_UNREAD = object()


class _Memos(dict[type, dict[Any, Any]]):
    """What cells of each class were read as."""

    def __missing__(self, kind: type) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        self[kind] = found
        return found


class CellReader:
    """Reads cells; the same cell of the same field is read once."""

    def __init__(self, style: Format) -> None:
        self._style = style

    def read_column(self, target: Target, column: int, rows: Iterable[Row]) -> None:
        """Read a column's cells into their rows; what is wrong with one goes to its row.

        An empty cell says nothing, so that a sparse file clears no field.
        """
        path, memos = target.path, _Memos()
        for row in rows:
            cells = row.cells
            raw = cells[column] if column < len(cells) else ""
            if raw == "" or raw is None:
                continue
            memo = memos[raw.__class__]  # 1, 1.0 and True are equal, and are not the same cell
            value = memo.get(raw, _UNREAD)
            if value is _UNREAD:
                value = memo[raw] = self._read(target, raw)
            if value.__class__ is Problem:
                row.problems.append(value)
            elif value is not None:
                row.given[path] = value

    def _read(self, target: Target, raw: Any) -> Any:
        field = target.field
        parse = field_type(field.type).parse
        is_plain = raw.__class__ in _PLAIN and field.type not in _MOMENTS
        try:
            return parse(field, raw if is_plain else _as_typed(field, raw), self._style)
        except InvalidValue as first:
            for other in _ways(field, raw):
                try:
                    return parse(field, other, self._style)
                except InvalidValue:
                    continue
            return Problem(first.message, first.params, target.path)


def _as_typed(field: Field, raw: Any) -> Any:
    """Give dates the form they have in a spreadsheet's own mind: days since 1900."""
    if field.type in _MOMENTS and _is_serial(raw):
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
