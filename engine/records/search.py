"""One search box over all that a person may read, in any spelling, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, select, union_all

from engine.access import masked_fields
from engine.metadata import Entity
from engine.records.listing import search_condition
from engine.records.reach import is_allowed, joined, visible
from engine.records.workspace import Workspace
from engine.storage.joins import Joined

PER_ENTITY = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found."""

    entity: str
    id: int
    title: str
    subtitle: str


def search_everything(work: Workspace, words: str, per_entity: int = PER_ENTITY) -> list[Hit]:
    """Return the records that match, a few per entity, entities in catalog order."""
    if len(words.strip()) < 1:
        return []
    queries = [
        _query(work, entity, words, per_entity).subquery()
        for entity in work.catalog.entities.values()
        if entity.search and not entity.part_of and is_allowed(work, entity.name, "read")
    ]
    if not queries:
        return []
    parts = [select(q) for q in queries]
    rows = work.connection.execute(union_all(*parts) if len(parts) > 1 else parts[0])
    return [Hit(r.entity, r.id, str(r.title or ""), str(r.small or "")) for r in rows]


def _query(work: Workspace, entity: Entity, words: str, limit: int) -> Select[Any]:
    source = joined(work, entity.name)
    title = cast(source.column((entity.title,)), String)
    query = select(
        literal(entity.name).label("entity"),
        source.table.c.id.label("id"),
        title.label("title"),
        _small(work, source, entity).label("small"),
    )
    rule = visible(work, entity.name, source.table, "read", source)
    query = query.select_from(source.from_).where(search_condition(source, words))
    if rule is not None:
        query = query.where(rule)
    # the shortest name first: «3-1-502» before «13-1-502»
    return query.order_by(func.length(title), title, source.table.c.id).limit(limit)


def _small(work: Workspace, source: Joined, entity: Entity) -> ColumnElement[Any]:
    hidden = masked_fields(work.catalog, work.actor, entity.name)
    parts = []
    for path in entity.subtitle:
        steps = tuple(path.split("."))
        owner = source.catalog_entity_at(steps[:-1])
        field = work.catalog.entity(owner).fields[steps[-1]]
        if steps[-1] in hidden or field.mask:
            continue
        value = source.title(steps) if field.type == "link" else source.column(steps)
        parts.append(cast(value, String))
    return func.concat_ws(" · ", *parts) if parts else literal("")
