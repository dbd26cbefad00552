"""A plain new record is asked about and written in one statement.

Its links are checked, its owning unit is read, and whether its writer may have it there is
answered, all where the row is inserted; a link that is wrong leaves nothing behind. Records
of which Python must know something of their links first take two statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func

from engine.access.rights import roles_granting
from engine.metadata import Entity
from engine.records.draft import Draft
from engine.records.file_names import FILES
from engine.records.linking import GOOD, Link, Question, judge_answer, question_about
from engine.records.links import links_of
from engine.records.reach import has_fixed_rule, visible
from engine.records.workspace import Workspace
from engine.storage import Beside

INSIDE = "wy_inside"


@dataclass(frozen=True, slots=True)
class AtOnce:
    """What is asked in the statement that writes a new record."""

    question: Question
    links: Sequence[Link]
    unit: str  # the question's column with the owning unit; '' when it is known without

    @property
    def given(self) -> dict[str, Any]:
        """The values of the question."""
        return self.question.given(self.links)

    @property
    def key(self) -> tuple[str, ...]:
        """What tells this question from others about the same entity."""
        return tuple(field.name for field in self.question.fields)

    def judge(self, draft: Draft, row: Any) -> None:
        """Complain of the links that the answer says are wrong."""
        judge_answer(draft, self.question, self.links, row)


def at_once(draft: Draft) -> AtOnce | None:
    """Return what to ask; None when the links must be checked before."""
    if not draft.plan.only_scope or draft.lines or not _has_plain_values(draft):
        return None
    links = links_of(draft)
    if not links:
        return None
    question, is_kept = question_about(draft, links)
    return AtOnce(question, links, _unit(draft.entity, question)) if is_kept else None


def have_plain_lines(draft: Draft) -> bool:
    """Tell whether a new record's lines can be written with it.

    That is lines of one field whose rows need nothing first: no unit, no number of their own.
    """
    if len(draft.lines) != 1:
        return False
    [drafts] = draft.lines.values()
    if not drafts or any(
        one.lines or one.values.keys() != drafts[0].values.keys() for one in drafts
    ):
        return False
    child = drafts[0].entity
    return not child.scope and not any(f.type in _NO_ARRAY for f in child.fields.values())


_NO_ARRAY = ("series", "multi_choice", "json", "file", "image", "any_link")  # of a line's values


def _has_plain_values(draft: Draft) -> bool:
    """Tell whether nothing else is asked for a value: no number, no file, no link to anything."""
    asking = ("series", "any_link", *FILES)
    return not any(
        field.type in asking
        and (field.type == "series" or draft.values.get(field.name) is not None)
        for field in draft.entity.fields.values()
    )


def _unit(entity: Entity, question: Question) -> str:
    head, *rest = entity.scope.split(".") if entity.scope else [""]
    if not rest or all(field.name != head for field in question.fields):
        return ""
    return question.column_of(head, tuple(rest))


def beside(work: Workspace, entity: Entity, asking: AtOnce | None) -> tuple[Beside | None, bool]:
    """Return what the inserting statement asks, and whether it is about the actor alone."""
    ruled = _has_plain_rule(work, entity)

    def inside(new: FromClause) -> Sequence[ColumnElement[Any]]:
        rule = visible(work, entity.name, new, "create")
        return () if rule is None else (func.coalesce(rule, False).label(INSIDE),)

    also = inside if ruled else None
    if asking is None:
        return (Beside(also=also) if also else None), ruled
    taken = {"scope_unit_id": asking.unit} if asking.unit else {}
    return Beside(asked=asking.question.statement, good=GOOD, taken=taken, also=also), ruled


def _has_plain_rule(work: Workspace, entity: Entity) -> bool:
    """Tell whether there is a rule that reads nothing but the new row's own columns."""
    actor = work.actor
    if actor.is_unlimited or entity.part_of:
        return False
    if work.trusted:
        return True
    roles = roles_granting(work.catalog, actor, entity.name, "create")
    declared = (entity.rights.by_role.get(role) for role in roles)
    by_department = any(one is not None and one.rows == "department" for one in declared)
    return has_fixed_rule(work, entity.name, "create") and not by_department
