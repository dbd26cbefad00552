"""Tasks change hands: transfer, delegate, claim, take over from a leaver (rule 9 of flows.md)."""

from __future__ import annotations

from engine.flows.core.commands import (
    Command,
    command,
    must_admin,
    must_allow,
    must_run,
    number,
    own_task,
)
from engine.flows.core.decisions import wake_parent
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.returns import settle
from engine.flows.core.signers import drop, must_join
from engine.flows.core.state import OPEN, PENDING, WAITING, Task
from engine.flows.core.steps import add_task, hold, seat
from engine.flows.core.turn import Turn
from engine.flows.core.votes import back_to_pool, vote_of
from engine.metadata.flows import Step


@command("transfer")
def transfer(turn: Turn, given: Command) -> None:
    """Give one's task to somebody else; one is out."""
    task = own_task(turn, given)
    if not given.is_admin and given.actor is not None:
        must_allow(turn, task, "transfer")
    if task.kind in ("resubmit", "hold") or len(given.users) != 1:
        raise FlowRefused("not_allowed" if given.users else "no_people")
    must_join(turn, task.visit, given.users)
    hand_over(turn, task, given.users[0])
    task.comment = given.comment


def hand_over(turn: Turn, task: Task, user: int, reason: str = "") -> Task:
    """Make a task another person's; waiting stays waiting, and who was added stays added."""
    visit = turn.case.visits[task.visit]
    kept = task.state, task.reason
    turn.close(task, "transferred", reason)
    made = add_task(turn, visit, user, kind=task.kind, seat_no=task.seat, parent=task.parent)
    made.position = task.position
    made.state, made.reason = kept
    if visit.data.get("claimed") == task.no:
        visit.data["claimed"] = made.no
    for below in turn.case.tasks_of(task.visit):
        if below.parent == task.no and below.is_pending:
            below.parent = made.no
    return made


@command("delegate")
def delegate(turn: Turn, given: Command) -> None:
    """Ask somebody for an opinion; the task comes back and the owner decides."""
    task = own_task(turn, given)
    must_allow(turn, task, "delegate")
    if task.kind not in ("decide", "before", "after") or len(given.users) != 1:
        raise FlowRefused("not_allowed" if given.users else "no_people")
    must_join(turn, task.visit, given.users)
    task.state, task.reason = WAITING, "delegate"
    visit = turn.case.visits[task.visit]
    add_task(turn, visit, given.users[0], kind="opinion", seat_no=task.seat, parent=task.no)


@command("recall")
def recall(turn: Turn, given: Command) -> None:
    """Take a delegated task back before the opinion has come."""
    task = own_task(turn, given, frozenset({WAITING}))
    if task.reason != "delegate":
        raise FlowRefused("not_open")
    for below in turn.case.tasks_of(task.visit):
        if below.parent == task.no and below.kind == "opinion" and below.is_pending:
            turn.close(below, "cancelled", "recalled")
    task.state, task.reason = OPEN, ""


@command("claim")
def claim(turn: Turn, given: Command) -> None:
    """Take a task out of a pool: the others need not look at it."""
    task = own_task(turn, given)
    step = turn.step_of(task)
    if step is None or step.sign.mode != "claim" or task.kind != "decide":
        raise FlowRefused("not_allowed")
    for other in turn.case.tasks_of(task.visit):
        if other.no != task.no and other.state == OPEN:
            other.state, other.reason = WAITING, "claimed"
    turn.case.visits[task.visit].data["claimed"] = task.no


@command("release")
def release(turn: Turn, given: Command) -> None:
    """Put a claimed task back into the pool."""
    task = own_task(turn, given)
    visit = turn.case.visits[task.visit]
    if visit.data.get("claimed") != task.no:
        raise FlowRefused("not_allowed")
    back_to_pool(turn.case, visit)


@command("assign")
def assign(turn: Turn, given: Command) -> None:
    """Name the people of a step for which nobody was found."""
    must_admin(given)
    must_run(turn)
    visit = turn.case.visits.get(number(given, "visit"))
    if visit is None or not visit.is_active or not visit.data.get("held"):
        raise FlowRefused("not_open")
    must_join(turn, visit.no, given.users)
    for task in turn.case.tasks_of(visit.no):
        if task.kind == "hold" and task.is_pending:
            turn.close(task, "cancelled", "assigned")
    visit.data.pop("held")
    step = turn.nodes[visit.node]
    in_order = isinstance(step, Step) and step.sign.mode == "in_order"
    people = dict.fromkeys((*visit.data.pop("found", ()), *given.users))
    seat(turn, visit, people, in_order=in_order)
    settle(turn, visit)


@command("hand_over")
def hand_over_all(turn: Turn, given: Command) -> None:
    """Give everything a leaver holds in this case to his successor (離職)."""
    must_admin(given)
    if not turn.case.is_running:
        raise FlowRefused("not_running")
    leaver = number(given, "leaver")
    if not leaver or len(given.users) != 1:
        raise FlowRefused("no_people")
    heir = given.users[0]
    if not turn.world.active([heir]):
        raise FlowRefused("inactive")
    mine = [t for t in turn.case.tasks.values() if t.user == leaver and t.state in PENDING]
    for task in mine:
        _pass_on(turn, task, heir)


def _pass_on(turn: Turn, task: Task, heir: int) -> None:
    visit = turn.case.visits[task.visit]
    here = [t.user for t in turn.case.tasks_of(visit.no) if t.is_pending and t.no != task.no]
    if task.kind == "resubmit" or (heir not in here and heir != turn.case.initiator):
        hand_over(turn, task, heir, "left")
        return
    drop(turn, task)
    if not any(vote_of(s) != "removed" for s in turn.case.seats_of(visit.no).values()):
        hold(turn, visit, "leaver")
    wake_parent(turn, task)
    settle(turn, visit)
