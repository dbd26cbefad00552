"""Go back, and come straight back again (rules 1 to 3 of flows.md)."""

from __future__ import annotations

from typing import Any

from engine.flows.core import walk
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import RESUBMIT, Visit
from engine.flows.core.steps import add_task, ask, persons_of
from engine.flows.core.turn import Turn
from engine.flows.core.votes import judge, vote_of
from engine.metadata.flows import END, INITIATOR, PREVIOUS, Choose, Node, Parallel, Step

Place = tuple[int | None, int | None]


def targets(turn: Turn, visit: Visit) -> list[str]:
    """Return where a visit may go back to: INITIATOR, and steps passed before it.

    Only steps of its own or an enclosing sequence: never into a sibling branch.
    """
    found = [INITIATOR]
    for place, before in _sequences(turn, visit):
        names = [node.id for node in before]
        for one in turn.case.at(*place):
            counts = one.kind == "step" and one.state == "passed" and not one.superseded
            if counts and one.node in names and one.node not in found:
                found.append(one.node)
    return found


def _sequences(turn: Turn, visit: Visit) -> list[tuple[Place, tuple[Node, ...]]]:
    """Return the sequences around a visit, the outermost first, each up to where it stands."""
    chain = [*reversed(list(turn.case.above(visit))), visit]
    found = []
    for one in chain:
        nodes = turn.sequence(one.parent, one.branch)
        ids = [node.id for node in nodes]
        index = ids.index(one.node) if one.node in ids else 0
        found.append((turn.case.place(one), nodes[:index]))
    return found


def _previous(turn: Turn, visit: Visit) -> str:
    steps = set(targets(turn, visit))
    passed = [v for v in turn.case.visits.values() if v.state == "passed" and v.node in steps]
    passed = [v for v in passed if not v.superseded]
    return max(passed, key=lambda v: v.no).node if passed else INITIATOR


def resolve(turn: Turn, visit: Visit, target: str) -> str:
    """Return the target's name with 'previous' resolved.

    Raises:
        FlowRefused: bad_target.
    """
    if target == PREVIOUS:
        return _previous(turn, visit)
    if target not in targets(turn, visit):
        raise FlowRefused("bad_target")
    return target


def go_back(turn: Turn, visit: Visit, target: str, mode: str) -> Visit:
    """Cancel what lies after the target and ask it again; return the new visit.

    `mode` 'back' remembers what is called off, so that it can be taken up again.
    """
    target = resolve(turn, visit, target)
    place = _place_of(turn, visit, target)
    cancelled, superseded = _undo(turn, place, target)
    turn.case.round += 1
    turn.queue.clear()
    memory: dict[str, Any] = {"mode": mode, "cancelled": cancelled, "superseded": superseded}
    memory["print"] = turn.world.fingerprint()
    if target == INITIATOR:
        made = turn.visit(RESUBMIT, "resubmit", None, None)
        made.data["return"] = memory
        add_task(turn, made, turn.case.initiator, kind="resubmit")
        return made
    return _ask_again(turn, place, target, memory)


def _place_of(turn: Turn, visit: Visit, target: str) -> Place:
    if target != INITIATOR:
        for place, before in _sequences(turn, visit):
            if target in [node.id for node in before]:
                return place
    return None, None


def _undo(turn: Turn, place: Place, target: str) -> tuple[list[int], list[int]]:
    """Call off the target and all after it in its sequence; return what was going on, and past."""
    ids = [node.id for node in turn.sequence(*place)]
    first = ids.index(target) if target in ids else -1
    cancelled: list[int] = []
    superseded: list[int] = []
    for one in turn.case.at(*place):
        if one.node in ids and ids.index(one.node) < first:
            continue
        for visit in [one, *turn.case.below(one.no)]:
            if visit.is_active:
                cancelled.append(visit.no)
            elif visit.state in ("passed", "skipped") and not visit.superseded:
                superseded.append(visit.no)
                visit.superseded = True
            walk.cancel(turn, visit, "returned")
    return cancelled, superseded


def _ask_again(turn: Turn, place: Place, target: str, memory: dict[str, Any]) -> Visit:
    old = [v for v in turn.case.at(*place) if v.node == target][-1]
    node = turn.nodes[target]
    made = turn.visit(target, "step", *place)
    made.data["return"] = memory
    _seat_again(turn, made, node, old)
    return made


def _seat_again(turn: Turn, visit: Visit, node: Node, old: Visit) -> None:
    if not isinstance(node, Step):
        raise FlowRefused("bad_target")
    if "named" in old.data:
        visit.data["named"] = old.data["named"]
    walk.act_on(turn, visit, node, ask(turn, visit, node, persons_of(turn, old)))


