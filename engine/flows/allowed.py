"""What a person may do with a case now."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.flows.core import perform
from engine.flows.core.administration import has_decisions, may_copy
from engine.flows.core.commands import Command
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.returns import targets
from engine.flows.core.state import OPEN, Task
from engine.flows.core.turn import Turn
from engine.flows.live import Live
from engine.metadata.flows import Step
from engine.records import Workspace

if TYPE_CHECKING:
    from engine.flows.panel import Panel


def commands(work: Workspace, found: Panel, live: Live) -> dict[str, Any]:
    """Return what the actor may do now: command -> its task, targets or True."""
    case, rules = found.case, found.flow.rules
    turn = Turn(case, found.action, rules, live)
    can: dict[str, Any] = {}
    if not case.suspended:
        for task in found.mine:
            can |= _with_task(found, turn, task)
        can |= _with_case(work, found, turn, live)
    if found.is_admin:
        admin = ["terminate", "resume" if case.suspended else "suspend"]
        admin += [] if case.suspended else ["jump", "force", "assign", "hand_over"]
        can |= dict.fromkeys(admin, True)
    return can


def _with_task(found: Panel, turn: Turn, task: Task) -> dict[str, Any]:
    if task.state != OPEN:
        return {"recall": task.no} if task.reason == "delegate" else {}
    if task.kind in _SIMPLE:
        return _SIMPLE[task.kind](task)
    step = turn.step_of(task)
    if step is None:
        return {}
    can: dict[str, Any] = {"approve": task.no}
    plain = ("reject", "transfer", "delegate", "add_sign")
    can |= {name: task.no for name in plain if name in step.can}
    if "abstain" in step.can and task.kind == "decide":
        can["abstain"] = task.no
    if "return" in step.can and turn.case.visits[task.visit].is_active:
        can["return"] = return_targets(turn, task, step)
    return can | _with_others(turn, task, step)


_SIMPLE: dict[str, Callable[[Task], dict[str, Any]]] = {
    "resubmit": lambda task: {"resubmit": task.no},
    "hold": lambda task: {"assign": task.visit},
    "opinion": lambda task: {"approve": task.no, "reject": task.no},
}


def _with_others(turn: Turn, task: Task, step: Step) -> dict[str, Any]:
    """Return what concerns the others of the step."""
    can: dict[str, Any] = {}
    added = [t for t in turn.case.pending_tasks() if t.parent == task.no and t.kind != "opinion"]
    if "remove_sign" in step.can and added:
        can["remove_sign"] = [t.no for t in added]
    if step.sign.mode == "claim":
        claimed = turn.case.visits[task.visit].data.get("claimed") == task.no
        can["release" if claimed else "claim"] = task.no
    return can


def return_targets(turn: Turn, task: Task, step: Step) -> list[str]:
    """Return where a task's owner may send the record back to."""
    found = targets(turn, turn.case.visits[task.visit])
    if step.return_to == "any":
        return found
    allowed = set(step.return_to)
    if "previous" in allowed and len(found) > 1:
        allowed.add(found[-1])
    return [one for one in found if one in allowed]


def _with_case(work: Workspace, found: Panel, turn: Turn, live: Live) -> dict[str, Any]:
    me, case, rules = work.actor.user_id, found.case, found.flow.rules
    can: dict[str, Any] = {}
    if me == case.initiator and rules.withdraw != "never":
        late = rules.withdraw == "before_first_decision" and has_decisions(turn)
        if not late:
            can["withdraw"] = True
    if (me == case.initiator or found.is_admin) and case.open_tasks():
        can["urge"] = True
    given = Command(name="copy", actor=me, is_admin=found.is_admin)
    if me == case.initiator or found.is_admin or may_copy(turn, given):
        can["copy"] = True
    can["comment"] = True
    for task in reversed(list(case.tasks.values())):
        if task.decided_by == me and _could_take_back(found, live, task):
            can["take_back"] = task.no
            break
    return can


def _could_take_back(found: Panel, live: Live, task: Task) -> bool:
    trial = copy.deepcopy(found.case)
    given = Command(name="take_back", actor=task.decided_by, task=task.no)
    try:
        perform.perform(trial, found.action, found.flow.rules, live, given)
    except FlowRefused:
        return False
    return True
