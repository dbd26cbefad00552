"""The trail of every change: a whole snapshot and the difference, never altered.

What a record was when it came or went is its whole difference, so a line of 'create' or 'delete'
keeps the snapshot alone; `changes_in` says for every line what became different.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    Numeric,
    Text,
    cast,
    func,
    insert,
    literal,
    select,
)

from engine.storage.snapshot import difference, plain
from engine.storage.system_tables import wy_audit
from engine.storage.tables import Tables

Values = Mapping[str, Any]
_PAIRS_OF_A_CALL = 45  # a PostgreSQL function takes 100 arguments


@dataclass(frozen=True, slots=True)
class Origin:
    """Who did it, and through what; the same for all changes of one request."""

    actor_id: int | None = None  # none for the system
    request_id: str = ""
    ip: str = ""
    note: str = ""


class Change(NamedTuple):
    """One record's change; `before` is None for a new record, `after` for a deleted one."""

    record_id: int
    before: Values | None
    after: Values | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of a record's history."""

    id: int
    at: datetime
    event: str
    actor_id: int | None
    changes: Mapping[str, tuple[Any, Any]]  # field -> (old, new), as JSON carries them
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""
    ip: str = ""
    note: str = ""


def record_change(
    connection: Connection,
    entity: str,
    record_id: int,
    event: str,
    *,
    before: Values | None,
    after: Values | None,
    **origin: Any,
) -> None:
    """Write one change; `origin` are actor_id, request_id, ip and note.

    Values are in wire form, or what JSON can carry as text.

    Raises:
        ValueError: neither before nor after is given.
    """
    record_many(connection, entity, event, [Change(record_id, before, after)], **origin)


def record_many(
    connection: Connection,
    entity: str,
    event: str,
    changes: Iterable[Change | tuple[int, Values | None, Values | None]],
    **origin: Any,
) -> int:
    """Write many changes of one kind in a few statements; return how many."""
    shared = {"entity": entity, "event": event, **asdict(Origin(**origin))}
    rows = [
        {**shared, "record_id": record_id, **described(before, after)}
        for record_id, before, after in changes
    ]
    if rows:
        connection.execute(insert(wy_audit), rows)
    return len(rows)


def described(before: Values | None, after: Values | None) -> dict[str, Any]:
    """Return what a line of the trail says of a record: how it is, and what became different.

    Raises:
        ValueError: neither before nor after is given.
    """
    whole = before if after is None else after
    if whole is None:
        raise ValueError("a change of a record without before and after")
    changes = difference(before, after) if before is not None and after is not None else {}
    return {"snapshot": plain(whole), "changes": changes}


def changes_in(event: str, snapshot: Values | None, changes: Values | None) -> Values:
    """Return {field: [old, new]} of a line of the trail, from the columns that it keeps."""
    if changes or event not in ("create", "delete"):
        return changes or {}
    was = {"create": None, "delete": snapshot}[event]
    return difference(was, None if event == "delete" else snapshot)


def record_rows(
    connection: Connection,
    tables: Tables,
    entity: str,
    event: str,
    condition: ColumnElement[bool],
    **origin: Any,
) -> int:
    """Write the present state of many rows without fetching them; return how many.

    For set-based writing: no difference is kept. `condition` is over `tables.table(entity)`.
    """
    table = tables.table(entity)
    statement = trail_of_rows(tables, entity, event, table, condition, **origin)
    counted = statement.execution_options(preserve_rowcount=True)
    return connection.execute(counted).rowcount


def trail_of_rows(
    tables: Tables,
    entity: str,
    event: str,
    rows: FromClause,
    condition: ColumnElement[bool] | None = None,
    **origin: Any,
) -> Insert:
    """Return what writes the present state of rows of an entity's columns into the trail.

    `rows` may be what another part of the same statement returns.
    """
    shared = {"entity": entity, "event": event, **asdict(Origin(**origin))}
    values = [literal(value, wy_audit.c[name].type) for name, value in shared.items()]
    values.append(literal({}, wy_audit.c.changes.type))
    query = select(*values, rows.c.id, _snapshot_sql(tables, entity, rows))
    if condition is not None:
        query = query.where(condition)
    names = [*shared, "changes", "record_id", "snapshot"]
    return insert(wy_audit).from_select(names, query)


def _snapshot_sql(tables: Tables, entity: str, table: FromClause) -> ColumnElement[Any]:
    """Build the record as jsonb by field name, numbers with decimals as text."""
    pairs: list[Any] = []
    for name, columns in tables.names[entity].items():
        for column in map(table.c.__getitem__, columns):
            decimal = isinstance(column.type, Numeric)
            # Of an any_link both columns count: 'subject' is the id, 'subject_entity' the kind.
            key = name if column.name == columns[-1] else column.name
            pairs += [literal(key, Text()), cast(column, Text) if decimal else column]
    size = 2 * _PAIRS_OF_A_CALL
    parts = [pairs[start : start + size] for start in range(0, len(pairs), size)]
    whole: ColumnElement[Any] = func.jsonb_build_object(*parts[0], type_=wy_audit.c.snapshot.type)
    for part in parts[1:]:
        whole = whole.op("||")(func.jsonb_build_object(*part))
    return whole


def history(
    connection: Connection,
    entity: str,
    record_id: int,
    limit: int = 100,
    before_id: int | None = None,
) -> list[AuditEntry]:
    """Return a record's changes, the newest first; `before_id` pages on."""
    query = select(wy_audit).where(wy_audit.c.entity == entity, wy_audit.c.record_id == record_id)
    if before_id is not None:
        query = query.where(wy_audit.c.id < before_id)
    rows = connection.execute(query.order_by(wy_audit.c.id.desc()).limit(limit))
    return [
        AuditEntry(
            id=row.id,
            at=row.at,
            event=row.event,
            actor_id=row.actor_id,
            changes={
                name: (pair[0], pair[1])
                for name, pair in changes_in(row.event, row.snapshot, row.changes).items()
            },
            snapshot=row.snapshot or {},
            request_id=row.request_id,
            ip=row.ip,
            note=row.note,
        )
        for row in rows
    ]


def state_at(
    connection: Connection, entity: str, record_id: int, audit_id: int
) -> Mapping[str, Any]:
    """Return the record as it was right after an entry (before it, if that is the deletion).

    Raises:
        KeyError: the trail has no such entry of that record.
    """
    query = select(wy_audit.c.snapshot).where(
        wy_audit.c.id == audit_id,
        wy_audit.c.entity == entity,
        wy_audit.c.record_id == record_id,
    )
    found: Mapping[str, Any] | None = connection.scalar(query)
    if found is None:
        raise KeyError(f"no entry {audit_id} of {entity} {record_id}")
    return found
