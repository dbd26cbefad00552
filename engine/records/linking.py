"""What is asked about the links of a record: are they there, seen, and allowed to be chosen.

The question is one statement for all links of a record. It is made once for the same links
when nothing of it depends on the moment or on the record being written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    false,
    literal,
    select,
    true,
)

from engine.expressions import compile_sql
from engine.metadata import Field
from engine.records.draft import Draft
from engine.records.engine_fields import resolve, title_field
from engine.records.environment import known_of
from engine.records.filter_values import filter_values
from engine.records.plans import Path
from engine.records.reach import has_fixed_rule, joined, joined_at, visible
from engine.records.workspace import Workspace
from engine.storage.joins import Joined

NO_SUCH = "There is no such record, or you may not see it."
GOOD = "wy_good"
MOST_PREPARED = 2_000  # questions kept at a time
Link = tuple[Field, int]


@dataclass(frozen=True, slots=True)
class Question:
    """One statement about some links; it answers in one row."""

    fields: tuple[Field, ...]
    paths: tuple[tuple[Path, ...], ...]  # of each link: what formulas read from its record
    statement: Select[Any]  # its last column, GOOD, is true if there is nothing to complain of

    def given(self, links: Sequence[Link]) -> dict[str, Any]:
        """Return the values to ask it with."""
        return {f"wy_link_{field.name}": value for field, value in links}

    def column_of(self, link: str, path: Path) -> str:
        """Return the name of the column with what is read at a path of a link's record."""
        at = 0
        for field, paths in zip(self.fields, self.paths, strict=True):
            if field.name == link:
                return f"wy_{at + 4 + paths.index(path)}"
            at += 4 + len(paths)
        raise KeyError(f"nothing is asked about {link!r}")


def question_about(draft: Draft, links: Sequence[Link]) -> tuple[Question, bool]:
    """Return the question, and whether it is one that is kept."""
    work = draft.work
    fields = tuple(field for field, _ in links)
    actor = work.actor
    kept = work.tables.prepared if actor.is_unlimited else actor.prepared
    key = ("links", draft.entity.name, *(field.name for field in fields), work.trusted)
    known = kept.get(key)
    if known is not None:
        return known, True
    made = _made(draft, fields)
    is_fixed = all(_is_fixed(work, f, p) for f, p in zip(fields, made.paths, strict=True))
    if is_fixed:
        if len(kept) > MOST_PREPARED:
            kept.clear()
        kept[key] = made
    return made, is_fixed


def _made(draft: Draft, fields: tuple[Field, ...]) -> Question:
    work, linked = draft.work, draft.plan.linked
    anchor: FromClause = select(literal(1).label("one")).subquery()
    columns: list[ColumnElement[Any]] = []
    good: list[ColumnElement[bool]] = []
    met: set[str] = set()
    for field in fields:
        source = _source(work, field, filter_values(draft, field), fresh=field.options["to"] in met)
        met.add(field.options["to"])
        asked = _asked(work, field, source, linked.get(field.name, ()))
        columns += asked
        good += [asked[0].is_not(None), asked[1], *([] if work.trusted else [asked[2]])]
        number = bindparam(f"wy_link_{field.name}", type_=BigInteger())
        anchor = anchor.outerjoin(source.from_, source.table.c.id == number)
    labelled = [c.label(f"wy_{i}") for i, c in enumerate(columns)]
    statement = select(*labelled, and_(*good).label(GOOD)).select_from(anchor)
    return Question(fields, tuple(linked.get(f.name, ()) for f in fields), statement)


def _source(work: Workspace, field: Field, record: dict[str, Any], *, fresh: bool) -> Joined:
    target = field.options["to"]
    if not fresh:
        return joined(work, target, record=record)
    return joined_at(work, target, work.tables.table(target).alias(), record=record)


def _asked(
    work: Workspace, field: Field, source: Joined, paths: tuple[Path, ...]
) -> list[ColumnElement[Any]]:
    target = field.options["to"]
    return [
        source.table.c.id,
        rule_for(work, target, source),
        filter_of(source, field),
        source.column((title_field(work.catalog, target),)),
        *(source.column(path) for path in paths),
    ]


def judge_answer(draft: Draft, question: Question, links: Sequence[Link], row: Any) -> None:
    """Complain of the links that are wrong; keep what was read of the others."""
    at = 0
    for (field, value), paths in zip(links, question.paths, strict=True):
        end = at + 4 + len(paths)
        _judge_link(draft, field, value, paths, row[at:end])
        at = end


def _judge_link(
    draft: Draft, field: Field, value: int, paths: tuple[Path, ...], found: Sequence[Any]
) -> None:
    there, seen, fits, title, *values = found
    if there is None or not seen:
        draft.complain(NO_SUCH, field.name, "no-such-record")
        return
    if not fits and not draft.work.trusted:
        draft.complain("%(title)s cannot be chosen here.", field.name, "filtered", title=title)
    target = field.options["to"]
    note_seen(draft.work, target, value)
    known = known_of(draft.work, target, value)
    known.update(zip(paths, values, strict=True))
    known[title_field(draft.work.catalog, target),] = title


def note_seen(work: Workspace, target: str, record_id: int) -> None:
    """Remember that a record is there, and within the rule for links to its entity."""
    # Not with what formulas read: they may read records that the actor may not see.
    work.memo["seen", target, record_id, work.trusted] = True


def forget_seen(work: Workspace, target: str, record_id: int) -> None:
    """Ask anew whether a record is there: it was deleted."""
    for trusted in (False, True):
        work.memo.pop(("seen", target, record_id, trusted), None)


def was_seen(work: Workspace, target: str, record_id: int) -> bool:
    """Tell whether this piece of work has met the record before."""
    return ("seen", target, record_id, work.trusted) in work.memo


def rule_for(work: Workspace, target: str, source: Joined) -> ColumnElement[bool]:
    """Return the row rule for what a link may lead to."""
    if target == "user":
        return true() if may_look_up_people(work) else false()
    rule = visible(work, target, source.table, "read")
    return true() if rule is None else rule


def filter_of(source: Joined, field: Field) -> ColumnElement[bool]:
    """Return a link's filter; true when it has none."""
    formula = field.options.get("filter")
    return literal(True) if not formula else compile_sql(formula.typed, source)


def may_look_up_people(work: Workspace) -> bool:
    """Tell whether the actor is staff: owners and the like must not list the accounts.

    Staff are who has the role `staff`, in a company that has it; else who has any role.
    """
    actor = work.actor
    if work.trusted or actor.is_unlimited:
        return True
    return "staff" in actor.roles if "staff" in work.catalog.roles else bool(actor.roles)


def _is_fixed(work: Workspace, field: Field, paths: tuple[Path, ...]) -> bool:
    """Tell whether what is asked about a link is the same at every moment, for every record."""
    target = field.options["to"]
    if field.options.get("filter"):
        return False
    if target == "user":
        return True
    wanted = ((title_field(work.catalog, target),), *paths)
    return has_fixed_rule(work, target, "read") and not any(
        _is_formula(work, target, path) for path in wanted
    )


def _is_formula(work: Workspace, entity: str, path: Path) -> bool:
    _, field = resolve(work.catalog, entity, ".".join(path))
    return field.compute is not None and not field.stored
