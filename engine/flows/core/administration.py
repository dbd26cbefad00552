"""The whole case: withdraw, terminate, suspend, jump, force a step, remind."""

from __future__ import annotations

from engine.flows.core import walk
from engine.flows.core.commands import (
    Command,
    command,
    must_admin,
    must_be_system,
    must_run,
    number,
)
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.returns import come_back
from engine.flows.core.state import TERMINATED, WITHDRAWN, Visit
from engine.flows.core.turn import Turn
from engine.metadata.flows import INITIATOR, Node, Step

DECIDED = frozenset({"approved", "rejected", "returned", "abstained"})


def has_decisions(turn: Turn) -> bool:
    """Tell whether anybody but the initiator has decided."""
    tasks = turn.case.tasks.values()
    return any(t.state in DECIDED and t.kind not in ("resubmit", "opinion") for t in tasks)


@command("withdraw")
def withdraw(turn: Turn, given: Command) -> None:
    """Take one's own request back; handing it in again is another case (rule 4)."""
    if given.actor != turn.case.initiator:
        raise FlowRefused("not_initiator")
    if not turn.case.is_running:
        raise FlowRefused("not_running")
    if turn.rules.withdraw == "never":
        raise FlowRefused("not_allowed")
    if turn.rules.withdraw == "before_first_decision" and has_decisions(turn):
        raise FlowRefused("already_decided")
    walk.finish(turn, WITHDRAWN, "withdrawn")


@command("terminate")
def terminate(turn: Turn, given: Command) -> None:
    """End the case for good, whatever its state."""
    must_admin(given)
    if not turn.case.is_running:
        raise FlowRefused("not_running")
    turn.case.suspended = False
    walk.finish(turn, TERMINATED, "terminated")


@command("suspend")
def suspend(turn: Turn, given: Command) -> None:
    """Let nobody act until it is resumed."""
    must_admin(given)
    must_run(turn)
    turn.case.suspended = True


@command("resume")
def resume(turn: Turn, given: Command) -> None:
    """Let a suspended case go on."""
    must_admin(given)
    if not turn.case.is_running:
        raise FlowRefused("not_running")
    if not turn.case.suspended:
        raise FlowRefused("not_suspended")
    turn.case.suspended = False


@command("force")
def force(turn: Turn, given: Command) -> None:
    """Decide a step in its people's stead."""
    must_admin(given)
    must_run(turn)
    visit = _active_step(turn, given)
    turn.cancel_tasks(visit, "forced")
    visit.data.pop("held", None)
    if given.mode == "rejected":
        turn.leave(visit, "refused", "forced")
        walk.refused(turn, visit)
        return
    node = turn.node_of(visit)
    if isinstance(node, Step):
        walk.close_step(turn, visit, node)
    if not come_back(turn, visit):
        walk.passed(turn, visit, "forced")


def _active_step(turn: Turn, given: Command) -> Visit:
    visit = turn.case.visits.get(number(given, "visit"))
    if visit is None or not visit.is_active or visit.kind not in ("step", "wait"):
        raise FlowRefused("not_open")
    return visit


@command("jump")
def jump(turn: Turn, given: Command) -> None:
    """Go to any step that is not inside a block one is outside of (自由跳轉, rule 25)."""
    must_admin(given)
    must_run(turn)
    place = _place_of(turn, given.target)
    nodes = turn.sequence(*place)
    goal = next(i for i, node in enumerate(nodes) if node.id == given.target)
    reached = _reached(turn, place, nodes)
    for visit in turn.case.at(*place):
        for one in [visit, *turn.case.below(visit.no)]:
            walk.cancel(turn, one, "jumped")
            if not visit.superseded and _index(nodes, visit.node) >= goal:
                one.superseded = one.state in ("passed", "skipped")
    turn.queue.clear()
    for node in nodes[reached + 1 : goal]:
        turn.leave(turn.visit(node.id, walk.KINDS[type(node)], *place), "skipped", "jumped")
    walk.start(turn, nodes[goal], *place)


def _place_of(turn: Turn, target: str) -> tuple[int | None, int | None]:
    node = turn.nodes.get(target)
    if not isinstance(node, Step) or target == INITIATOR:
        raise FlowRefused("bad_target")
    if any(one.id == target for one in turn.action.steps or ()):
        return None, None
    for visit in turn.case.active_visits():
        place = turn.case.place(visit)
        if any(one.id == target for one in turn.sequence(*place)):
            return place
    raise FlowRefused("bad_target")


def _reached(turn: Turn, place: tuple[int | None, int | None], nodes: tuple[Node, ...]) -> int:
    """Return the index of the node the sequence is at."""
    live = [v for v in turn.case.at(*place) if not v.superseded]
    return max((_index(nodes, v.node) for v in live), default=-1)


def _index(nodes: tuple[Node, ...], name: str) -> int:
    return next((i for i, node in enumerate(nodes) if node.id == name), -1)


@command("urge")
def urge(turn: Turn, given: Command) -> None:
    """Remind whoever holds the case; changes nothing (催辦, rule 24)."""
    if given.actor != turn.case.initiator and not given.is_admin:
        raise FlowRefused("not_initiator")
    must_run(turn)
    if not turn.case.open_tasks():
        raise FlowRefused("not_open")


@command("copy")
def copy(turn: Turn, given: Command) -> None:
    """Show the case to more people (抄送); blocks nobody.

    It gives them the right to read the record, so not everybody may do it.
    """
    if given.actor != turn.case.initiator and not given.is_admin and not may_copy(turn, given):
        raise FlowRefused("not_allowed")
    if not given.users:
        raise FlowRefused("no_people")
    if len(turn.world.active(given.users)) != len(set(given.users)):
        raise FlowRefused("inactive")


def may_copy(turn: Turn, given: Command) -> bool:
    """Tell whether the actor is asked or has decided in a step that lets its people copy."""
    for task in turn.case.tasks.values():
        is_asked = task.is_pending and given.actor in (task.user, task.proxy)
        if is_asked or (given.actor is not None and task.decided_by == given.actor):
            step = turn.step_of(task)
            if step is not None and "cc" in step.can:
                return True
    return False


@command("comment")
def comment(turn: Turn, given: Command) -> None:
    """Say something without deciding."""
    if not given.comment.strip():
        raise FlowRefused("comment_required")


@command("parent_ended")
def parent_ended(turn: Turn, given: Command) -> None:
    """The case this one belongs to is over."""
    must_be_system(given)
    if not turn.case.is_running:
        raise FlowRefused("not_running")
    turn.case.suspended = False
    walk.finish(turn, TERMINATED, "parent_ended")
