"""What a posted form holds, as values by field name; parsing is for records to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from engine.metadata import Catalog, Entity, Field

_LINE = re.compile(r"^(?P<lines>[a-z_0-9]+)\.(?P<n>\d{1,6})\.(?P<field>[a-z_0-9]+)$")
MAX_LINES = 1_000


def posted_values(
    catalog: Catalog, entity: Entity, form: MultiDict[str, str], fields: Iterable[Field]
) -> dict[str, Any]:
    """Return the fields that were on the form; a box left empty counts as sent.

    Only `fields` are read: what else was posted is no field of this form.
    """
    values: dict[str, Any] = {}
    for field in fields:
        if field.type == "lines":
            if f"{field.name}._present" in form or _has_lines(form, field.name):
                values[field.name] = _lines(catalog.entity(field.options["of"]), field, form)
        elif (value := _one(field, field.name, form)) is not _ABSENT:
            values[field.name] = value
    return values


_ABSENT = object()


def _one(field: Field, name: str, form: MultiDict[str, str]) -> Any:
    if field.type == "boolean":
        present = f"{name}.present" in form
        return form.get(name, "false" if present else _ABSENT)
    if field.type == "multi_choice":
        return form.getlist(name) if name in form or f"{name}.present" in form else _ABSENT
    if field.type == "any_link":
        kind, number = form.get(f"{name}.entity", ""), form.get(name)
        if number is None:
            return _ABSENT
        return {"entity": kind, "id": number} if number else None
    if field.type in ("file", "image", "signature"):
        return _files(field, name, form)
    return form.get(name, _ABSENT)


def _files(field: Field, name: str, form: MultiDict[str, str]) -> Any:
    kept = [k for k in form.getlist(f"{name}.keep") if k.isdecimal()]
    if not kept and f"{name}.present" not in form and f"{name}.keep" not in form:
        return _ABSENT
    if field.options.get("multiple"):
        return kept
    return kept[-1] if kept else None


def _has_lines(form: Mapping[str, str], name: str) -> bool:
    return any(key.startswith(f"{name}.") for key in form)


def _lines(child: Entity, field: Field, form: MultiDict[str, str]) -> list[dict[str, Any]]:
    numbers: set[int] = set()
    for key in form:
        match = _LINE.match(key)
        if match and match["lines"] == field.name:
            numbers.add(int(match["n"]))
    rows = []
    for number in sorted(numbers)[:MAX_LINES]:
        row = _line(child, f"{field.name}.{number}", form)
        if row is not None:
            rows.append(row)
    return rows


def _line(child: Entity, prefix: str, form: MultiDict[str, str]) -> dict[str, Any] | None:
    """Return one line, or None when it was taken out or left empty."""
    if form.get(f"{prefix}._delete") == "1":
        return None
    row: dict[str, Any] = {}
    for field in child.fields.values():
        value = _one(field, f"{prefix}.{field.name}", form)
        if value is not _ABSENT:
            row[field.name] = value
    record_id = form.get(f"{prefix}.id", "")
    if not record_id and not any(v not in ("", None, [], "false") for v in row.values()):
        return None
    return {**row, "id": record_id} if record_id else row


def uploads(
    form_files: MultiDict[str, FileStorage], fields: Iterable[Field]
) -> dict[str, list[FileStorage]]:
    """Return the files that came with the form, by field."""
    found = {}
    for field in fields:
        given = [f for f in form_files.getlist(field.name) if f.filename]
        if given and field.type in ("file", "image", "signature"):
            found[field.name] = given
    return found
