"""What happens by itself: deadlines, events, waits, sub-flows that end."""

from __future__ import annotations

from engine.flows.core import walk
from engine.flows.core.commands import Command, command, must_be_system, must_run, number
from engine.flows.core.decisions import decide, wake_parent
from engine.flows.core.hands import hand_over
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.returns import go_back, settle
from engine.flows.core.state import APPROVED, OPEN, Task, Visit
from engine.flows.core.steps import add_task
from engine.flows.core.turn import Turn
from engine.metadata.flows import END, Step, Subflow, Wait


@command("due")
def due(turn: Turn, given: Command) -> None:
    """A task's time is over: do what its step says (rule 16)."""
    must_be_system(given)
    must_run(turn)
    task = turn.case.tasks.get(given.task or 0)
    if task is None or task.state != OPEN:
        raise FlowRefused("already_done")
    step = turn.step_of(task)
    if step is None or step.due is None or task.kind == "hold":
        raise FlowRefused("not_allowed")  # who names people for a step decides nothing in it
    then = step.due.then
    if then in ("approve", "reject"):
        decide(turn, task, given, "approved" if then == "approve" else "rejected")
        task.reason = "timeout"
        wake_parent(turn, task)
        settle(turn, turn.case.visits[task.visit])
    elif then == "return":
        turn.close(task, "returned", "timeout")
        go_back(turn, turn.case.visits[task.visit], step.due.target, turn.rules.resubmit)
    elif then in ("transfer", "escalate"):
        _to_others(turn, task, step)


def _to_others(turn: Turn, task: Task, step: Step) -> None:
    assert step.due is not None
    people = turn.world.people(step.due.to, step.id)
    taking_part = {t.user for t in turn.case.tasks_of(task.visit) if t.is_pending}
    people = [p for p in people if p not in taking_part and p != turn.case.initiator]
    if not people:
        raise FlowRefused("nobody")
    if step.due.then == "transfer":
        hand_over(turn, task, people[0], "timeout")
        return
    for person in people:
        add_task(turn, turn.case.visits[task.visit], person, seat_no=task.seat)


@command("event")
def event(turn: Turn, given: Command) -> None:
    """Something a flow may wait for has happened; kept if the wait is still to come."""
    if given.actor is not None and not given.is_admin:
        raise FlowRefused("not_admin")
    must_run(turn)
    name = given.target
    for visit in turn.case.active_visits():
        node = turn.node_of(visit)
        if isinstance(node, Wait) and node.event == name:
            walk.passed(turn, visit, "event")
            return
    waits = [n for n in turn.nodes.values() if isinstance(n, Wait) and n.event == name]
    been = {v.node for v in turn.case.visits.values() if not v.superseded}
    if not any(wait.id not in been for wait in waits):
        raise FlowRefused("not_waiting")
    turn.case.events.append(name)


@command("elapsed")
def elapsed(turn: Turn, given: Command) -> None:
    """A wait's time has come: it is over, or passed over if something else was awaited."""
    must_be_system(given)
    must_run(turn)
    visit = turn.case.visits.get(number(given, "visit"))
    if visit is None or not visit.is_active or visit.kind != "wait":
        raise FlowRefused("not_waiting")
    if given.mode == "timeout":
        walk.skip(turn, visit, "timeout")
    else:
        walk.passed(turn, visit, "elapsed")


@command("child")
def child(turn: Turn, given: Command) -> None:
    """A sub-flow has ended (rule 26)."""
    must_be_system(given)
    visit = turn.case.visits.get(number(given, "visit"))
    node = turn.node_of(visit) if visit is not None else None
    if visit is None or not visit.is_active or not isinstance(node, Subflow):
        raise FlowRefused("not_waiting")
    _child_ended(turn, visit, node, given.mode)


def _child_ended(turn: Turn, visit: Visit, node: Subflow, outcome: str) -> None:
    ended = visit.data.setdefault("ended", {})
    ended[outcome] = ended.get(outcome, 0) + 1
    good, total = ended.get(APPROVED, 0), visit.data["children"]
    bad = sum(ended.values()) - good
    if good and (node.join == "any" or good == total):
        walk.passed(turn, visit)
    elif bad and (node.join == "all" or bad == total):
        _child_refused(turn, visit, node)


def _child_refused(turn: Turn, visit: Visit, node: Subflow) -> None:
    if node.on_reject == "next":
        walk.passed(turn, visit, "rejected")
        return
    turn.leave(visit, "refused")
    if node.on_reject == END:
        walk.refused(turn, visit)
    else:
        go_back(turn, visit, node.on_reject, turn.rules.resubmit)
