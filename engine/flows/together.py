"""Agree to many tasks at once: each is a transaction of its own within the caller's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine.extension import Conflict, Invalid, NotFound, Refused
from engine.flows.core.commands import Command
from engine.flows.lists import Item, Wanted, items
from engine.flows.needs import comment_of
from engine.flows.service import FlowService
from engine.records import Workspace

MOST_AT_ONCE = 50
Wrong = Refused | Invalid | Conflict | NotFound  # why one of many was refused
DECIDABLE = frozenset({"decide", "before", "after"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task."""

    task_id: int
    case_id: int
    subject: str
    wrong: Wrong | None = None


def waiting(work: Workspace, task_ids: Collection[int]) -> list[Item]:
    """Return those of some tasks that wait for the actor, newest first.

    Raises:
        Invalid: none is chosen, or too many.
    """
    chosen = frozenset(task_ids)
    if not chosen:
        raise Invalid("Choose at least one record.")
    if len(chosen) > MOST_AT_ONCE:
        raise Invalid("At most %(most)s records at once.", most=MOST_AT_ONCE)
    found = items(work, Wanted(tasks=chosen, size=MOST_AT_ONCE))
    return [one for one in found if one.kind in DECIDABLE]


def approve(work: Workspace, chosen: Collection[Item], comment: str) -> list[Outcome]:
    """Agree to tasks, oldest first; what is refused keeps nothing back."""
    given = Command(name="approve", comment=comment_of(comment))
    ordered = sorted(chosen, key=lambda one: one.task_id or 0)
    return [_approve(work, one, given) for one in ordered]


def _approve(work: Workspace, one: Item, given: Command) -> Outcome:
    task = one.task_id or 0
    try:
        FlowService(work).act_on_task(task, given, can_choose=True)
    except (Refused, Invalid, Conflict, NotFound) as wrong:
        return Outcome(task, one.case_id, one.subject, wrong)
    return Outcome(task, one.case_id, one.subject)
