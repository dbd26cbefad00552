"""Links to other records: they must be there, be visible to the actor, and fit the filter."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, literal, select, true

from engine.expressions import compile_sql
from engine.metadata import Field
from engine.records.attached import FILES, check_files
from engine.records.engine_fields import title_field
from engine.records.incoming import Draft
from engine.records.listing import search_condition
from engine.records.plans import plan_of
from engine.records.reach import joined, visible
from engine.records.workspace import Workspace
from engine.storage.joins import Joined

NO_SUCH = "There is no such record, or you may not see it."


def check_links(draft: Draft) -> None:
    """Check every link that was changed; what formulas read of them is kept on the way."""
    changed = draft.changed()
    for field in draft.entity.fields.values():
        value = draft.values.get(field.name)
        if value is None or field.name not in changed:
            continue
        if field.type == "link":
            _check_link(draft, field, value)
        elif field.type == "any_link" and not _exists(draft.work, *value):
            draft.complain(NO_SUCH, field.name, "no-such-record")
        elif field.type in FILES:
            check_files(draft, field, value)
    for drafts in draft.lines.values():
        for child in drafts:
            check_links(child)


def _check_link(draft: Draft, field: Field, value: int) -> None:
    work, target = draft.work, field.options["to"]
    source = joined(work, target, record=draft.values)
    paths = plan_of(work.catalog, draft.entity.name).linked.get(field.name, ())
    read = [source.column(path).label(f"c{i}") for i, path in enumerate(paths)]
    fits = _filter(source, field)
    rule = _rule(work, target, source)
    name = source.column((title_field(work.catalog, target),))
    row = work.connection.execute(
        select(rule.label("rule"), fits.label("fits"), name.label("title"), *read)
        .select_from(source.from_)
        .where(source.table.c.id == value)
    ).one_or_none()
    if row is None or not row.rule:
        draft.complain(NO_SUCH, field.name, "no-such-record")
        return
    if not row.fits and not work.trusted:
        draft.complain("%(title)s cannot be chosen here.", field.name, "filtered", title=row.title)
    values = dict(zip(paths, row[3:], strict=True))
    work.memo[("linked", draft.entity.name, field.name, value)] = values


def _filter(source: Joined, field: Field) -> ColumnElement[bool]:
    formula = field.options.get("filter")
    return literal(True) if not formula else compile_sql(formula.typed, source)


def _rule(work: Workspace, target: str, source: Joined) -> ColumnElement[bool]:
    if target == "user":
        return true()
    rule = visible(work, target, source.table, "read")
    return true() if rule is None else rule


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
    record: dict[str, Any] | None = None,
    limit: int = 20,
) -> list[tuple[int, str, str]]:
    """Return (id, title, subtitle) of the records a link may lead to, nearest names first.

    `record` holds the values of the record being edited, for filters that read them.
    """
    target = field.options["to"]
    source = joined(work, target, record=record or {})
    title = source.column((title_field(work.catalog, target),))
    small = _subtitle(work, target, source)
    query = select(source.table.c.id, title.label("title"), small.label("small"))
    query = query.select_from(source.from_).where(_rule(work, target, source))
    if field.options.get("filter"):
        query = query.where(_filter(source, field))
    if words.strip():
        query = query.where(_matches(source, target, title, words))
    query = query.order_by(title, source.table.c.id).limit(limit)
    return [(r.id, str(r.title or ""), str(r.small or "")) for r in work.connection.execute(query)]


def _matches(source: Joined, target: str, title: Any, words: str) -> ColumnElement[bool]:
    if "_search" in source.table.c:
        return search_condition(source, words)
    found: ColumnElement[bool] = title.icontains(words.strip(), autoescape=True)
    return found


def _subtitle(work: Workspace, target: str, source: Joined) -> ColumnElement[Any]:
    from sqlalchemy import String, cast, func

    if target == "user":
        return source.column(("login",))
    parts = []
    for path in work.catalog.entity(target).subtitle:
        steps = tuple(path.split("."))
        owner = source.catalog_entity_at(steps[:-1])
        field = work.catalog.entity(owner).fields[steps[-1]]
        if field.mask:
            continue
        value = source.title(steps) if field.type == "link" else source.column(steps)
        parts.append(cast(value, String))
    return func.concat_ws(" · ", *parts) if parts else literal("")
