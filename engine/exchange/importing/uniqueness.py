"""Unique rules, set-wise: against the other rows of the file, and against all records there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from engine.exchange.importing.existing import Key, has_key, key_of
from engine.exchange.importing.rows import Row
from engine.expressions import holds
from engine.metadata import Entity, Index
from engine.records import Workspace
from engine.records.environment import RecordEnvironment
from engine.records.plans import plan_of
from engine.records.rows import has_column
from engine.storage.joins import column_of

_AT_ONCE = 5_000


class Uniqueness:
    """The unique rules of one import; it remembers which row was the first with a key."""

    def __init__(self, work: Workspace, entity: Entity) -> None:
        self._work, self._entity = work, entity
        self._rules: list[tuple[tuple[str, ...], Index | None, dict[Key, int]]]
        self._rules = [(names, index, {}) for names, index in _rules(entity)]

    def check(self, rows: Sequence[Row]) -> None:
        """Complain of rows that the database would refuse, before it does; each of them.

        To be called with the rows of the file in their order, all at once or in parts.
        """
        work, entity = self._work, self._entity
        for names, index, first in self._rules:
            good = [r for r in rows if r.is_good and r.draft is not None and r.state != "same"]
            keyed = list(_keyed(work, entity, good, names, index))
            _within_file(keyed, names, first)
            _against_records(work, entity, [k for k in keyed if k[1].is_good], names, index)


def _rules(entity: Entity) -> Iterator[tuple[tuple[str, ...], Index | None]]:
    for field in entity.fields.values():
        if field.unique and field.type != "any_link":
            yield (field.name,), None
    for index in entity.indexes:
        kept = all(
            n in entity.fields and has_column(entity, n) and entity.fields[n].type != "any_link"
            for n in index.fields
        )
        if index.unique and kept:
            yield index.fields, index


def _keyed(
    work: Workspace, entity: Entity, rows: Sequence[Row], names: Sequence[str], index: Index | None
) -> Iterator[tuple[Key, Row]]:
    for row in rows:
        assert row.draft is not None
        if row.old is not None and not row.draft.changed() & set(names):
            continue
        key = key_of(row.draft.values, names)
        if key is not None and _counts(work, entity, row, index):
            yield key, row


def _counts(work: Workspace, entity: Entity, row: Row, index: Index | None) -> bool:
    """Tell whether a rule's own condition holds for the row."""
    if index is None or index.where is None or row.draft is None:
        return True
    environment = RecordEnvironment(work, entity.name, row.draft.values)
    return holds(plan_of(work.catalog, entity.name).run(index.where, environment))


def _within_file(
    keyed: Sequence[tuple[Key, Row]], names: Sequence[str], first: dict[Key, int]
) -> None:
    for key, row in keyed:
        earlier = first.setdefault(key, row.number)
        if earlier != row.number:
            row.complain("It is the same as row %(row)s.", names[-1], "repeated", row=earlier)


def _against_records(
    work: Workspace,
    entity: Entity,
    keyed: Sequence[tuple[Key, Row]],
    names: Sequence[str],
    index: Index | None,
) -> None:
    # All records count, also those the actor may not see: the database counts them too.
    taken = _taken(work, entity, list(dict.fromkeys(k for k, _ in keyed)), names, index)
    for key, row in keyed:
        others = taken.get(key, set()) - {row.old["id"] if row.old else None}
        if not others:
            continue
        if index is not None and index.message is not None:
            row.complain(index.message.in_(work.language), names[-1], "not-unique")
        else:
            labels = "、".join(entity.fields[n].label.in_(work.language) for n in names)
            text = "Another record has the same %(labels)s already."
            row.complain(text, names[-1], "not-unique", labels=labels)


def _taken(
    work: Workspace,
    entity: Entity,
    keys: Sequence[Key],
    names: Sequence[str],
    index: Index | None,
) -> dict[Key, set[Any]]:
    table = work.tables.table(entity.name)
    columns = [column_of(table, entity, name) for name in names]
    found: dict[Key, set[Any]] = {}
    for start in range(0, len(keys), _AT_ONCE):
        condition = has_key(table, entity, names, keys[start : start + _AT_ONCE])
        query = select(table.c.id, *columns).where(condition)
        if index is not None and index.where is not None:
            query = query.where(_where_sql(work, entity, index))
        for row in work.connection.execute(query):
            found.setdefault(tuple(row[1:]), set()).add(row[0])
    return found


def _where_sql(work: Workspace, entity: Entity, index: Index) -> Any:
    from engine.expressions import compile_sql
    from engine.records import joined

    source = joined(work, entity.name)
    assert index.where is not None
    matching = select(source.table.c.id).select_from(source.from_)
    matching = matching.where(compile_sql(index.where.typed, source))
    return work.tables.table(entity.name).c.id.in_(matching)
