"""Links to other records: they must be there, be visible to the actor, and fit the filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    String,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

from engine.expressions import compile_sql
from engine.extension import Invalid
from engine.fieldtypes import field_type
from engine.metadata import Field
from engine.records.attached import FILES, check_files
from engine.records.covers import shown_title, title_cover
from engine.records.engine_fields import title_field
from engine.records.filter_values import filter_values
from engine.records.incoming import Draft
from engine.records.listing import readable
from engine.records.plans import Path, plan_of
from engine.records.reach import joined, joined_at, visible
from engine.records.searching import search_condition
from engine.records.workspace import Workspace
from engine.storage.joins import Joined

NO_SUCH = "There is no such record, or you may not see it."


def check_links(draft: Draft) -> None:
    """Check every link that was changed, in one statement; what formulas read is kept."""
    changed = draft.changed()
    links: list[tuple[Field, int]] = []
    for field in draft.entity.fields.values():
        value = draft.values.get(field.name)
        if value is None or field.name not in changed:
            continue
        if field.type == "link":
            links.append((field, value))
        elif field.type == "any_link" and not _exists(draft.work, *value):
            draft.complain(NO_SUCH, field.name, "no-such-record")
        elif field.type in FILES:
            check_files(draft, field, value)
    _check_all(draft, [pair for pair in links if not _known_good(draft, *pair)])
    for drafts in draft.lines.values():
        for child in drafts:
            check_links(child)


def _known_good(draft: Draft, field: Field, value: int) -> bool:
    """Tell whether this piece of work has met the same link before; filters are asked anew."""
    if field.options.get("filter"):
        return False
    # not the key of `linked_values`: formulas read records that the actor may not see
    return ("seen link", draft.entity.name, field.name, value) in draft.work.memo


def _check_all(draft: Draft, links: list[tuple[Field, int]]) -> None:
    if not links:
        return
    work = draft.work
    anchor: FromClause = select(literal(1).label("one")).subquery()
    columns: list[ColumnElement[Any]] = []
    met: set[str] = set()
    for field, value in links:
        given = {"record": filter_values(draft, field)}
        source = _source(work, field, given, fresh=field.options["to"] in met)
        met.add(field.options["to"])
        columns += _asked(draft, field, source)
        anchor = anchor.outerjoin(source.from_, source.table.c.id == value)
    row = work.connection.execute(
        select(*(c.label(f"c{i}") for i, c in enumerate(columns))).select_from(anchor)
    ).one()
    at = 0
    for field, value in links:
        paths = _paths(draft, field)
        _judge_link(draft, field, value, row[at : at + 4 + len(paths)])
        at += 4 + len(paths)


def _source(
    work: Workspace, field: Field, given: Mapping[str, Mapping[str, Any]], *, fresh: bool
) -> Joined:
    target = field.options["to"]
    if not fresh:
        return joined(work, target, **given)
    return joined_at(work, target, work.tables.table(target).alias(), **given)


def _paths(draft: Draft, field: Field) -> tuple[Path, ...]:
    return plan_of(draft.work.catalog, draft.entity.name).linked.get(field.name, ())


def _asked(draft: Draft, field: Field, source: Joined) -> list[ColumnElement[Any]]:
    target = field.options["to"]
    return [
        source.table.c.id,
        _rule(draft.work, target, source),
        _filter(source, field),
        source.column((title_field(draft.work.catalog, target),)),
        *(source.column(path) for path in _paths(draft, field)),
    ]


def _judge_link(draft: Draft, field: Field, value: int, found: Sequence[Any]) -> None:
    there, seen, fits, title, *values = found
    if there is None or not seen:
        draft.complain(NO_SUCH, field.name, "no-such-record")
        return
    if not fits and not draft.work.trusted:
        draft.complain("%(title)s cannot be chosen here.", field.name, "filtered", title=title)
    draft.work.memo["seen link", draft.entity.name, field.name, value] = True
    key = ("linked", draft.entity.name, field.name, value)
    draft.work.memo[key] = dict(zip(_paths(draft, field), values, strict=True))


def _filter(source: Joined, field: Field) -> ColumnElement[bool]:
    formula = field.options.get("filter")
    return literal(True) if not formula else compile_sql(formula.typed, source)


def _rule(work: Workspace, target: str, source: Joined) -> ColumnElement[bool]:
    if target == "user":
        return true() if may_look_up_people(work) else false()
    rule = visible(work, target, source.table, "read")
    return true() if rule is None else rule


def may_look_up_people(work: Workspace) -> bool:
    """Tell whether the actor is staff: owners and the like must not list the accounts.

    Staff are who has the role `staff`, in a company that has it; else who has any role.
    """
    actor = work.actor
    if work.trusted or actor.is_unlimited:
        return True
    return "staff" in actor.roles if "staff" in work.catalog.roles else bool(actor.roles)


def _exists(work: Workspace, entity: str, record_id: int) -> bool:
    source = joined(work, entity)
    query = select(literal(True)).select_from(source.from_)
    query = query.where(source.table.c.id == record_id, _rule(work, entity, source))
    return bool(work.connection.scalar(query))


def look_up(
    work: Workspace,
    entity: str,
    field: Field,
    words: str,
    given: Mapping[str, Mapping[str, Any]],
    limit: int = 20,
) -> list[tuple[int, str, str]]:
    """Return (id, title, subtitle) of the records a link may lead to, nearest names first.

    `given` holds what filters read: the values of the edited `record`, what a dialog `ask`s.
    """
    target = field.options["to"]
    source = joined(work, target, **given)
    title = source.column((title_field(work.catalog, target),))
    small = subtitle_of(work, target, source)
    query = select(source.table.c.id, title.label("title"), small.label("small"))
    query = query.select_from(source.from_).where(_rule(work, target, source))
    if field.options.get("filter"):
        query = query.where(_filter(source, field))
    if words.strip():
        query = query.where(_matches(work, source, target, title, words))
    order = () if title_cover(work, target) is not None else (title,)
    query = query.order_by(*order, source.table.c.id).limit(limit)
    return [
        (r.id, str(shown_title(work, target, r.title) or f"#{r.id}"), str(r.small or ""))
        for r in work.connection.execute(query)
    ]


def _matches(
    work: Workspace, source: Joined, target: str, title: Any, words: str
) -> ColumnElement[bool]:
    if "_search" in source.table.c:
        return search_condition(work, source, words)
    if title_cover(work, target) is not None:
        return false()
    beside = () if target == "user" else work.catalog.entity(target).subtitle
    return or_(
        title.icontains(words.strip(), autoescape=True),
        *(_led_to(work, target, source, path, words) for path in beside),
    )


def _led_to(
    work: Workspace, target: str, source: Joined, path: str, words: str
) -> ColumnElement[bool]:
    """Return that the record named beside the title matches: a bill is found by its room."""
    field = work.catalog.entity(target).fields.get(path)
    if field is None or field.type != "link":
        return false()
    other = joined(work, field.options["to"])
    if "_search" not in other.table.c:
        return false()
    found = select(other.table.c.id).select_from(other.from_)
    column: ColumnElement[Any] = source.column((path,))
    return column.in_(found.where(search_condition(work, other, words)))


def subtitle_of(work: Workspace, entity: str, source: Joined) -> ColumnElement[Any]:
    """Return the small text beside a title; what the actor may not see in full is left out."""
    if entity == "user":
        return source.column(("login",))
    parts = []
    for path in work.catalog.entity(entity).subtitle:
        steps = tuple(path.split("."))
        try:
            owner, field = readable(work, entity, path)
        except Invalid:
            continue
        if field.mask or (owner == "user" and field.name == "email"):
            continue
        is_link = field.type == "link"
        if is_link and title_cover(work, field.options["to"]) is not None:
            continue
        parts.append(cast(_in_words(work, source, steps, field), String))
    return func.concat_ws(" · ", *parts) if parts else literal("")


def _in_words(
    work: Workspace, source: Joined, steps: tuple[str, ...], field: Field
) -> ColumnElement[Any]:
    """Return what people read: a linked record's title, a choice's label, else the value."""
    if field.type == "link":
        return source.title(steps)
    column = source.column(steps)
    if field.type != "choice":
        return column
    kind = field_type("choice")
    words = {key: kind.text(field, key, work.style) for key in field.options["options"]}
    return case(words, value=column, else_=column)
