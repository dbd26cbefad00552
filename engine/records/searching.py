"""The words of a search box as a condition on the rows of one entity."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, and_, any_, cast, false, func, or_, select, true

from engine.access import masked_fields, readable_fields
from engine.metadata import Field
from engine.records.reach import is_allowed, joined, visible
from engine.records.workspace import Workspace
from engine.storage import normalized
from engine.storage.joins import Joined


def search_condition(work: Workspace, source: Joined, words: str) -> ColumnElement[bool]:
    """Return the condition that every word stands somewhere in the search fields.

    A field the actor sees only masked must be named whole, and a hidden one is not searched:
    else it could be guessed sign by sign.
    """
    if "_search" not in source.table.c:
        return false()
    parts = [p for word in words.replace("\0", " ").split() if (p := normalized(word))]
    found: list[ColumnElement[bool]] = [
        source.table.c._search.contains(p, autoescape=True) for p in parts
    ]
    whole, open_ = _search_fields(work, source)
    if whole is None:
        return and_(true(), *found)
    for part in parts:
        ways = [func.wy_search(cast(c, String)).contains(part, autoescape=True) for c in open_]
        ways += [func.wy_search(cast(c, String)) == part for c in whole]
        found.append(or_(false(), *ways))
    return and_(true(), *found)


def list_condition(work: Workspace, source: Joined, words: str) -> ColumnElement[bool]:
    """Return the condition of a list's box: each word in the record, or in one it is linked to.

    Only links the actor may read lead on, and only to records he may see.
    """
    entity = work.catalog.entity(source.entity)
    shown = readable_fields(work.catalog, work.actor, entity.name)
    links = [n for n in entity.search_links if work.trusted or n in shown]
    links = [n for n in links if is_allowed(work, entity.fields[n].options["to"], "read")]
    if not links:
        return search_condition(work, source, words)
    found = []
    for word in words.replace("\0", " ").split():
        ways = [_by_link(work, source, entity.fields[name], word) for name in links]
        found.append(or_(search_condition(work, source, word), *ways))
    return and_(true(), *found)


def _by_link(work: Workspace, source: Joined, link: Field, word: str) -> ColumnElement[bool]:
    to = joined(work, link.options["to"])
    query = select(to.table.c.id).select_from(to.from_).where(search_condition(work, to, word))
    rule = visible(work, to.entity, to.table, "read", to)
    if rule is not None:
        query = query.where(rule)
    # An array is worked out once, and an index of the link then finds its rows.
    ids = func.array(query.correlate(None).scalar_subquery())
    return source.column((link.name,)) == any_(ids)


def _search_fields(
    work: Workspace, source: Joined
) -> tuple[list[ColumnElement[Any]] | None, list[ColumnElement[Any]]]:
    """Return the fields to be named whole (None: all are open) and the open ones."""
    entity = work.catalog.entity(source.entity)
    shown = readable_fields(work.catalog, work.actor, entity.name)
    masked = masked_fields(work.catalog, work.actor, entity.name)
    names = [n.split(".")[0] for n in entity.search]
    keys = {n for n in names if entity.fields[n].hidden}
    if work.trusted or not (masked & set(names) or set(names) - shown - keys):
        return None, []
    whole = [source.column((n,)) for n in names if n in masked]
    return whole, [source.column((n,)) for n in names if n in shown - masked]
