"""Read a record that an approval shows: one alone, without what its step hides (rule 21)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from engine.access import may
from engine.records.workspace import Shown, Workspace
from engine.storage.flow_tables import wy_flow_reader as readers


def as_reader(work: Workspace, entity: str, record_id: int) -> Workspace | None:
    """Return this work confined to one record that is shown to the actor; None if it is not."""
    if work.trusted or work.shown is not None or work.actor.user_id is None:
        return None
    query = select(readers.c.hide).where(
        readers.c.entity == entity,
        readers.c.record_id == record_id,
        readers.c.user_id == work.actor.user_id,
    )
    row = work.connection.execute(query).one_or_none()
    if row is None:
        return None
    shown = Shown(entity, record_id, frozenset(row.hide))
    work.memo[_key(entity, record_id)] = shown
    return replace(work, shown=shown)


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


def sees_field(work: Workspace, entity: str, name: str) -> bool | None:
    """Tell whether a reader sees a field of what is shown; None: his own rights say it.

    Who has a right to read such records at all keeps what his roles hide from him.
    """
    if work.shown is None or entity != work.shown.entity:
        return None
    if name in work.shown.hide:
        return False
    return None if may(work.catalog, work.actor, entity, "read") else True
