"""Values as cells of a spreadsheet: numbers stay numbers, dates dates; links are titles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.fieldtypes import Format, field_type, mask
from engine.metadata import Catalog, Field
from engine.records import Column, Workspace, resolve
from engine.records.covers import title_cover

Cell = Callable[[Any], Any]
LONGEST_TEXT = 32_767  # of a cell, says Excel
_EXACT_DIGITS = 15  # a cell holds a binary number
_LARGEST = 10**_EXACT_DIGITS
# Types whose stored value is what the cell gets; for all others the type is asked.
_AS_IS = frozenset({"integer", "decimal", "money", "percent", "date", "text", "phone", "email"})


def cell_makers(work: Workspace, columns: Sequence[Column]) -> dict[int, Cell]:
    """Return a function per column that needs one, by the index of what is shown in a row."""
    found: dict[int, Cell] = {}
    for column in columns:
        make = _title(work, column) if column.field.type == "link" else _maker(work, column)
        if make is not None:
            found[shown_index(column)] = make
    return found


def _title(work: Workspace, column: Column) -> Cell | None:
    """Return how titles that the reader sees masked, or not at all, are covered."""
    cover = title_cover(work, column.field.options["to"])
    if cover is None:
        return None
    return lambda value: mask(cover, str(value)) if cover and value else None


def _maker(work: Workspace, column: Column) -> Cell | None:
    field, style = column.field, work.style
    if column.masked:
        return lambda value: mask(field.mask, str(value)) if value else None
    if field.type == "choice":
        return _choice(field, style)
    if field.type == "boolean":
        words = {v: field_type("boolean").text(field, v, style) for v in (True, False)}
        return words.get
    if field.type in _AS_IS and not _may_be_long(field):
        return None
    return _typed(field, style)


def _may_be_long(field: Field) -> bool:
    if field.type in ("decimal", "money", "integer"):
        return int(field.options.get("precision", 20)) > _EXACT_DIGITS
    return int(field.options.get("max_length", 0)) > LONGEST_TEXT


def _choice(field: Field, style: Format) -> Cell:
    kind = field_type("choice")
    labels: dict[Any, str | None] = {
        key: kind.text(field, key, style) for key in field.options["options"]
    }
    return lambda value: labels.get(value, value)


def _typed(field: Field, style: Format) -> Cell:
    for_excel = field_type(field.type).for_excel

    def make(value: Any) -> Any:
        if value is None:
            return None
        told = for_excel(field, value, style)
        if isinstance(told, str):
            return told[:LONGEST_TEXT]
        return _number(told) if isinstance(told, int | Decimal) else told

    return make


def _number(value: int | Decimal) -> Any:
    # A number with more digits than a cell can hold goes out as text, whole.
    if isinstance(value, bool) or -_LARGEST < value < _LARGEST:
        return value
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def shown_index(column: Column) -> int:
    """Return where in a row stands what the cell shows: the title of a link, else the value."""
    return (
        column.title if column.field.type == "link" and column.title is not None else column.value
    )


def headers(work: Workspace, entity: str, paths: Sequence[str]) -> list[str]:
    """Return the heads of columns in the reader's language, each once."""
    found: list[str] = []
    for path in paths:
        label = path_label(work.catalog, entity, path, work.language)
        head, number = label, 2
        while head in found:
            head, number = f"{label} ({number})", number + 1
        found.append(head)
    return found


def path_label(catalog: Catalog, entity: str, path: str, language: str) -> str:
    """Return what a path is called: the labels of its last two steps."""
    names, at = [], entity
    for step in path.split("."):
        _, field = resolve(catalog, at, step)
        names.append(field.label.in_(language))
        at = field.options.get("to") or at
    return " · ".join(names[-2:])


def number_formats(columns: Sequence[Column]) -> Mapping[str, str]:
    """Return the number format of each column that has one, by path."""
    found = {c.path: field_type(c.field.type).excel_format(c.field) for c in columns}
    return {path: form for path, form in found.items() if form}
