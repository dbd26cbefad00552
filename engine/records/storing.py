"""Drafts into their tables: each row with its number, its owning unit and its trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row
from sqlalchemy import delete as sql_delete
from sqlalchemy.exc import DataError, IntegrityError

from engine.extension import Conflict, Invalid
from engine.metadata import Entity
from engine.records.attached import claim_files
from engine.records.constraints import problem_of
from engine.records.draft import Draft
from engine.records.numbers import take_series
from engine.records.rows import from_row, has_column, to_columns
from engine.records.trail import audit, line_of
from engine.records.workspace import Workspace
from engine.storage import alteration, given_columns, insertion

MOST_PREPARED = 2_000  # statements kept at a time


def insert(draft: Draft, *, event: str = "") -> dict[str, Any]:
    """Write a new record with its lines; with an event, its line in the trail too.

    Raises:
        Invalid: the database refuses it.
    """
    work, entity = draft.work, draft.entity
    record = _insert_row(draft, "" if draft.lines else event)
    for name, drafts in draft.lines.items():
        record[name] = _insert_lines(entity, name, drafts, record["id"])
    if event and draft.lines:
        audit(work, entity, event, None, record)
    return record


def _insert_lines(entity: Entity, name: str, drafts: list[Draft], above: int) -> list[Any]:
    by = entity.field(name).options["by"]
    for draft in drafts:
        draft.values[by] = above
    return [insert(draft) for draft in drafts]


def _insert_row(draft: Draft, event: str) -> dict[str, Any]:
    work, entity = draft.work, draft.entity
    _find_unit(draft)
    take_series(draft)
    columns = to_columns(entity, draft.values)
    columns |= {"created_by": work.actor.user_id, "updated_by": work.actor.user_id}
    columns |= {"created_at": work.now, "updated_at": work.now}
    given = given_columns(columns)
    recorded = bool(event) and entity.audit
    if recorded:
        given |= line_of(work, entity, event, None, {"version": 1} | _kept(entity, draft.values))
    row = _run(work, entity, insertion, columns, given, recorded=recorded)
    assert row is not None
    return _written(work, entity, row)


def update(draft: Draft, *, event: str = "") -> dict[str, Any]:
    """Write what has changed of a record and its lines; return the old one if nothing has.

    Raises:
        Invalid: the database refuses it.
        Conflict: somebody else has changed it in the meantime.
    """
    old = draft.old
    assert old is not None
    _find_unit(draft)
    changed = draft.changed()
    if not changed and not draft.lines:
        return old  # type: ignore[return-value]
    record = _update_row(draft, old, changed, "" if draft.lines else event)
    for name in draft.lines:
        record[name] = _save_lines(draft, name)
    return record


def _update_row(
    draft: Draft, old: Mapping[str, Any], changed: set[str], event: str
) -> dict[str, Any]:
    work, entity = draft.work, draft.entity
    columns = to_columns(entity, {n: draft.values[n] for n in changed})
    columns |= {"updated_by": work.actor.user_id, "updated_at": work.now}
    given = given_columns(columns) | {"wy_id": old["id"], "wy_version": old["version"]}
    recorded = bool(event) and entity.audit
    if recorded:
        after = {**old, **_kept(entity, draft.values), "version": old["version"] + 1}
        given |= line_of(work, entity, event, old, after)
    row = _run(work, entity, alteration, columns, given, recorded=recorded)
    if row is None:
        raise Conflict
    return _written(work, entity, row)


def _save_lines(draft: Draft, name: str) -> list[dict[str, Any]]:
    """Keep, change, add and remove lines so that they are what was sent."""
    work, options = draft.work, draft.entity.field(name).options
    parent_id = (draft.old or {})["id"]
    table = work.tables.table(options["of"])
    kept = [d.old["id"] for d in draft.lines[name] if d.old is not None]
    gone = sql_delete(table).where(table.c[f"{options['by']}_id"] == parent_id)
    try:
        work.connection.execute(gone.where(table.c.id.not_in(kept)) if kept else gone)
    except IntegrityError as error:
        child = work.catalog.entity(options["of"])
        raise Invalid([problem_of(work, child, error)]) from error
    saved = []
    for child_draft in draft.lines[name]:
        if child_draft.old is None:
            saved += _insert_lines(draft.entity, name, [child_draft], parent_id)
        else:
            saved.append(update(child_draft))
    return saved


def _kept(entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    fields = entity.fields
    return {n: v for n, v in values.items() if n in fields and has_column(entity, n)}


def _find_unit(draft: Draft) -> None:
    if draft.entity.scope:
        path = tuple(draft.entity.scope.split("."))
        draft.values["scope_unit"] = draft.environment().value(path)


def _run(
    work: Workspace,
    entity: Entity,
    make: Any,
    columns: Iterable[str],
    given: Mapping[str, Any],
    *,
    recorded: bool,
) -> Row[Any] | None:
    """Execute the statement for these columns, which is made once."""
    names = tuple(columns)
    key = (make, entity.name, names, recorded)
    statement = work.tables.prepared.get(key)
    if statement is None:
        if len(work.tables.prepared) > MOST_PREPARED:
            work.tables.prepared.clear()
        statement = make(work.tables.table(entity.name), names, recorded=recorded)
        work.tables.prepared[key] = statement
    try:
        return work.connection.execute(statement, given).one_or_none()
    except (IntegrityError, DataError) as error:
        raise Invalid([problem_of(work, entity, error)]) from error


def _written(work: Workspace, entity: Entity, row: Row[Any]) -> dict[str, Any]:
    record = from_row(entity, row)
    claim_files(work, entity, record)
    return record
