"""The page of a record: facts, sections, lines, linked records, what was done with it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from engine.access import entities_readable, readable_fields, revealable_fields
from engine.expressions import holds
from engine.extension import Invalid
from engine.metadata import Entity, Field, Related
from engine.records import Page, Query, RecordService, Workspace, is_allowed, resolve
from engine.records.environment import RecordEnvironment
from engine.records.plans import plan_of
from engine.web.i18n import label as text_of
from engine.web.present.cells import head, labelled, makers
from engine.web.urls import list_url, new_url, record_url
from engine.web.views.actions import prints_of, record_actions
from engine.web.views.lists import path_label, readable_paths, rows_of

View = dict[str, Any]
RELATED_ROWS = 8


def page_context(work: Workspace, entity: Entity, record_id: int) -> View:
    """Return all that ui/show.html wants, but for frame and timeline.

    Raises:
        NotFound: there is no such record, or none the reader may see.
    """
    service = RecordService(work)
    page = service.view(entity.name, record_id, _paths(work, entity))
    values = service.get(entity.name, record_id)
    readable = entities_readable(work.catalog, work.actor)
    cells = _cells(work, entity, page, readable)
    title = cells.get(entity.title, {}).get("text") or f"#{record_id}"
    subtitle = [cells[p]["text"] for p in entity.subtitle if cells.get(p, {}).get("text")]
    related = (related_view(work, one, record_id, readable) for one in entity.page.related)
    return {
        "entity": {"name": entity.name, "label": text_of(entity.label), "icon": entity.icon},
        "title": title,
        "subtitle": " · ".join(subtitle),
        "badge": cells.get(entity.list.card.badge or ""),
        "crumbs": [
            {"label": text_of(entity.label), "url": list_url(entity.name)},
            {"label": title, "url": ""},
        ],
        **_ways(work, entity, values),
        "prints": prints_of(work, entity, record_id=record_id),
        "actions": record_actions(work, entity, values),
        "alerts": [],
        "facts": [cells[p] for p in entity.page.facts if p in cells],
        "sections": _sections(work, entity, values, cells, readable),
        "related": [one for one in related if one],
        "approval": None,
        "version": values["version"],
        "values": values,
    }


def _cells(work: Workspace, entity: Entity, page: Page, readable: frozenset[str]) -> View:
    """Return the record's cells by path, with what reveals a masked one."""
    make = makers(page.columns, work.style, readable)
    cells = labelled(page, make, page.rows[0])
    for path in cells:
        if "." in path:
            cells[path]["label"] = path_label(work, entity, path)
    for name in revealable_fields(work.catalog, work.actor, entity.name) & cells.keys():
        if cells[name].get("text"):
            here = record_url(entity.name, page.rows[0][0], f"reveal/{name}")
            cells[name]["unmask_url"] = here
    return cells


def _ways(work: Workspace, entity: Entity, values: View) -> View:
    """Return where the reader may go on from the record; '' where he may not."""
    here = record_url(entity.name, values["id"])
    by_people = entity.written_by == "people" and not entity.part_of
    may = {a: by_people and is_allowed(work, entity.name, a) for a in ("change", "delete")}
    locked = _is_locked(work, entity, values)
    closed = work.message("This record is closed and cannot be changed.")
    deletes = may["delete"] and not locked and entity.delete != "never"
    return {
        "edit_url": f"{here}/edit" if may["change"] and not locked else "",
        "edit_why": closed if may["change"] and locked else "",
        "delete_url": f"{here}/delete" if deletes else "",
        "print_url": "?print=1",
        "history_url": f"{here}/history" if is_allowed(work, entity.name, "history") else "",
        "why_url": f"{here}/why",
        "back_url": list_url(entity.name),
    }


def _paths(work: Workspace, entity: Entity) -> tuple[str, ...]:
    names = [entity.title, *entity.page.facts, *entity.subtitle]
    names += [n for s in _layout(entity) for n in s.fields]
    if entity.list.card.badge:
        names.append(entity.list.card.badge)
    return readable_paths(work, entity, names)


def _layout(entity: Entity) -> Sequence[Any]:
    return entity.page.sections or [s for t in entity.form.tabs for s in t.sections]


def _is_locked(work: Workspace, entity: Entity, values: View) -> bool:
    if entity.lock_when is None or entity.lock_except:
        return False
    plan = plan_of(work.catalog, entity.name)
    return holds(plan.run(entity.lock_when, RecordEnvironment(work, entity.name, values)))


