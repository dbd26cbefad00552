"""Add signers and remove them: 加簽, 減簽 (rules 7 and 8 of flows.md)."""

from __future__ import annotations

from engine.flows.core.commands import Command, command, must_allow, must_run, numbers, own_task
from engine.flows.core.decisions import wake_parent
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.returns import settle
from engine.flows.core.state import HELD, WAITING, Task
from engine.flows.core.steps import add_task
from engine.flows.core.turn import Turn
from engine.flows.core.votes import vote_of

MOST_DEEP = 3


def must_join(turn: Turn, visit: int, users: tuple[int, ...]) -> None:
    """Refuse people who cannot be asked in a step.

    Raises:
        FlowRefused: no_people, duplicate, inactive, self_approval.
    """
    if not users:
        raise FlowRefused("no_people")
    taking_part = {t.user for t in turn.case.tasks_of(visit) if _takes_part(t)}
    if len(set(users)) != len(users) or taking_part & set(users):
        raise FlowRefused("duplicate")
    if len(turn.world.active(users)) != len(users):
        raise FlowRefused("inactive")
    node = turn.nodes.get(turn.case.visits[visit].node)
    allowed = getattr(getattr(node, "self_rule", None), "do", "") == "allow"
    if turn.case.initiator in users and not allowed:
        raise FlowRefused("self_approval")


def _takes_part(task: Task) -> bool:
    return task.kind != "hold" and task.state not in ("transferred", "cancelled")


def _depth(turn: Turn, task: Task) -> int:
    depth = 0
    while task.parent is not None:
        task, depth = turn.case.tasks[task.parent], depth + 1
    return depth


@command("add_sign")
def add_sign(turn: Turn, given: Command) -> None:
    """Ask more people: before oneself, after oneself, or beside oneself."""
    if given.task is not None:
        mine = turn.case.tasks.get(given.task)
        if mine is not None and mine.decided_by == given.actor and not mine.is_pending:
            raise FlowRefused("not_your_open_task")
    task = own_task(turn, given)
    must_allow(turn, task, "add_sign")
    if task.kind not in ("decide", "before", "after") or given.mode not in _MODES:
        raise FlowRefused("not_allowed")
    if not turn.case.visits[task.visit].is_active:
        raise FlowRefused("not_allowed")
    must_join(turn, task.visit, given.users)
    if _depth(turn, task) >= MOST_DEEP:
        raise FlowRefused("too_deep")
    if given.mode != "with" and _has_added(turn, task):
        raise FlowRefused("already_adding")
    _MODES[given.mode](turn, task, given)
    settle(turn, turn.case.visits[task.visit])


def _has_added(turn: Turn, task: Task) -> bool:
    added = [t for t in turn.case.tasks.values() if t.parent == task.no]
    return any(t.kind in ("before", "after") and t.state != "cancelled" for t in added)


def _before(turn: Turn, task: Task, given: Command) -> None:
    task.state, task.reason = WAITING, "before"
    _add(turn, task, given, "before")


def _after(turn: Turn, task: Task, given: Command) -> None:
    task.decided_by, task.comment = given.actor, given.comment
    task.fingerprint = turn.world.fingerprint()
    task.state, task.reason = HELD, "after"
    _add(turn, task, given, "after")


def _with(turn: Turn, task: Task, given: Command) -> None:
    visit = turn.case.visits[task.visit]
    for user in given.users:
        made = add_task(turn, visit, user, parent=task.no)
        made.position = turn.case.tasks[task.seat].position
        step = turn.step_of(task)
        if step is not None and step.sign.mode == "in_order":
            made.state, made.reason = WAITING, "in_order"


def _add(turn: Turn, task: Task, given: Command, kind: str) -> None:
    visit = turn.case.visits[task.visit]
    for user in given.users:
        add_task(turn, visit, user, kind=kind, seat_no=task.seat, parent=task.no)


_MODES = {"before": _before, "after": _after, "with": _with}


@command("remove_sign")
def remove_sign(turn: Turn, given: Command) -> None:
    """Do without people one has added; an administrator without anybody undecided."""
    must_run(turn)
    gone = [turn.case.tasks.get(n) for n in numbers(given, "tasks")]
    if not gone:
        raise FlowRefused("no_people")
    for task in gone:
        if task is None or not task.is_pending or task.kind in ("hold", "resubmit"):
            raise FlowRefused("not_added")
        if not given.is_admin:
            _must_have_added(turn, task, given)
        _must_not_be_last(turn, task)
        drop(turn, task)
        wake_parent(turn, task)
        settle(turn, turn.case.visits[task.visit])


def drop(turn: Turn, task: Task) -> None:
    """Call a task off, with those whom its owner had asked on its behalf."""
    turn.close(task, "cancelled", "removed")
    for below in turn.case.tasks_of(task.visit):
        if below.parent == task.no and below.is_pending and below.seat == task.seat:
            drop(turn, below)


def _must_have_added(turn: Turn, task: Task, given: Command) -> None:
    adder = turn.case.tasks.get(task.parent or 0)
    if adder is None or given.actor not in (adder.user, adder.proxy) or task.kind == "opinion":
        raise FlowRefused("not_added")
    must_allow(turn, task, "remove_sign")


def _must_not_be_last(turn: Turn, task: Task) -> None:
    if task.kind != "decide":
        return
    seats = turn.case.seats_of(task.visit)
    others = [s for n, s in seats.items() if n != task.seat and vote_of(s) != "removed"]
    alternatives = [t for t in seats[task.seat] if t.is_pending and t.no != task.no]
    if not others and not alternatives:
        raise FlowRefused("last_seat")
