"""The records a link may lead to, by every spelling that names them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, select, true

from engine.access import readable_fields
from engine.exchange.importing.spelling import core, folded, simplified
from engine.expressions import compile_sql
from engine.metadata import Entity, Field
from engine.records import Workspace, joined, title_field, visible
from engine.records.covers import shown_title
from engine.storage import normalized
from engine.storage.joins import Joined

MOST_LOADED = 20_000  # records; of a larger entity only those that match are read
_MOST_COMPARED = 3_000  # names among which near ones are looked for
_ALIKE = 0.5
_NAMES = ("text", "phone", "email", "id_number", "series", "url")


@dataclass(slots=True)
class Candidates:
    """Records that may be chosen, and how they are called."""

    titles: dict[int, str] = field(default_factory=dict)
    links: dict[int, dict[str, Any]] = field(default_factory=dict)  # id -> its links, to tell apart
    by_title: dict[str, list[int]] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    by_core: dict[tuple[str, ...], list[int]] = field(default_factory=dict)

    def add(self, row: Any, names: Iterable[str], links: Mapping[str, Any], shown: str) -> None:
        """Take in one record; `shown` is its title as the reader may see it."""
        title = str(row.title or "")
        self.titles[row.id] = shown
        self.links[row.id] = dict(links)
        self.by_title.setdefault(folded(title), []).append(row.id)
        numbers = core(title)
        if numbers:
            self.by_core.setdefault(numbers, []).append(row.id)
        for name in names:
            ids = self.by_name.setdefault(folded(name), [])
            if row.id not in ids:
                ids.append(row.id)

    def called(self, word: str) -> list[int]:
        """Return the records of that name: by title, by another name, by its numbers."""
        if word.startswith("#") and word[1:].isdigit() and int(word[1:]) in self.titles:
            return [int(word[1:])]
        key = folded(word)
        return self.by_title.get(key) or self.by_name.get(key) or self.by_core.get(core(word), [])

    def near(self, word: str) -> list[str]:
        """Return titles that are much alike."""
        if len(self.titles) > _MOST_COMPARED:
            return []
        wanted = SequenceMatcher(None, "", folded(word))
        scored = []
        for title in sorted(set(self.titles.values())):
            wanted.set_seq1(folded(title))
            if wanted.quick_ratio() >= _ALIKE:
                scored.append((-wanted.ratio(), title))
        return [title for score, title in sorted(scored)[:3] if -score >= _ALIKE]


def load_candidates(
    work: Workspace,
    target: str,
    link: Field,
    record: Mapping[str, Any],
    words: Collection[str],
    *,
    filtered: bool,
) -> Candidates:
    """Read the records that the actor may see and the link's filter lets through.

    `record` holds what the filter reads of the record being written. Of a large entity only
    those called like one of the words are read.
    """
    source = joined(work, target, record=record)
    names = _names(work, target)
    spelled = [cast(source.column((name,)), String) for name in names]
    links = _links(work, target)
    telling = [source.column((name,)).label(f"l{i}") for i, name in enumerate(links)]
    title = cast(source.column((title_field(work.catalog, target),)), String)
    query = select(source.table.c.id, title.label("title"), *spelled, *telling)
    formula = link.options.get("filter") if filtered else None
    rules = [_rule(work, target, source)]
    if formula is not None:
        rules.append(compile_sql(formula.typed, source))
    query = query.select_from(source.from_).where(*rules)
    rows = work.connection.execute(query.limit(MOST_LOADED + 1)).all()
    if len(rows) > MOST_LOADED:
        rows = work.connection.execute(query.where(_called(source, [title, *spelled], words))).all()
    found = Candidates()
    for row in rows:
        own = [str(v) for v in row[2 : 2 + len(names)] if v not in (None, "")]
        shown = str(shown_title(work, target, row.title) or f"#{row.id}")
        found.add(row, own, dict(zip(links, row[2 + len(names) :], strict=True)), shown)
    return found


def _rule(work: Workspace, target: str, source: Joined) -> ColumnElement[bool]:
    if target == "user":
        return true()
    rule = visible(work, target, source.table, "read", source)
    return true() if rule is None else rule


def _names(work: Workspace, target: str) -> list[str]:
    """Return the fields that name a record beside its title: unique ones, searched ones."""
    if target == "user":
        return ["login", "email"]
    entity = work.catalog.entity(target)
    readable = readable_fields(work.catalog, work.actor, target)
    wanted = [f.name for f in entity.fields.values() if f.unique]
    wanted += [n for index in entity.indexes if index.unique for n in index.fields]
    wanted += entity.search
    return [
        name
        for name in dict.fromkeys(wanted)
        if name in readable and name != entity.title and _is_name(entity, name)
    ]


def _is_name(entity: Entity, name: str) -> bool:
    found = entity.fields[name]
    return found.type in _NAMES and (found.compute is None or found.stored)


def _links(work: Workspace, target: str) -> list[str]:
    if target == "user":
        return []
    return [f.name for f in work.catalog.entity(target).fields.values() if f.type == "link"]


def _called(
    source: Joined, columns: list[ColumnElement[Any]], words: Collection[str]
) -> ColumnElement[bool]:
    spelled = {normalized(word) for word in words} | {normalized(simplified(w)) for w in words}
    ids = [int(word[1:]) for word in words if word.startswith("#") and word[1:].isdigit()]
    found = [func.wy_search(column).in_(sorted(spelled)) for column in columns]
    return or_(source.table.c.id.in_(ids), *found)
