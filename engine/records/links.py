"""Links to other records: checked when they are written, looked up when they are chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
)

from engine.extension import Invalid
from engine.fieldtypes import field_type
from engine.metadata import Field
from engine.records.attached import check_files
from engine.records.covers import shown_title, title_cover
from engine.records.draft import Draft
from engine.records.engine_fields import title_field
from engine.records.file_names import FILES
from engine.records.linking import (
    NO_SUCH,
    Link,
    filter_of,
    judge_answer,
    question_about,
    rule_for,
    was_seen,
)
from engine.records.listing import readable
from engine.records.reach import joined
from engine.records.searching import search_condition
from engine.records.workspace import Workspace
from engine.storage.joins import Joined


def check_links(draft: Draft) -> None:
    """Check every link that was changed, in one statement; what formulas read is kept."""
    changed = draft.changed()
    for field in draft.entity.fields.values():
        value = draft.values.get(field.name)
        if value is None or field.name not in changed:
            continue
        if field.type == "any_link" and not _exists(draft.work, *value):
            draft.complain(NO_SUCH, field.name, "no-such-record")
        elif field.type in FILES:
            check_files(draft, field, value)
    if links := links_of(draft):
        question, _ = question_about(draft, links)
        row = draft.work.connection.execute(question.statement, question.given(links)).one()
        judge_answer(draft, question, links, row)
    for drafts in draft.lines.values():
        for child in drafts:
            check_links(child)


def links_of(draft: Draft) -> list[Link]:
    """Return the links that are to be asked about: those that changed and are not known."""
    changed = draft.changed()
    pairs = (
        (field, draft.values.get(field.name))
        for field in draft.entity.fields.values()
        if field.type == "link" and field.name in changed
    )
    return [(f, v) for f, v in pairs if v is not None and not _is_known_good(draft, f, v)]


def _is_known_good(draft: Draft, field: Field, value: int) -> bool:
    """Tell whether this piece of work has met the record before; filters are asked anew."""
    return not field.options.get("filter") and was_seen(draft.work, field.options["to"], value)


def _exists(work: Workspace, entity: str, record_id: int) -> bool:
    source = joined(work, entity)
    query = select(literal(True)).select_from(source.from_)
    query = query.where(source.table.c.id == record_id, rule_for(work, entity, source))
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
    query = query.select_from(source.from_).where(rule_for(work, target, source))
    if field.options.get("filter"):
        query = query.where(filter_of(source, field))
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
