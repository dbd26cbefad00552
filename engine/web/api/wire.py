"""Records as JSON, and JSON as records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.access import entities_readable, readable_fields
from engine.expressions import Typed, check, parse
from engine.fieldtypes import field_type, mask
from engine.loading.scopes import EntityScope
from engine.metadata import Entity
from engine.records import (
    ENGINE_FIELDS,
    MAX_PAGE_SIZE,
    Column,
    Page,
    Query,
    RecordService,
    Workspace,
    is_allowed,
)
from engine.records.plans import plan_of

Json = dict[str, Any]


def columns_for(work: Workspace, entity: Entity) -> tuple[str, ...]:
    """Return the fields of an entity that the caller may read, engine fields first."""
    readable = readable_fields(work.catalog, work.actor, entity.name)
    own = [n for n, f in entity.fields.items() if n in readable and f.type != "lines"]
    return (*(n for n in ENGINE_FIELDS if n not in ("id", "version")), *own)


def row_json(columns: Sequence[Column], row: Sequence[Any], writers: Sequence[Any]) -> Json:
    """Return one row: plain values by path, links as {id, title}."""
    found: Json = {"id": row[0], "version": row[1]}
    for column, write in zip(columns, writers, strict=True):
        value = row[column.value]
        title = None if column.title is None else row[column.title]
        kind = "" if value is None else column.field.type
        if kind == "any_link":
            found[column.path] = {"entity": title, "id": value}
        elif kind == "link":
            found[column.path] = {"id": value, "title": title}
        else:
            found[column.path] = _plain(column, value, write)
    return found


def _plain(column: Column, value: Any, write: Any) -> Any:
    """Return a value; a masked one covered for everyone: who may see it asks for it by itself."""
    if column.masked or not column.field.mask or value is None:
        return value if column.masked else write(column.field, value)
    return mask(column.field.mask, str(value))


def page_json(page: Page) -> Json:
    """Return a page of a list."""
    writers = [field_type(c.field.type).to_wire for c in page.columns]
    answer: Json = {
        "items": [row_json(page.columns, row, writers) for row in page.rows],
        "has_more": page.has_more,
        "next": page.next,
    }
    if page.total is not None:
        answer["total"] = page.total
        answer["total_is_exact"] = page.total_is_exact
    if page.totals:
        fields = {c.path: c.field for c in page.columns}
        answer["totals"] = {
            path: field_type(fields[path].type).to_wire(fields[path], value)
            if path in fields
            else str(value)
            for path, value in page.totals.items()
        }
    return answer


def record_json(work: Workspace, entity: Entity, record_id: int) -> Json:
    """Return one record with its lines.

    Raises:
        NotFound: there is none, or none the caller may see.
    """
    page = RecordService(work).view(entity.name, record_id, columns_for(work, entity))
    return _whole(work, entity, page)


def created_json(work: Workspace, entity: Entity, record: Mapping[str, Any]) -> Json:
    """Return a record that the caller has created; who may not read it gets its number only."""
    if not is_allowed(work, entity.name, "read"):
        return {"id": record["id"]}
    service, columns = RecordService(work), columns_for(work, entity)
    page = service.view_created(entity.name, record, columns)
    return _whole(work, entity, page or service.view(entity.name, record["id"], columns))


def changed_json(work: Workspace, entity: Entity, record_id: int) -> Json:
    """Return a record that the caller has changed; who may not read it gets its number only."""
    if not is_allowed(work, entity.name, "read"):
        return {"id": record_id}
    return record_json(work, entity, record_id)


def _whole(work: Workspace, entity: Entity, page: Page) -> Json:
    writers = [field_type(c.field.type).to_wire for c in page.columns]
    found = row_json(page.columns, page.rows[0], writers)
    readable = readable_fields(work.catalog, work.actor, entity.name)
    for field in plan_of(work.catalog, entity.name).lines:
        if field.name in readable:
            found[field.name] = _lines(work, entity, field.name, found["id"])
    return found


def _lines(work: Workspace, entity: Entity, name: str, record_id: int) -> list[Json]:
    """Return all lines of a record that the caller may see, with labels and masks."""
    options = entity.fields[name].options
    child = work.catalog.entity(options["of"])
    shown = readable_fields(work.catalog, work.actor, child.name)
    names = [n for n, f in child.fields.items() if n in shown and f.type != "lines"]
    query = Query(
        entity=child.name,
        columns=tuple(n for n in names if n != options["by"]),
        conditions=(line_condition(work, child.name, options["by"], record_id),),
        size=MAX_PAGE_SIZE,
        count=False,
    )
    found: list[Json] = []
    while True:
        page = RecordService(work).page(query)
        writers = [field_type(c.field.type).to_wire for c in page.columns]
        found += [row_json(page.columns, row, writers) for row in page.rows]
        if not page.has_more:
            return found
        query = replace(query, after=page.next)


def line_condition(work: Workspace, child: str, link: str, record_id: int) -> Typed:
    """Return the condition that a line belongs to a record."""
    return check(parse(f"{link} == {record_id}"), EntityScope(work.catalog, child))


def entity_names(work: Workspace) -> list[str]:
    """Return the entities the caller may read, in catalog order."""
    readable = entities_readable(work.catalog, work.actor)
    return [n for n in work.catalog.entities if n in readable]
