"""The two prints every entity has: a record's page, and a list as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.documents.prints import LIST, Settings
from engine.extension import Invalid
from engine.metadata import Entity, Print
from engine.records import Query, Workspace, listing, resolve

_NUMBERS = frozenset({"integer", "decimal", "money", "percent", "duration"})
_UNSHOWN = frozenset({"file", "image", "signature", "json", "lines"})
_MOST_COLUMNS = 14


@dataclass(frozen=True, slots=True)
class Shown:
    """Which paths a generic print reads, and how its template lays them out."""

    paths: tuple[str, ...]
    layout: Mapping[str, Any]


def settings(work: Workspace, one: Print) -> Settings:
    """Return the settings of a generic print: a list is one document with its totals."""
    if not one.name.startswith(LIST):
        return Settings()
    totals = _open(work, one.entity, work.catalog.entity(one.entity).list.totals)
    return Settings(together=True, totals=tuple(totals))


def _open(work: Workspace, entity: str, paths: Iterable[str]) -> list[str]:
    return [path for path in paths if _is_open(work, entity, path)]


def _is_open(work: Workspace, entity: str, path: str) -> bool:
    try:
        listing.readable(work, entity, path)
    except Invalid:
        return False
    return True


def shown(work: Workspace, one: Print, query: Query | None) -> Shown:
    """Return what a generic print shows."""
    entity = work.catalog.entity(one.entity)
    if one.name.startswith(LIST):
        return _list(work, entity, query)
    return _record(work, entity)


def _list(work: Workspace, entity: Entity, query: Query | None) -> Shown:
    wanted = (query.columns if query else ()) or entity.list.columns
    columns = [
        path for path in _open(work, entity.name, wanted)[:_MOST_COLUMNS]
        if resolve(work.catalog, entity.name, path)[1].type not in _UNSHOWN
    ]  # fmt: skip
    layout = {
        "entity": entity.label.in_(work.language),
        "columns": columns,
        "numbers": _numbers(work, entity.name, columns),
    }
    return Shown((*columns, *entity.list.totals), layout)


def _numbers(work: Workspace, entity: str, paths: Sequence[str]) -> list[str]:
    return [p for p in paths if resolve(work.catalog, entity, p)[1].type in _NUMBERS]


def _record(work: Workspace, entity: Entity) -> Shown:
    page = entity.page
    sections = [
        {
            "label": section.label.in_(work.language) if section.label else "",
            "fields": [n for n in section.fields if _is_plain(entity, n)],
            "lines": [n for n in section.fields if _is_lines(entity, n)],
        }
        for section in page.sections
    ]
    fields = [name for section in page.sections for name in section.fields]
    paths = dict.fromkeys([entity.title, *entity.subtitle, *page.facts, *fields])
    kept = [n for n in paths if "." in n or _is_plain(entity, n) or _is_lines(entity, n)]
    lines = {n: _line_layout(work, entity, n) for n in kept if _is_lines(entity, n)}
    layout = {
        "entity": entity.label.in_(work.language),
        "title": entity.title,
        "subtitle": list(entity.subtitle),
        "facts": [n for n in page.facts if n != entity.title],
        "sections": sections,
        "lines": lines,
    }
    return Shown(tuple(kept), layout)


def _is_lines(entity: Entity, name: str) -> bool:
    return name in entity.fields and entity.fields[name].type == "lines"


def _is_plain(entity: Entity, name: str) -> bool:
    return name not in entity.fields or entity.fields[name].type not in _UNSHOWN


def _line_layout(work: Workspace, entity: Entity, name: str) -> dict[str, Any]:
    options = entity.fields[name].options
    child = work.catalog.entity(options["of"])
    columns = [
        n for n in _open(work, child.name, options["columns"] or child.fields)
        if n != options["by"] and _is_plain(child, n)
    ]  # fmt: skip
    return {"columns": columns, "numbers": _numbers(work, child.name, columns)}
