"""One search box over all that a person may read, in any spelling, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, cast, func, literal, select, union_all

from engine.metadata import Entity
from engine.records.covers import shown_title
from engine.records.links import subtitle_of
from engine.records.reach import is_allowed, joined, visible
from engine.records.searching import search_condition
from engine.records.workspace import Workspace

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
    return [
        Hit(r.entity, r.id, str(shown_title(work, r.entity, r.title) or ""), str(r.small or ""))
        for r in rows
    ]


def _query(work: Workspace, entity: Entity, words: str, limit: int) -> Select[Any]:
    source = joined(work, entity.name)
    title = cast(source.column((entity.title,)), String)
    query = select(
        literal(entity.name).label("entity"),
        source.table.c.id.label("id"),
        title.label("title"),
        subtitle_of(work, entity.name, source).label("small"),
    )
    rule = visible(work, entity.name, source.table, "read", source)
    query = query.select_from(source.from_).where(search_condition(work, source, words))
    if rule is not None:
        query = query.where(rule)
    # the shortest name first: «3-1-502» before «13-1-502»
    return query.order_by(func.length(title), title, source.table.c.id).limit(limit)