def _sections(
    work: Workspace, entity: Entity, values: View, cells: View, readable: frozenset[str]
) -> list[View]:
    plan = plan_of(work.catalog, entity.name)
    environment = RecordEnvironment(work, entity.name, values)
    allowed = readable_fields(work.catalog, work.actor, entity.name)
    found = []
    for section in _layout(entity):
        rule = section.visible_when
        if rule is not None and not holds(plan.run(rule, environment)):
            continue
        shown = []
        for name in section.fields:
            field = entity.fields.get(name)
            if field is not None and field.type == "lines" and name in allowed:
                shown.append(lines_cell(work, entity, field, values["id"], readable))
            elif name in cells and _is_shown(plan, field, environment):
                shown.append(cells[name])
        if shown:
            found.append({"label": text_of(section.label) if section.label else "", "cells": shown})
    return found


def _is_shown(plan: Any, field: Field | None, environment: RecordEnvironment) -> bool:
    if field is None or field.visible_when is None:
        return True
    return holds(plan.run(field.visible_when, environment))


def lines_cell(
    work: Workspace, entity: Entity, field: Field, record_id: int, readable: frozenset[str]
) -> View:
    """Return a record's lines as a cell with its columns, rows and totals."""
    child = work.catalog.entity(field.options["of"])
    names = field.options.get("columns") or [n for n in child.fields if n != field.options["by"]]
    page = _children(work, child, (field.options["by"], record_id), tuple(names), size=500)
    make = makers(page.columns, work.style, readable)
    totals = {c.path for c in page.columns if c.field.type == "money" and c.field.name in names}
    sums = []
    for i, column in enumerate(page.columns):
        if column.path in totals and page.rows:
            total = sum((r[column.value] or 0 for r in page.rows), Decimal(0))
            sums.append(make[i](total, None, ())["text"])
        else:
            sums.append("")
    return {
        "kind": "lines",
        "name": field.name,
        "label": text_of(field.label),
        "text": "",
        "wide": True,
        "columns": head(page),
        "rows": [list(labelled(page, make, r).values()) for r in page.rows],
        "totals": sums if any(sums) else [],
    }


def _children(
    work: Workspace,
    child: Entity,
    link: tuple[str, int],
    columns: tuple[str, ...],
    *,
    size: int,
    conditions: tuple[Any, ...] = (),
    sort: tuple[str, ...] = (),
) -> Page:
    from engine.expressions import check, parse
    from engine.loading.scopes import EntityScope

    own = check(parse(f"{link[0]} == {link[1]}"), EntityScope(work.catalog, child.name))
    query = Query(
        entity=child.name,
        columns=readable_paths(work, child, columns),
        conditions=(own, *conditions),
        sort=sort,
        size=size,
    )
    return RecordService(work).page(query)


def related_view(
    work: Workspace, related: Related, record_id: int, readable: frozenset[str]
) -> View | None:
    """Return a list of linked records; None when the reader may not read them."""
    if related.entity not in readable:
        return None
    child = work.catalog.entity(related.entity)
    columns = related.columns or _columns_beside(child, related.by)
    conditions = (related.filter.typed,) if related.filter is not None else ()
    try:
        page = _children(
            work,
            child,
            (related.by, record_id),
            columns,
            size=RELATED_ROWS,
            conditions=conditions,
            sort=related.sort or child.list.sort,
        )
    except Invalid:
        return None  # the link itself is hidden from this reader
    shown = len(page.columns)
    may_add = is_allowed(work, child.name, "create") and child.written_by == "people"
    label = text_of(related.label) if related.label else text_of(child.label)
    heads = head(page)
    for one in heads:
        if "." in one["name"]:
            one["label"] = path_label(work, child, one["name"])
    return {
        "label": label,
        "count": page.total,
        "columns": heads,
        "rows": rows_of(work, child, page, shown, readable, related=True),
        "new_url": new_url(child.name, **{related.by: record_id})
        if may_add and not child.part_of
        else "",
        "all_url": list_url(child.name, **{f"f.{related.by}": record_id}),
        "empty_text": work.message("None yet"),
    }


def _columns_beside(child: Entity, by: str) -> tuple[str, ...]:
    """Return the list's first columns, less those of the record whose page this is."""
    found = [c for c in child.list.columns if c.partition(".")[0] != by]
    return tuple(found[:5])


def field_label(work: Workspace, entity: Entity, name: str) -> str:
    """Return what a field is called."""
    _, field = resolve(work.catalog, entity.name, name)
    return text_of(field.label)
