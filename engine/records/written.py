"""What a reader sees of a record that was written just now, without asking for it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.access.rights import roles_granting
from engine.extension import listeners
from engine.metadata import Entity
from engine.records.engine_fields import title_field
from engine.records.environment import known_of
from engine.records.listing import covered_rows, selection_of
from engine.records.query import Column, Page, Query
from engine.records.reach import joined
from engine.records.rows import SYSTEM_COLUMNS, has_column
from engine.records.workspace import Workspace

Values = Mapping[str, Any]


def view_created(
    work: Workspace, entity: str, record: Values, columns: Sequence[str]
) -> Page | None:
    """Return the page of one row that `view` would read of a record this work has created.

    None when only the database knows it: a value that is computed as it is read, the title
    of a record that was not met, what a plugin did after the creation, or whether the actor
    may see the record at all.
    """
    described = work.catalog.entity(entity)
    heard = listeners("after", entity, "create", work.catalog.plugins)
    if heard or not _reads_what_he_creates(work, entity):
        return None
    query = Query(entity=entity, columns=tuple(columns), size=1, count=False)
    shown, _ = selection_of(work, query, joined(work, entity))
    row: list[Any] = [record["id"], record["version"]]
    for column in shown:
        if not _is_kept(described, column.path):
            return None
        value = record[column.path]
        if column.title is None:
            row.append(value)
        elif (pair := _with_title(work, column, value)) is not None:
            row += pair
        else:
            return None
    rows = covered_rows(work, [tuple(row)], shown)
    return Page(shown, rows, None, True, False, "", {})


def _reads_what_he_creates(work: Workspace, entity: str) -> bool:
    """Tell whether the rows an actor may create are among those he may read.

    A role has one rule for its rows, whatever the action; so they are if each of his roles
    that may create may also read.
    """
    if work.actor.is_unlimited:
        return True
    creating = roles_granting(work.catalog, work.actor, entity, "create")
    reading = roles_granting(work.catalog, work.actor, entity, "read")
    return bool(creating) and set(creating) <= set(reading)


def _is_kept(entity: Entity, name: str) -> bool:
    return name in SYSTEM_COLUMNS or (name in entity.fields and has_column(entity, name))


def _with_title(work: Workspace, column: Column, value: Any) -> tuple[Any, Any] | None:
    """Return a linked record's number and what it is called; None when that is not known."""
    if value is None:
        return None, None
    if column.field.type == "any_link":
        kind, number = value
        return number, kind
    target = column.field.options.get("to")
    if not isinstance(target, str):
        return None  # a file: its name is the database's to say
    if target == "user":
        return (value, work.actor.name) if value == work.actor.user_id else None
    known, title = known_of(work, target, value), (title_field(work.catalog, target),)
    return (value, known[title]) if title in known else None
