"""Many new records in a few statements: for wizards, imports and runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import false, func, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from engine.extension import Invalid, Refused
from engine.metadata import Entity
from engine.records.approval import must_begin
from engine.records.constraints import problem_of
from engine.records.draft import Draft
from engine.records.incoming import complete, judge, take
from engine.records.links import check_links
from engine.records.numbers import next_numbers, tokens_of
from engine.records.reach import is_allowed, visible
from engine.records.rows import from_row, to_columns
from engine.records.trail import wire
from engine.records.workspace import Workspace
from engine.records.writing import announce, set_by_listeners
from engine.storage import Change, record_many
from engine.storage.writes import CHANGES_NO_ROW

CHUNK = 1_000


def create_many(work: Workspace, entity: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Create records without lines; all of them or none; return their ids in order.

    Raises:
        Invalid: problems name rows as '<number from 0>.<field>'.
        Refused: the actor may not create some of them where they would be.
    """
    described = work.catalog.entity(entity)
    if not is_allowed(work, entity, "create"):
        raise Refused("You have no right to do this here.")
    drafts = drafts_of(work, entity, rows)
    problems = [p for draft in drafts for p in draft.all_problems()]
    if problems:
        raise Invalid(problems)
    ids: list[int] = []
    with work.connection.begin_nested():
        for start in range(0, len(drafts), CHUNK):
            ids += _insert_chunk(work, described, drafts[start : start + CHUNK], start)
        _must_see_all(work, described, ids)
    return ids


def drafts_of(work: Workspace, entity: str, rows: Sequence[Mapping[str, Any]]) -> list[Draft]:
    """Take and judge rows as new records; each draft holds its own problems.

    Raises:
        Refused: one of them claims to be approved already.
    """
    drafts = []
    for number, row in enumerate(rows):
        draft = Draft(work, entity, prefix=f"{number}.")
        values = dict(row)
        try:
            announce(work, "before", entity, "create", None, None, values)
        except Invalid as wrong:
            draft.problems += [replace(p, field=f"{draft.prefix}{p.field}") for p in wrong.problems]
        take(draft, values, by_engine=set_by_listeners(row, values))
        complete(draft)
        must_begin(work, entity, draft.values)
        _check_links_once(draft)
        judge(draft)
        drafts.append(draft)
    return drafts


def _check_links_once(draft: Draft) -> None:
    """A thousand rooms of one building ask for that building once."""
    memo = draft.work.memo
    key = (
        "links",
        draft.entity.name,
        tuple((n, draft.values.get(n)) for n, f in draft.entity.fields.items() if f.type == "link"),
    )
    known = memo.get(key)
    if known is None:
        before = len(draft.problems)
        check_links(draft)
        memo[key] = tuple(
            replace(p, field=p.field.split(".", 1)[1]) for p in draft.problems[before:]
        )
        return
    draft.problems += [replace(p, field=f"{draft.prefix}{p.field}") for p in known]


def _insert_chunk(
    work: Workspace, entity: Entity, drafts: Sequence[Draft], start: int
) -> list[int]:
    rows = columns_of(work, entity, drafts)
    table = work.tables.table(entity.name)
    statement = insert(table).returning(table, sort_by_parameter_order=True)
    try:
        options = {} if work.catalog.entity(entity.name).part_of else CHANGES_NO_ROW
        inserted = work.connection.execute(statement, rows, execution_options=options).all()
    except (IntegrityError, DataError) as error:
        raise Invalid([problem_of(work, entity, error)]) from error
    records = [from_row(entity, row) for row in inserted]
    _keep_history(work, entity, records)
    for record in records:
        announce(work, "after", entity.name, "create", record["id"], None, record)
    return [record["id"] for record in records]


def columns_of(work: Workspace, entity: Entity, drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """Return the table rows of new records that were judged: with unit, numbers and stamps."""
    place(work, entity, drafts)
    stamps = stamps_of(work)
    return [to_columns(entity, draft.values) | stamps for draft in drafts]


def place(work: Workspace, entity: Entity, drafts: Sequence[Draft]) -> None:
    """Give new records that were judged the unit they belong to, and their numbers."""
    if entity.scope:
        _place(entity, drafts)
    _number(work, entity, drafts)


def _place(entity: Entity, drafts: Sequence[Draft]) -> None:
    """Give drafts their unit; those with the same link that leads to it ask once."""
    path = tuple((entity.scope or "").split("."))
    units: dict[Any, Any] = {}
    for draft in drafts:
        first = draft.values.get(path[0])
        if first not in units:
            units[first] = draft.environment().value(path)
        draft.values["scope_unit"] = units[first]


def stamps_of(work: Workspace) -> dict[str, Any]:
    """Return who writes new records, and when, by column."""
    return {
        "created_by": work.actor.user_id,
        "updated_by": work.actor.user_id,
        "created_at": work.now,
        "updated_at": work.now,
    }


def _number(work: Workspace, entity: Entity, drafts: Sequence[Draft]) -> None:
    """Give the drafts the next numbers, in their order; each unit and token counts by itself."""
    for field in entity.fields.values():
        if field.type != "series":
            continue
        groups: dict[tuple[Any, ...], list[Draft]] = {}
        for draft in drafts:
            if not draft.values.get(field.name):
                tokens = tokens_of(draft, field)
                key = (draft.values.get("scope_unit"), *sorted(tokens.items()))
                groups.setdefault(key, []).append(draft)
        for (unit, *pairs), group in groups.items():
            numbers = next_numbers(work, entity.name, field, len(group), dict(pairs), unit)
            for draft, number in zip(group, numbers, strict=True):
                draft.values[field.name] = number


def _keep_history(work: Workspace, entity: Entity, records: Sequence[Mapping[str, Any]]) -> None:
    if entity.audit:
        record_many(
            work.connection,
            entity.name,
            "create",
            [Change(r["id"], before=None, after=wire(work, entity, r)) for r in records],
            actor_id=work.actor.user_id,
            request_id=work.request_id,
            ip=work.ip,
        )


def _must_see_all(work: Workspace, entity: Entity, ids: Sequence[int]) -> None:
    table = work.tables.table(entity.name)
    rule = visible(work, entity.name, table, "create")
    if rule is None or not ids:
        return
    outside = select(table.c.id).where(table.c.id.in_(ids), ~func.coalesce(rule, false())).limit(1)
    if work.connection.execute(outside).first() is not None:
        raise Refused("This would put the record outside of what you may write.")
