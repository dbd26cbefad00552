"""Rows as drafts of records: taken, completed and judged as if typed into the form one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select

from engine.exchange.importing.links import found_key, reads_of
from engine.exchange.importing.many_drafts import NewRows, own_values
from engine.exchange.importing.rows import Row
from engine.exchange.importing.targets import Target
from engine.extension import Conflict, Invalid, Problem, Refused, listeners
from engine.metadata import Entity, Field
from engine.records import Draft, Workspace, is_allowed, joined
from engine.records.approval import flows_of, must_be_free, must_begin
from engine.records.environment import known_of
from engine.records.incoming import complete, judge, take
from engine.records.links import check_links
from engine.records.plans import plan_of
from engine.records.writing import announce, must_be_open, set_by_listeners

_AT_ONCE = 5_000


@dataclass(frozen=True)
class Drafter:
    """Makes drafts of the rows of one import."""

    work: Workspace
    entity: Entity
    targets: Mapping[str, Target]

    def make(self, rows: Sequence[Row]) -> None:
        """Give each good row a draft; what is wrong with it goes to the row."""
        may = {a: is_allowed(self.work, self.entity.name, a) for a in ("create", "change")}
        plain, quick = self._plain["create"], self._new_rows
        for row in rows:
            if not row.is_good:
                continue
            if row.old is None and quick is not None and may["create"]:
                values = own_values(row.given, plain)
                if values is not None:
                    quick.make(row, values, self._check_links)
                    continue
            self._make(row, may)

    @cached_property
    def _new_rows(self) -> NewRows | None:
        """Return what drafts new rows in bulk; None when each of them must be looked at."""
        entity = self.entity
        if listeners("before", entity.name, "create", self.work.catalog.plugins):
            return None
        if any(flow.status in self.targets for flow in flows_of(self.work.catalog, entity.name)):
            return None  # the state is for its flow to set
        return NewRows(self.work, entity)

    @cached_property
    def _links(self) -> list[tuple[Field, list[str]]]:
        """Return the entity's links, each with the fields its filter reads."""
        fields = self.entity.fields.values()
        return [(f, reads_of(f)) for f in fields if f.type == "link"]

    @cached_property
    def _plain(self) -> dict[str, frozenset[str]]:
        """Return, by action, the fields whose values may be set with no more to ask."""
        found = {}
        for action in ("create", "change"):
            names = {t.path for t in self.targets.values() if action in t.writes}
            found[action] = frozenset(n for n in names if not _has_picks(self.targets[n].field))
        return found

    def _make(self, row: Row, may: Mapping[str, bool]) -> None:
        action = "create" if row.old is None else "change"
        if not may[action]:
            said = {
                "create": "You may not create records here.",
                "change": "You may not change this record.",
            }
            row.complain(said[action], "", "forbidden")
            return
        try:
            row.draft = self._judged(row, action)
        except Invalid as wrong:
            row.problems += wrong.problems
        except (Refused, Conflict) as wrong:
            row.problems.append(Problem(wrong.message, wrong.params))
        else:
            row.problems += row.draft.all_problems()
        if row.draft is not None and row.old is not None and not row.draft.changed():
            row.state = "same"

    def _judged(self, row: Row, action: str) -> Draft:
        work, entity = self.work, self.entity.name
        if row.old is None:
            must_begin(work, entity, row.given)  # a state that nobody types is not just left out
        given = self._sent(row, action)
        values = dict(given)
        if listeners("before", entity, action, work.catalog.plugins):
            record_id = None if row.old is None else row.old["id"]
            announce(work, "before", entity, action, record_id, row.old, values)
        draft = Draft(work, entity, old=row.old)
        self._take(draft, given, values, action)
        if row.old is not None and draft.changed():
            must_be_open(draft)
            must_be_free(work, entity, row.old, draft.changed() | set(draft.lines))
        complete(draft)
        if row.old is None:
            must_begin(work, entity, draft.values)
        self._check_links(draft)
        judge(draft)
        return draft

    def _check_links(self, draft: Draft) -> None:
        """Check the links; rows with the same links and surroundings ask once."""
        values, memo = draft.values, self.work.memo
        for field, reads in self._links:
            value = values.get(field.name)
            if value is None or (draft.old is not None and draft.old.get(field.name) == value):
                continue
            around = tuple(values.get(name) for name in reads) if reads else ()
            key = found_key(self.entity.name, field.name, value, around)
            problems = memo.get(key)
            if problems is None:
                problems = memo[key] = _problems_of(draft, field.name)
            draft.problems += problems

    def _sent(self, row: Row, action: str) -> dict[str, Any]:
        """Return what the row says, less what only finds records and what stays as it is."""
        sent = {}
        for path, value in row.given.items():
            target = self.targets[path]
            if target.is_helper:
                continue
            if action not in target.writes and (row.old is None or row.old.get(path) == value):
                continue  # a key that nobody types, such as a number of a series
            sent[path] = value
        return sent

    def _take(
        self, draft: Draft, given: Mapping[str, Any], values: Mapping[str, Any], action: str
    ) -> None:
        """Take what the cells gave: parsed before, so only rights were left to ask.

        What a listener has set or altered is taken as it is when a form is saved.
        """
        slow = {}
        plain = self._plain[action]
        for name, value in values.items():
            if name in plain and given.get(name) is value:
                draft.values[name] = value
                draft.sent.add(name)
            else:
                slow[name] = value
        if slow:
            take(draft, slow, by_engine=set_by_listeners(given, values))


def _has_picks(field: Field) -> bool:
    """Tell whether some options of a choice are only for some roles."""
    options = field.options.get("options") or {}
    return any(one.get("pick") for one in options.values())


def _problems_of(draft: Draft, name: str) -> list[Problem]:
    """Return what is wrong with one link of a draft."""
    alone = Draft(draft.work, draft.entity.name, old=draft.old)
    # only this link counts as changed; the rest is what its filter reads
    alone.values = dict(draft.values)
    alone.old = {**draft.values, name: None}
    check_links(alone)
    return alone.problems


def warm(work: Workspace, entity: Entity, rows: Sequence[Row]) -> None:
    """Read what the entity's formulas want of linked records, all in a few statements."""
    for link, paths in plan_of(work.catalog, entity.name).linked.items():
        ids = sorted({row.given[link] for row in rows if isinstance(row.given.get(link), int)})
        field = entity.fields[link]
        source = joined(work, field.options["to"])
        columns = [source.column(path).label(f"c{i}") for i, path in enumerate(paths)]
        query = select(source.table.c.id.label("_id"), *columns).select_from(source.from_)
        for start in range(0, len(ids), _AT_ONCE):
            some = query.where(source.table.c.id.in_(ids[start : start + _AT_ONCE]))
            for row in work.connection.execute(some):
                known_of(work, field.options["to"], row[0]).update(zip(paths, row[1:], strict=True))
