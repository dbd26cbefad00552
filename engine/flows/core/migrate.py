"""Take a running case over to another text of its flow (rule 15).

What is going on must have a place there: a node of the same kind, in the same block and branch.
What is past keeps its name if nothing takes its place; it is shown, and cannot be gone back to.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.flows.core import walk
from engine.flows.core.commands import Command, command, must_admin
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.returns import settle
from engine.flows.core.state import OPEN, RESUBMIT, WAITING, Visit
from engine.flows.core.turn import Turn
from engine.flows.core.votes import back_to_pool
from engine.metadata.flows import Node, Step, branches_of


@command("migrate")
def migrate(turn: Turn, given: Command) -> None:
    """Give every visit its node of the new text; the turn's nodes are the new ones."""
    must_admin(given)
    if not turn.case.is_running:
        raise FlowRefused("not_running")
    _rename(turn, given.data.get("steps", {}))
    for visit in turn.case.active_visits():
        if visit.node != RESUBMIT:
            _must_have_place(turn, visit)
        if "return" in visit.data:
            visit.data["return"]["mode"] = "again"  # what it would take up may be gone
    for visit in turn.case.active_visits():
        _go_on(turn, visit)


def homeless(turn: Turn) -> list[Visit]:
    """Return what is going on and has no place in the turn's nodes under its own name."""
    found = []
    for visit in turn.case.active_visits():
        try:
            if visit.node != RESUBMIT:
                _must_have_place(turn, visit)
        except FlowRefused:
            found.append(visit)
    return found


def places(turn: Turn, visit: Visit) -> list[Node]:
    """Return the nodes that a visit may become: of its kind, and nobody else's."""
    taken = {one.node for one in turn.case.visits.values()} - {visit.node}
    return [
        node
        for name, node in turn.nodes.items()
        if walk.KINDS[type(node)] == visit.kind and name not in taken
    ]


def _rename(turn: Turn, names: object) -> None:
    if not isinstance(names, Mapping):
        raise FlowRefused("no_place")
    visits = [v for v in turn.case.visits.values() if v.node != RESUBMIT]
    taken = {v.node: names.get(v.node, v.node) for v in visits}
    if len(set(taken.values())) != len(taken):
        raise FlowRefused("no_place")
    for visit in visits:
        visit.node = taken[visit.node]


def _must_have_place(turn: Turn, visit: Visit) -> None:
    node = turn.nodes.get(visit.node)
    if node is None or walk.KINDS[type(node)] != visit.kind:
        raise FlowRefused("no_place")
    if visit.parent is not None and not turn.case.visits[visit.parent].is_active:
        _must_have_place(turn, turn.case.visits[visit.parent])  # late branches go on in it
    if node not in _sequence(turn, visit):
        raise FlowRefused("no_place")
    branches, used = len(branches_of(node)), visit.data.get("chosen", ())
    if any(number >= branches for number in (*used, *visit.data.get("done", ()))):
        raise FlowRefused("no_place")


def _sequence(turn: Turn, visit: Visit) -> tuple[Node, ...]:
    if visit.parent is None:
        return turn.action.steps or ()
    block = turn.nodes.get(turn.case.visits[visit.parent].node)
    branches = branches_of(block) if block is not None else ()
    number = visit.branch or 0
    return branches[number].steps if number < len(branches) else ()


def _go_on(turn: Turn, visit: Visit) -> None:
    """Draw the consequences: the new text may ask for fewer votes, or in another order."""
    node = turn.nodes.get(visit.node)
    if not visit.is_active:
        return  # one before it has ended the case
    if isinstance(node, Step):
        if node.sign.mode != "claim":
            back_to_pool(turn.case, visit)
        for task in turn.case.tasks_of(visit.no):
            if node.sign.mode != "in_order" and task.state == WAITING and task.reason == "in_order":
                task.state, task.reason = OPEN, ""
        settle(turn, visit)
    elif visit.kind in ("parallel", "choose"):
        walk.join(turn, visit)
