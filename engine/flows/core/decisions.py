"""Approve, refuse, return, abstain, give an opinion; hand in again."""

from __future__ import annotations

from engine.flows.core.choosing import choose
from engine.flows.core.commands import Command, command, must_allow, own_task
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.returns import go_back, settle
from engine.flows.core.state import HELD, OPEN, Task
from engine.flows.core.turn import Turn
from engine.flows.core.votes import tally
from engine.metadata.flows import END, INITIATOR, PREVIOUS


def decide(turn: Turn, task: Task, given: Command, state: str) -> None:
    """Write a decision into a task; alternatives in the same seat are not needed any more."""
    task.decided_by, task.comment = given.actor, given.comment
    task.fingerprint = turn.world.fingerprint()
    turn.close(task, state)
    if task.kind == "opinion" or (task.kind != "decide" and state != "rejected"):
        return
    for other in turn.case.tasks_of(task.visit):
        if other.seat == task.seat and other.is_pending and other.parent != task.no:
            turn.close(other, "cancelled", "not_needed")


@command("approve")
def approve(turn: Turn, given: Command) -> None:
    """Agree."""
    task = own_task(turn, given)
    if task.kind in ("resubmit", "hold"):
        raise FlowRefused("not_open")
    choose(turn, given.data.get("chosen", {}), PREVIOUS)
    decide(turn, task, given, "approved")
    wake_parent(turn, task)
    settle(turn, turn.case.visits[task.visit])


def wake_parent(turn: Turn, task: Task) -> None:
    """Give the task back to who asked others first, once all of them have answered."""
    parent = turn.case.tasks.get(task.parent or 0)
    if parent is None or not parent.is_pending or task.kind == "decide":
        return
    others = [t for t in turn.case.tasks.values() if t.parent == parent.no and t.kind == task.kind]
    if any(t.is_pending for t in others):
        return
    if parent.state == HELD:
        turn.close(parent, "approved")
        wake_parent(turn, parent)
    else:
        parent.state, parent.reason = OPEN, ""


@command("reject")
def reject(turn: Turn, given: Command) -> None:
    """Refuse; what follows is the step's to say."""
    task = own_task(turn, given)
    if task.kind == "opinion":
        decide(turn, task, given, "rejected")
        wake_parent(turn, task)
        return
    must_allow(turn, task, "reject")
    _must_decide(task)
    decide(turn, task, given, "rejected")
    settle(turn, turn.case.visits[task.visit])


@command("abstain")
def abstain(turn: Turn, given: Command) -> None:
    """Leave the decision to the others of the step."""
    task = own_task(turn, given)
    must_allow(turn, task, "abstain")
    if task.kind != "decide":
        raise FlowRefused("not_allowed")
    decide(turn, task, given, "abstained")
    visit, step = turn.case.visits[task.visit], turn.step_of(task)
    if step is not None and visit.is_active:
        count = tally(turn.case, visit, step.sign)
        if not count.base or count.approved + count.undecided < count.needed:
            raise FlowRefused("too_few_left")
    settle(turn, turn.case.visits[task.visit])


@command("return")
def give_back(turn: Turn, given: Command) -> None:
    """Send the record back to the initiator or to a step passed before."""
    task = own_task(turn, given)
    must_allow(turn, task, "return")
    _must_decide(task)
    visit = turn.case.visits[task.visit]
    step = turn.step_of(task)
    target = given.target or INITIATOR
    if not visit.is_active or step is None or target == END:
        raise FlowRefused("bad_target")
    allowed = step.return_to
    if allowed != "any" and target not in allowed:
        raise FlowRefused("bad_target")
    mode = given.mode or turn.rules.resubmit
    if mode not in ("again", "back"):
        raise FlowRefused("bad_target")
    task.decided_by, task.comment = given.actor, given.comment
    turn.close(task, "returned")
    go_back(turn, visit, target, mode)


def _must_decide(task: Task) -> None:
    if task.kind in ("opinion", "hold", "resubmit"):
        raise FlowRefused("not_allowed")


@command("resubmit")
def resubmit(turn: Turn, given: Command) -> None:
    """Hand the record in again after it came back."""
    task = own_task(turn, given)
    if task.kind != "resubmit":
        raise FlowRefused("not_open")
    decide(turn, task, given, "approved")
    settle(turn, turn.case.visits[task.visit])
