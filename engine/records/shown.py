"""Read a record that an approval shows: one alone, without what its step hides (rule 21)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, FromClause, false, select

from engine.access import Actor, may, readable_fields, seeing_only
from engine.metadata import Catalog, Entity
from engine.records.workspace import Shown, Workspace
from engine.storage.flow_tables import wy_flow_reader as readers
from engine.storage.joins import link_column

READER = "<reader>"  # no role of the database: it lives as long as the work


def case_shown(work: Workspace, entity: str, record_id: int) -> int | None:
    """Return the approval that shows the actor this record; None if none does."""
    query = _mine(work, entity, record_id).with_only_columns(readers.c.case_id)
    found: int | None = work.connection.scalar(query)
    return found


def _mine(work: Workspace, entity: str, record_id: int) -> Any:
    return select(readers.c.hide).where(
        readers.c.entity == entity,
        readers.c.record_id == record_id,
        readers.c.user_id == work.actor.user_id,
    )


def as_reader(work: Workspace, entity: str, record_id: int) -> Workspace | None:
    """Return this work confined to one record that is shown to the actor; None if it is not."""
    if work.trusted or work.shown is not None or work.actor.user_id is None:
        return None
    row = work.connection.execute(_mine(work, entity, record_id)).one_or_none()
    return None if row is None else reading(work, entity, record_id, frozenset(row.hide))


def reader_of(work: Workspace, entity: str, record_id: int) -> Workspace | None:
    """Return `as_reader` of a record, or of the one whose line it is."""
    at, number = upwards(work, entity, record_id)[-1]
    return as_reader(work, at, number)


def upwards(work: Workspace, entity: str, record_id: int) -> list[tuple[str, int]]:
    """Return a record, and above it those whose line it is."""
    found = [(entity, record_id)]
    while (parent := _parent(work.catalog, found[-1][0])) is not None:
        at, number = found[-1]
        table = work.tables.table(at)
        link = table.c[link_column(work.catalog.entity(at).part_of or "")]
        above = work.connection.scalar(select(link).where(table.c.id == number))
        if above is None:
            break
        found.append((parent.name, above))
    return found


def reading(
    work: Workspace, entity: str, record_id: int, hide: frozenset[str] = frozenset()
) -> Workspace:
    """Return this work confined to one record, for who was found to be shown it.

    Masked fields stay masked, and links lead only where his own rights lead.
    """
    if work.actor.is_unlimited:
        return work
    is_own = may(work.catalog, work.actor, entity, "read")
    shown = Shown(entity, record_id, hide, is_own)
    work.memo[_key(entity, record_id)] = shown
    return replace(work, shown=shown, actor=_reader(work.catalog, work.actor, shown), memo={})


def _reader(catalog: Catalog, actor: Actor, shown: Shown) -> Actor:
    """Return the actor as he reads: what his roles hide from him stays hidden, if he has any."""
    if not shown.is_own:
        rights = {**actor.rights, READER: frozenset({("read", shown.entity)})}
        actor = replace(actor, roles=actor.roles | {READER}, rights=rights, known={})
    seen = readable_fields(catalog, actor, shown.entity) - shown.hide
    return seeing_only(catalog, actor, shown.entity, seen)


def _key(entity: str, record_id: int) -> tuple[str, str, int]:
    return "shown", entity, record_id


def hidden_in(work: Workspace, entity: str, record_id: int) -> frozenset[str]:
    """Return what is hidden of a record that was read as one that is shown."""
    shown: Shown | None = work.shown or work.memo.get(_key(entity, record_id))
    return shown.hide if shown is not None else frozenset()


def without_hidden(work: Workspace, values: dict[str, Any]) -> dict[str, Any]:
    """Return a record's values that a reader may see."""
    assert work.shown is not None
    return {name: one for name, one in values.items() if name not in work.shown.hide}


def leads_on(work: Workspace, path: str) -> bool:
    """Tell whether a path leads from what is shown to a further record of the same kind.

    Who has no right to such records sees none but the one that is shown.
    """
    if work.shown is None or work.shown.is_own:
        return False
    at = work.shown.entity
    for step in path.split(".")[:-1]:
        field = work.catalog.entity(at).fields.get(step) if at in work.catalog.entities else None
        at = str(field.options.get("to", "")) if field is not None else ""
        if at == work.shown.entity:
            return True
    return False


def is_of_shown(work: Workspace, entity: str) -> bool:
    """Tell whether an entity is that of what is shown, or of its lines."""
    return work.shown is not None and work.shown.entity in _upwards(work.catalog, entity)


def _upwards(catalog: Catalog, entity: str) -> list[str]:
    found = [entity]
    while (parent := _parent(catalog, found[-1])) is not None:
        found.append(parent.name)
    return found


def _parent(catalog: Catalog, entity: str) -> Entity | None:
    described = catalog.entities.get(entity)
    if described is None or not described.part_of:
        return None
    return catalog.entity(described.field(described.part_of).options["to"])


def shown_rows(work: Workspace, entity: str, table: FromClause) -> ColumnElement[bool]:
    """Return which rows are the record that is shown, or lines of it that are not hidden."""
    shown = work.shown
    assert shown is not None
    if entity == shown.entity:
        return table.c.id == shown.record_id
    parent = _parent(work.catalog, entity)
    assert parent is not None
    lines = [n for n, f in parent.fields.items() if f.type == "lines" and f.options["of"] == entity]
    if parent.name == shown.entity and lines and shown.hide.issuperset(lines):
        return false()
    above = work.tables.table(parent.name).alias()
    link = table.c[link_column(work.catalog.entity(entity).part_of or "")]
    return link.in_(select(above.c.id).where(shown_rows(work, parent.name, above)))
