"""What a print shows: its paths, the rows below them, and what all of it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.documents import generic
from engine.documents.prints import Rows, Settings, is_generic
from engine.documents.reading import Item, Reader
from engine.metadata import Field, Print
from engine.records import Query, Workspace, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is read for a print, and how it is laid out."""

    entity: str
    reader: Reader
    paths: tuple[str, ...]
    rows: tuple[Rows, ...] = ()
    group_by: tuple[str, ...] = ()
    unit: str = ""  # the path of the org unit that the letterhead is of
    labels: Mapping[str, str] = field(default_factory=dict)
    line_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    layout: Mapping[str, Any] = field(default_factory=dict)  # for the generic templates


def shape_of(work: Workspace, one: Print, settings: Settings, query: Query | None) -> Shape:
    """Return what a print shows to this reader."""
    reader = Reader(work, trusted=not is_generic(one), unmask=settings.unmask)
    if is_generic(one):
        shown = generic.shown(work, one, query)
        paths, layout = reader.readable(one.entity, shown.paths), shown.layout
    else:
        paths, layout = _declared_paths(work, one), {}
    plain, rows = _split(work, one.entity, paths, settings)
    rows = (*rows, *_lists(settings))
    group_by = tuple(p for p in (one.group_by, *settings.then_by) if p)
    unit = _unit(work, one)
    owners = tuple(r.owner for r in rows if r.owner)
    wanted = dict.fromkeys((*plain, *owners, *group_by, *_own(settings, unit)))
    return Shape(
        entity=one.entity,
        reader=reader,
        paths=tuple(wanted),
        rows=tuple(r for r in rows),
        group_by=group_by,
        unit=unit,
        labels={path: path_label(work, one.entity, path) for path in wanted},
        line_labels={r.name: _row_labels(work, r) for r in rows},
        layout=layout,
    )


def read(work: Workspace, shape: Shape, ids: Sequence[int]) -> list[Item]:
    """Read the records of a print with all rows below them."""
    items = shape.reader.items(shape.entity, shape.paths, ids)
    for rows in shape.rows:
        shape.reader.add_rows(items, rows)
    return items


def _own(settings: Settings, unit: str) -> list[str]:
    return [path for path in (settings.qr, unit) if path]


def _declared_paths(work: Workspace, one: Print) -> tuple[str, ...]:
    if one.fields:
        return one.fields
    return tuple(name for name, f in work.catalog.entity(one.entity).fields.items() if not f.hidden)


def _split(
    work: Workspace, entity: str, paths: Sequence[str], settings: Settings
) -> tuple[list[str], tuple[Rows, ...]]:
    """Part the paths that end at a lines field from those with one value."""
    plain, rows = [], []
    for path in paths:
        _, found = resolve(work.catalog, entity, path)
        if found.type == "lines":
            rows.append(_lines(work, path, found, settings))
        else:
            plain.append(path)
    return plain, tuple(rows)


def _lines(work: Workspace, path: str, found: Field, settings: Settings) -> Rows:
    child = work.catalog.entity(found.options["of"])
    given = (settings.line_columns or {}).get(path)
    own = found.options["columns"] or [
        n for n, f in child.fields.items() if n != found.options["by"] and f.type != "lines"
    ]
    owner = path.rpartition(".")[0]
    return Rows(path, child.name, found.options["by"], owner, tuple(given or own))


def _lists(settings: Settings) -> tuple[Rows, ...]:
    return tuple(
        Rows(
            name=name,
            entity=one["entity"],
            by=one["by"],
            owner=one.get("of", ""),
            columns=tuple(one["columns"]),
            where=one.get("where", ""),
            sort=tuple(one.get("sort", ())),
        )
        for name, one in (settings.lists or {}).items()
    )


def _unit(work: Workspace, one: Print) -> str:
    organization = work.catalog.organization
    if organization is None:
        return ""
    if one.entity == organization.entity:
        return "id"
    return "scope_unit" if work.catalog.entity(one.entity).scope else ""


def _row_labels(work: Workspace, rows: Rows) -> dict[str, str]:
    return {path: path_label(work, rows.entity, path) for path in rows.columns}


def path_label(work: Workspace, entity: str, path: str) -> str:
    """Return what a path is called: the label of its last step."""
    _, found = resolve(work.catalog, entity, path)
    return found.label.in_(work.language)
