"""Read-only values: one dict per cell, made in one pass over the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.fieldtypes import Format, field_type, mask
from engine.metadata import Field
from engine.records import Column, Page
from engine.web.i18n import label as text_of
from engine.web.urls import file_url, record_url

Cell = dict[str, Any]
Make = Callable[[Any, Any, tuple[Any, ...]], Cell]


def cell_kind(field: Field) -> str:
    """Return the template's name for the cells of a field."""
    return field_type(field.type).look(field).cell


def makers(columns: Sequence[Column], style: Format, readable: frozenset[str]) -> list[Make]:
    """Return one function per column: (value, title, row) -> cell; built once per page."""
    return [_cover(c) or maker(c.field, style, readable) for c in columns]


def _cover(column: Column) -> Make | None:
    """Return what covers a masked column; also for who may reveal it, each time noted."""
    kind = column.field.mask
    if not kind:
        return None
    if column.masked:  # it came covered
        return lambda value, title, row: {"kind": "masked", "text": value or ""}
    return lambda value, title, row: {"kind": "masked", "text": mask(kind, value) if value else ""}


def maker(field: Field, style: Format, readable: frozenset[str], *, masked: bool = False) -> Make:
    """Return the function that makes a field's cells."""
    kind = cell_kind(field)
    special = _SPECIAL.get(field.type)
    if masked:
        return lambda value, title, row: {"kind": "masked", "text": value or ""}
    if special is not None:
        return special(field, style, readable)
    text = field_type(field.type).text

    def plain(value: Any, title: Any, row: tuple[Any, ...]) -> Cell:
        return {"kind": kind, "text": text(field, value, style)}

    return plain


def _link(field: Field, style: Format, readable: frozenset[str]) -> Make:
    target = field.options["to"]
    opens = target in readable

    def link(value: Any, title: Any, row: tuple[Any, ...]) -> Cell:
        href = record_url(target, value) if opens and value is not None else ""
        return {"kind": "link", "text": "" if title is None else str(title), "href": href}

    return link


def _any_link(field: Field, style: Format, readable: frozenset[str]) -> Make:
    def any_link(value: Any, title: Any, row: tuple[Any, ...]) -> Cell:
        if value is None:
            return {"kind": "any_link", "text": "", "href": ""}
        if isinstance(value, tuple):
            title, value = value
        href = record_url(title, value) if title in readable else ""
        return {"kind": "any_link", "text": f"{title} {value}", "href": href}

    return any_link


def _choice(field: Field, style: Format, readable: frozenset[str]) -> Make:
    known: dict[Any, Cell] = {None: {"kind": "text", "text": ""}}
    for key, option in field.options["options"].items():
        label = option["label"].in_(style.language)
        color = option.get("color") or "secondary"
        known[key] = {"kind": "badge", "text": label, "color": color, "value": key}

    def choice(value: Any, title: Any, row: tuple[Any, ...]) -> Cell:
        return known.get(value) or {"kind": "text", "text": str(value)}

    return choice


def _choices(field: Field, style: Format, readable: frozenset[str]) -> Make:
    one = _choice(field, style, readable)

    def choices(value: Any, title: Any, row: tuple[Any, ...]) -> Cell:
        return {"kind": "tags", "text": "", "items": [one(v, None, row) for v in value or ()]}

    return choices


def _boolean(field: Field, style: Format, readable: frozenset[str]) -> Make:
    text = field_type(field.type).text

    def boolean(value: Any, title: Any, row: tuple[Any, ...]) -> Cell:
        return {"kind": "boolean", "value": value, "text": text(field, value, style)}

    return boolean


def _color(field: Field, style: Format, readable: frozenset[str]) -> Make:
    def color(value: Any, title: Any, row: tuple[Any, ...]) -> Cell:
        return {"kind": "color", "value": value or "", "text": value or ""}

    return color


def _rich(field: Field, style: Format, readable: frozenset[str]) -> Make:
    from markupsafe import Markup

    def rich(value: Any, title: Any, row: tuple[Any, ...]) -> Cell:
        # cleaned by the field type before it was kept
        return {"kind": "richtext", "text": Markup(value or "")}

    return rich


def _file(field: Field, style: Format, readable: frozenset[str]) -> Make:
    kind = cell_kind(field)

    def file(value: Any, title: Any, row: tuple[Any, ...]) -> Cell:
        ids = value if isinstance(value, list) else [value] if value is not None else []
        names = title if isinstance(title, list) else [title] * len(ids)
        items = [
            {"name": name or f"#{i}", "url": file_url(i), "thumb_url": file_url(i)}
            for i, name in zip(ids, names, strict=True)
        ]
        return {"kind": kind, "text": "、".join(i["name"] for i in items), "items": items}

    return file


_SPECIAL: dict[str, Callable[[Field, Format, frozenset[str]], Make]] = {
    "link": _link,
    "any_link": _any_link,
    "choice": _choice,
    "multi_choice": _choices,
    "boolean": _boolean,
    "color": _color,
    "rich_text": _rich,
    "file": _file,
    "image": _file,
    "signature": _file,
}


def cells_of(page: Page, make: Sequence[Make], row: tuple[Any, ...]) -> list[Cell]:
    """Return the cells of one row."""
    return [
        m(row[c.value], row[c.title] if c.title is not None else None, row)
        for m, c in zip(make, page.columns, strict=True)
    ]


def labelled(page: Page, make: Sequence[Make], row: tuple[Any, ...]) -> dict[str, Cell]:
    """Return the cells of one row by path, each with its field's label."""
    found = {}
    for column, cell in zip(page.columns, cells_of(page, make, row), strict=True):
        wide = column.field.type in ("long_text", "rich_text", "lines", "file", "image")
        label = text_of(column.field.label)
        found[column.path] = {**cell, "name": column.path, "label": label, "wide": wide}
    return found


def head(page: Page, labels: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Return the columns' heads."""
    return [
        {
            "name": c.path,
            "label": (labels or {}).get(c.path) or text_of(c.field.label),
            "align": field_type(c.field.type).look(c.field).align,
            "kind": cell_kind(c.field),
        }
        for c in page.columns
    ]