def come_back(turn: Turn, visit: Visit) -> bool:
    """Take up again what a return called off, if it went 'back' and nothing has changed.

    Returns whether it did; else the steps are gone through once more.
    """
    memory = visit.data.get("return")
    if not memory or memory["mode"] != "back":
        return False
    if turn.world.fingerprint() != memory["print"] or not _same_way(turn, memory):
        return False
    memory["used"] = True
    turn.leave(visit, "passed")
    own = {v.no for no in memory["superseded"] for v in _with_below(turn, no, visit.node)}
    for no in memory["superseded"]:
        if no not in own:
            turn.case.visits[no].superseded = False
    for no in memory["cancelled"]:
        _take_up(turn, turn.case.visits[no])
    return True


def _with_below(turn: Turn, no: int, node: str) -> list[Visit]:
    visit = turn.case.visits[no]
    return [visit, *turn.case.below(no)] if visit.node == node else []


def _same_way(turn: Turn, memory: dict[str, list[int]]) -> bool:
    """Tell whether the conditions on the way still say what they said."""
    for no in (*memory["superseded"], *memory["cancelled"]):
        visit = turn.case.visits[no]
        node = turn.node_of(visit)
        if node is None:
            continue
        if _is_in_a_way_not_taken(turn, visit):
            continue  # its block's conditions say so, whatever its own would say
        if node.when is not None:
            was = not (visit.state == "skipped" and visit.reason == "condition")
            if turn.world.holds(node.when) != was:
                return False
        if _chooses_otherwise(turn, visit, node):
            return False
    return True


def _chooses_otherwise(turn: Turn, visit: Visit, node: Node) -> bool:
    if not isinstance(node, Choose | Parallel) or "chosen" not in visit.data:
        return False
    return bool(visit.data["chosen"] != walk.choice(turn, node))


def _is_in_a_way_not_taken(turn: Turn, visit: Visit) -> bool:
    block = turn.case.visits.get(visit.parent or 0)
    return block is not None and visit.branch not in walk.taken(turn, block)


def _take_up(turn: Turn, visit: Visit) -> None:
    node = turn.node_of(visit)
    if visit.kind in ("choose", "parallel"):
        visit.state, visit.reason, visit.ended, visit.ended_at = "active", "", None, None
    elif node is None:  # it had gone back to the initiator before
        made = turn.visit(RESUBMIT, "resubmit", None, None)
        made.data["return"] = dict(visit.data["return"])  # its own: it is used up by itself
        add_task(turn, made, turn.case.initiator, kind="resubmit")
    elif isinstance(node, Step):
        made = turn.visit(visit.node, "step", visit.parent, visit.branch)
        if "return" in visit.data:
            made.data["return"] = dict(visit.data["return"])
        _seat_with_votes(turn, made, node, visit)
    else:
        walk.start(turn, node, visit.parent, visit.branch)


def _seat_with_votes(turn: Turn, visit: Visit, node: Step, old: Visit) -> None:
    """Ask those of a step again who had not agreed in it; the others' votes are kept."""
    agreed = {
        task.user: task.fingerprint
        for seat in turn.case.seats_of(old.no).values()
        if vote_of(seat) == "approved"
        for task in seat
        if task.kind == "decide"
    }
    _seat_again(turn, visit, node, old)
    for task in turn.case.tasks_of(visit.no):
        if task.user in agreed and task.is_pending:
            turn.close(task, "skipped", "kept")
            task.fingerprint = agreed[task.user]
    if visit.is_active:
        walk.act_on(turn, visit, node, judge(turn, visit, node))


def settle(turn: Turn, visit: Visit) -> None:
    """Draw the consequence of a step's votes."""
    node = turn.node_of(visit)
    if not visit.is_active:
        return  # a late opinion
    if not isinstance(node, Step):
        if not turn.case.tasks_of(visit.no)[-1].is_pending and not come_back(turn, visit):
            walk.passed(turn, visit)
        return
    verdict = judge(turn, visit, node)
    if verdict == "passed":
        walk.close_step(turn, visit, node)
        if not come_back(turn, visit):
            walk.passed(turn, visit)
    elif verdict == "lost":
        _lose(turn, visit, node)


def _lose(turn: Turn, visit: Visit, node: Step) -> None:
    if node.on_reject == END:
        turn.cancel_tasks(visit, "ended")
        turn.leave(visit, "refused")
        walk.refused(turn, visit)
    else:
        go_back(turn, visit, node.on_reject, turn.rules.resubmit)
