"""Between a record's values by field name and its table row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from engine.extension import NotFound
from engine.metadata import Entity, Field
from engine.records.reach import joined, visible
from engine.records.workspace import Workspace
from engine.storage.search import SEARCH_COLUMN

SYSTEM_COLUMNS = ("id", "version", "created_at", "created_by", "updated_at", "updated_by")


def to_columns(entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of some field values; lines have none."""
    columns: dict[str, Any] = {}
    for name, value in values.items():
        field = entity.fields.get(name)
        if field is None:
            columns[f"{name}_id" if name == "scope_unit" else name] = value
        elif field.type == "link":
            columns[f"{name}_id"] = value
        elif field.type == "any_link":
            kind, number = value if value is not None else (None, None)
            columns[f"{name}_entity"], columns[f"{name}_id"] = kind, number
        elif has_column(entity, name):
            columns[name] = value
    return columns


def as_rows(
    entity: Entity, records: Sequence[Mapping[str, Any]]
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Return the columns that any of the records has, and the records as rows of them."""
    named = dict.fromkeys(name for record in records for name in record)
    columns = {name: list(to_columns(entity, {name: None})) for name in named}
    kept = {name: found[0] for name, found in columns.items() if len(found) == 1}
    if any(len(found) > 1 for found in columns.values()):  # two columns for one value
        split = [to_columns(entity, record) for record in records]
        names = list(dict.fromkeys(name for one in split for name in one))
        return names, (tuple(map(one.get, names)) for one in split)
    return list(kept.values()), (tuple(map(record.get, kept)) for record in records)


def has_column(entity: Entity, name: str) -> bool:
    """Tell whether a field is kept in the table."""
    field = entity.fields[name]
    return field.type != "lines" and (field.compute is None or field.stored)


def from_row(entity: Entity, row: Row[Any]) -> dict[str, Any]:
    """Return a table row's values by field name, engine fields included."""
    return from_columns(entity, row._mapping)


def from_columns(entity: Entity, mapping: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the values of a row's columns by field name."""
    values = {name: mapping[name] for name in SYSTEM_COLUMNS}
    if entity.scope:
        values["scope_unit"] = mapping["scope_unit_id"]
    for name, field in entity.fields.items():
        if not has_column(entity, name):
            continue
        if field.type == "link":
            values[name] = mapping[f"{name}_id"]
        elif field.type == "any_link":
            kind = mapping[f"{name}_entity"]
            values[name] = None if kind is None else (kind, mapping[f"{name}_id"])
        else:
            values[name] = mapping[name]
    return values


def fetch(
    work: Workspace,
    entity: str,
    condition: ColumnElement[bool] | None,
    *,
    action: str = "read",
    lock: bool = False,
    order: tuple[ColumnElement[Any], ...] = (),
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Return the records that the actor may see for an action, whole.

    With `lock` their rows are held until the transaction ends; give `order` by id then,
    so that two people lock in the same order.
    """
    table = work.tables.table(entity)
    query: Select[Any] = select(table)
    for part in (condition, visible(work, entity, table, action)):
        if part is not None:
            query = query.where(part)
    query = query.order_by(*order, table.c.id)
    if limit is not None:
        query = query.limit(limit)
    if lock:
        query = query.with_for_update(of=table)
    described = work.catalog.entity(entity)
    return [from_row(described, row) for row in work.connection.execute(query)]


def fetch_one(
    work: Workspace, entity: str, record_id: int, *, action: str = "read", lock: bool = False
) -> dict[str, Any]:
    """Return one record.

    Raises:
        NotFound: there is none, or none the actor may see for that action.
    """
    table = work.tables.table(entity)
    found = fetch(work, entity, table.c.id == record_id, action=action, lock=lock)
    if not found:
        raise NotFound(entity, record_id)
    return found[0]


MOST_JOINED = 8  # links whose titles are read with their record; the planner slows down with more


def fetch_titled(
    work: Workspace, entity: str, record_id: int
) -> tuple[dict[str, Any], dict[tuple[str, Any], Any]]:
    """Return one record, and (entity, id) -> title of what it links to, in one statement.

    Titles come as they are stored: covers.shown_title says what the actor sees of them.

    Raises:
        NotFound: there is none, or none the actor may see.
    """
    described, source = work.catalog.entity(entity), joined(work, entity)
    links = _titled_links(work, described)
    titles = [source.title((link.name,)).label(f"title of {link.name}") for link in links]
    stored = [column for column in source.table.c if column.name != SEARCH_COLUMN]
    query = select(*stored, *titles).where(source.table.c.id == record_id)
    rule = visible(work, entity, source.table, "read", source)
    if rule is not None:
        query = query.where(rule)
    row = work.connection.execute(query.select_from(source.from_)).one_or_none()
    if row is None:
        raise NotFound(entity, record_id)
    values = from_row(described, row)
    named = row._mapping
    return values, {
        (link.options["to"], values[link.name]): named[f"title of {link.name}"]
        for link in links
        if values[link.name] is not None
    }


def _titled_links(work: Workspace, entity: Entity) -> list[Field]:
    """Return the links whose titles a record is read with: all, or none of too many."""
    links = [f for f in entity.fields.values() if f.type == "link" and has_column(entity, f.name)]
    return links if len(links) <= MOST_JOINED else []


def lines_of(work: Workspace, entity: str, name: str, record_id: int) -> list[dict[str, Any]]:
    """Return the lines of a record, in the order they were entered.

    Whoever may see the record may see its lines.
    """
    options = work.catalog.entity(entity).field(name).options
    child = work.catalog.entity(options["of"])
    table = work.tables.table(child.name)
    query = select(table).where(table.c[f"{options['by']}_id"] == record_id).order_by(table.c.id)
    return [from_row(child, row) for row in work.connection.execute(query)]
