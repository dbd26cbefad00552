"""Drafts into their tables: each row with its number, its owning unit and its trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, Row
from sqlalchemy import delete as sql_delete
from sqlalchemy.exc import DataError, IntegrityError

from engine.extension import Conflict, Invalid
from engine.metadata import Entity
from engine.records.at_once import INSIDE, AtOnce, beside, have_plain_lines
from engine.records.attached import claim_files
from engine.records.constraints import problem_of
from engine.records.draft import Draft
from engine.records.numbers import take_series
from engine.records.rows import from_columns, from_row, has_column, to_columns
from engine.records.trail import audit, line_of, wire
from engine.records.workspace import Workspace
from engine.storage import (
    LINE,
    Lines,
    alteration,
    given_columns,
    given_lines,
    insertion,
    insertion_with_lines,
)
from engine.storage.writes import CHANGES_NO_ROW

MOST_PREPARED = 2_000  # statements kept at a time


def insert(draft: Draft, *, event: str = "", asking: AtOnce | None = None) -> dict[str, Any]:
    """Write a new record with its lines; with an event, its line in the trail too.

    Raises:
        Invalid: the database refuses it, or a link that was asked about is wrong.
    """
    work, entity = draft.work, draft.entity
    if event and entity.audit and have_plain_lines(draft):
        return _insert_whole(draft, event)
    record = _insert_row(draft, "" if draft.lines else event, asking)
    for name, drafts in draft.lines.items():
        record[name] = _insert_lines(entity, name, drafts, record["id"])
    if event and draft.lines:
        audit(work, entity, event, None, record)
    return record


def _insert_whole(draft: Draft, event: str) -> dict[str, Any]:
    """Write a record with its lines and its line in the trail in one statement."""
    work, entity = draft.work, draft.entity
    columns, given = _new_columns(draft, event)
    [(name, drafts)] = draft.lines.items()
    child, stamps = drafts[0].entity, _stamps(work)
    rows = [to_columns(child, _kept(child, one.values)) for one in drafts]
    link = entity.field(name).options["by"]
    for row in rows:
        row.pop(f"{link}_id", None)
    snapshots = [
        wire(work, child, {"version": 1} | _kept(child, one.values)) or {} for one in drafts
    ]
    names, below = tuple(columns), tuple(rows[0])
    statement = _prepared(
        work.tables.prepared,
        ("insert with lines", entity.name, names, name, below),
        lambda: insertion_with_lines(
            work.tables.table(entity.name),
            names,
            Lines(name=name, table=work.tables.table(child.name), link=link, columns=below,
                  shared=tuple(stamps)),
        ),
    )  # fmt: skip
    values = given | given_lines(rows, snapshots)
    found = _execute(work, entity, statement, values, child, adds=True)
    record = _written(work, entity, found[0])
    record[name] = [from_columns(child, _below(row)) for row in found]
    for one in record[name]:
        claim_files(work, child, one)
    return record


def _below(row: Row[Any]) -> dict[str, Any]:
    columns = row._mapping.items()
    return {n.removeprefix(LINE): v for n, v in columns if n.startswith(LINE)}


def _insert_lines(entity: Entity, name: str, drafts: list[Draft], above: int) -> list[Any]:
    by = entity.field(name).options["by"]
    for draft in drafts:
        draft.values[by] = above
    return [insert(draft) for draft in drafts]


def _insert_row(draft: Draft, event: str, asking: AtOnce | None) -> dict[str, Any]:
    work, entity = draft.work, draft.entity
    recorded = bool(event) and entity.audit
    columns, given = _new_columns(draft, event if recorded else "", asking)
    statement = _inserting(draft, tuple(columns), recorded, asking)
    # a line by itself changes what its record says
    adds = not entity.part_of or draft.parent_link != ""
    [row] = _execute(work, entity, statement, given, adds=adds)
    if asking is not None:
        asking.judge(draft, row)
        if row.id is None:
            raise Invalid(list(draft.all_problems()))
    draft.is_inside = bool(getattr(row, INSIDE, False))
    return _written(work, entity, row)


def _new_columns(
    draft: Draft, event: str, asking: AtOnce | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns of a new row, and what its statement is given."""
    work, entity = draft.work, draft.entity
    if asking is None or not asking.unit:
        _find_unit(draft)
    take_series(draft)
    columns = to_columns(entity, draft.values) | _stamps(work)
    given = given_columns(columns) | (asking.given if asking is not None else {})
    if event:
        given |= line_of(work, entity, event, None, {"version": 1} | _kept(entity, draft.values))
    return columns, given


def _stamps(work: Workspace) -> dict[str, Any]:
    who, now = work.actor.user_id, work.now
    return {"created_by": who, "updated_by": who, "created_at": now, "updated_at": now}


def _inserting(
    draft: Draft, columns: tuple[str, ...], recorded: bool, asking: AtOnce | None
) -> Executable:
    work, entity = draft.work, draft.entity
    is_asked = draft.parent_link == ""  # a line stands where its record stands
    asked, is_own = beside(work, entity, asking) if is_asked else (None, False)
    kept = work.actor.prepared if is_own else work.tables.prepared
    about = (asking.key, bool(asking.unit)) if asking is not None else ()
    key = ("insert", entity.name, columns, recorded, about, work.trusted)
    return _prepared(
        kept,
        key,
        lambda: insertion(work.tables.table(entity.name), columns, recorded=recorded, beside=asked),
    )


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
    names, table = tuple(columns), work.tables.table(entity.name)
    statement = _prepared(
        work.tables.prepared,
        ("update", entity.name, names, recorded),
        lambda: alteration(table, names, recorded=recorded),
    )
    found = _execute(work, entity, statement, given)
    if not found:
        raise Conflict
    return _written(work, entity, found[0])


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


def _prepared(
    kept: dict[Any, Any], key: tuple[Any, ...], make: Callable[[], Executable]
) -> Executable:
    """Return a statement, which is made once."""
    statement: Executable | None = kept.get(key)
    if statement is None:
        if len(kept) > MOST_PREPARED:
            kept.clear()
        statement = kept[key] = make()
    return statement


def _execute(
    work: Workspace,
    entity: Entity,
    statement: Executable,
    given: Mapping[str, Any],
    child: Entity | None = None,
    *,
    adds: bool = False,
) -> Sequence[Row[Any]]:
    options = CHANGES_NO_ROW if adds else None
    try:
        return work.connection.execute(statement, given, execution_options=options).all()
    except (IntegrityError, DataError) as error:
        diagnosis = getattr(error.orig, "diag", None)
        if child is not None and getattr(diagnosis, "table_name", None) == child.name:
            entity = child
        raise Invalid([problem_of(work, entity, error)]) from error


def _written(work: Workspace, entity: Entity, row: Row[Any]) -> dict[str, Any]:
    record = from_row(entity, row)
    claim_files(work, entity, record)
    return record
