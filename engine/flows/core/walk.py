"""Go through the nodes: enter, pass, join, finish."""

from __future__ import annotations

from collections.abc import Callable

from engine.flows.core import steps
from engine.flows.core.state import APPROVED, REJECTED, RUNNING, Visit
from engine.flows.core.turn import Child, Turn
from engine.metadata.flows import (
    Branch,
    Choose,
    End,
    Node,
    Parallel,
    Step,
    Subflow,
    Wait,
    Work,
    branches_of,
)

KINDS: dict[type[Node], str] = {
    Step: "step",
    Choose: "choose",
    Parallel: "parallel",
    Subflow: "subflow",
    Wait: "wait",
    Work: "work",
    End: "end",
}


def run(turn: Turn) -> None:
    """Carry out what is queued, and what follows from it."""
    while turn.queue:
        turn.queue.popleft()()


def later(turn: Turn, do: Callable[[], None]) -> None:
    """Queue something; blocks see all their branches begun before any of them ends."""
    turn.queue.append(do)


def begin(turn: Turn) -> None:
    """Start the first node of the flow."""
    enter(turn, None, None, 0)
    run(turn)


def enter(turn: Turn, parent: int | None, branch: int | None, index: int) -> None:
    """Start the node at a position of a sequence, or end the sequence."""
    if turn.case.status != RUNNING:
        return
    if parent is not None and not _goes_on(turn, turn.case.visits[parent]):
        return
    nodes = turn.sequence(parent, branch)
    if index >= len(nodes):
        complete(turn, parent, branch)
        return
    start(turn, nodes[index], parent, branch)


def _goes_on(turn: Turn, block: Visit) -> bool:
    """Tell whether branches of a block may go on: it is not joined, or keeps late branches."""
    return block.is_active or (block.state == "passed" and _rest(turn, block) == "keep")


def start(turn: Turn, node: Node, parent: int | None, branch: int | None) -> Visit:
    """Enter a node; if its condition does not hold, it is passed over."""
    visit = turn.visit(node.id, KINDS[type(node)], parent, branch)
    if node.when is not None and not turn.world.holds(node.when):
        skip(turn, visit, "condition")
    else:
        _STARTS[type(node)](turn, visit, node)
    return visit


def skip(turn: Turn, visit: Visit, reason: str) -> None:
    """Pass a node over."""
    turn.leave(visit, "skipped", reason)
    later(turn, lambda: follow(turn, visit))


def passed(turn: Turn, visit: Visit, reason: str = "") -> None:
    """End a visit well and go on."""
    turn.leave(visit, "passed", reason)
    later(turn, lambda: follow(turn, visit))


def follow(turn: Turn, visit: Visit) -> None:
    """Start what comes after a visit in its sequence."""
    nodes = turn.sequence(visit.parent, visit.branch)
    index = next((i for i, node in enumerate(nodes) if node.id == visit.node), -1)
    enter(turn, visit.parent, visit.branch, index + 1)


def complete(turn: Turn, parent: int | None, branch: int | None) -> None:
    """A sequence has come to its end."""
    if parent is None:
        finish(turn, APPROVED)
        return
    block = turn.case.visits[parent]
    if not block.is_active:
        return  # joined before this branch was done; it was kept, and changes nothing
    done = block.data.setdefault("done", [])
    if branch not in done:
        done.append(branch)
    join(turn, block)


def join(turn: Turn, block: Visit) -> None:
    """End a block once enough of its branches are through."""
    if len(block.data["done"]) >= _needed(turn, block):
        if _rest(turn, block) == "cancel":
            cancel_below(turn, block, "not_needed")
        passed(turn, block)


def taken(turn: Turn, block: Visit) -> list[int]:
    """Return the branches a block went into: chosen when it was reached, and kept (rule 23)."""
    node = turn.node_of(block)
    every = range(len(branches_of(node))) if node is not None else ()
    return list(block.data.get("chosen", every))


def _needed(turn: Turn, block: Visit) -> int:
    node, count = turn.node_of(block), len(taken(turn, block))
    return min(node.needed, count) if isinstance(node, Parallel) else count


def _rest(turn: Turn, block: Visit) -> str:
    node = turn.node_of(block)
    return node.rest if isinstance(node, Parallel) else "cancel"


def refused(turn: Turn, visit: Visit) -> None:
    """A visit is lost: its branch with it, or the whole approval."""
    for block in turn.case.above(visit):
        if not block.is_active:
            cancel(turn, visit, "ended")  # a late branch: an opinion without effect
            cancel_below(turn, visit, "ended")
            return
        node = turn.node_of(block)
        if isinstance(node, Parallel) and node.on_branch_reject == "count":
            _lose_branch(turn, block, node, visit)
            return
        visit = block
    finish(turn, REJECTED)


def _lose_branch(turn: Turn, block: Visit, node: Parallel, visit: Visit) -> None:
    branch = visit.branch
    lost = block.data.setdefault("lost", [])
    if branch not in lost:
        lost.append(branch)
    for one in [v for v in turn.case.below(block.no) if _in_branch(turn, v, block, branch)]:
        cancel(turn, one, "ended")
    if len(taken(turn, block)) - len(lost) < _needed(turn, block):
        cancel_below(turn, block, "ended")
        turn.leave(block, "refused")
        refused(turn, block)


def _in_branch(turn: Turn, visit: Visit, block: Visit, branch: int | None) -> bool:
    while visit.parent is not None and visit.parent != block.no:
        visit = turn.case.visits[visit.parent]
    return visit.parent == block.no and visit.branch == branch


def cancel(turn: Turn, visit: Visit, reason: str) -> None:
    """Call off a visit, or what is left pending of one that has ended."""
    turn.cancel_tasks(visit, reason)
    if visit.is_active:
        turn.leave(visit, "cancelled", reason)


def cancel_below(turn: Turn, block: Visit, reason: str) -> None:
    """Call off everything within a block."""
    for visit in list(turn.case.below(block.no)):
        cancel(turn, visit, reason)


def finish(turn: Turn, status: str, reason: str = "ended") -> None:
    """End the approval; nothing of it stays open."""
    for visit in turn.case.visits.values():
        cancel(turn, visit, reason)
    turn.case.status = status
    turn.queue.clear()


def choice(turn: Turn, node: Choose | Parallel) -> list[int]:
    """Return the numbers of the branches that the record goes through."""
    if isinstance(node, Parallel):
        return [n for n, one in enumerate(node.branches) if _is_open(turn, one)]
    chosen: list[int] = []
    for number, branch in enumerate(node.branches):
        if branch.is_else or (chosen and node.pick == "first"):
            continue
        if _is_open(turn, branch):
            chosen.append(number)
    return chosen or [n for n, branch in enumerate(node.branches) if branch.is_else]


def _is_open(turn: Turn, branch: Branch) -> bool:
    return branch.when is None or turn.world.holds(branch.when)


def _start_block(turn: Turn, visit: Visit, node: Choose | Parallel) -> None:
    chosen = visit.data["chosen"] = choice(turn, node)
    if isinstance(node, Parallel):
        _pass_over(turn, visit, node)
    if not chosen:
        passed(turn, visit)
    for number in chosen:
        later(turn, lambda n=number: enter(turn, visit.no, n, 0))  # type: ignore[misc]


def _pass_over(turn: Turn, block: Visit, node: Parallel) -> None:
    """Note what is not done since its branch's condition does not hold: people look for it."""
    for number, branch in enumerate(node.branches):
        for one in () if number in block.data["chosen"] else branch.steps:
            made = turn.visit(one.id, KINDS[type(one)], block.no, number)
            turn.leave(made, "skipped", "condition")


def _start_work(turn: Turn, visit: Visit, node: Work) -> None:
    turn.do(node.do, node.id)
    if any(effect.kind == "call" for effect in node.do):
        visit.data["irreversible"] = True
    passed(turn, visit)


def _start_wait(turn: Turn, visit: Visit, node: Wait) -> None:
    if node.event and node.event in turn.case.events:
        turn.case.events.remove(node.event)
        passed(turn, visit, "event")


def _start_subflow(turn: Turn, visit: Visit, node: Subflow) -> None:
    records = turn.world.children(node)
    turn.children += [Child(visit.no, node, record) for record in records]
    visit.data["children"] = len(records)
    if not node.wait or not records:
        passed(turn, visit)


def _start_end(turn: Turn, visit: Visit, node: End) -> None:
    turn.leave(visit, "passed")
    finish(turn, node.outcome)


def _start_step(turn: Turn, visit: Visit, node: Step) -> None:
    turn.do(node.before, node.id)
    act_on(turn, visit, node, steps.ask(turn, visit, node))


def act_on(turn: Turn, visit: Visit, node: Step, verdict: str) -> None:
    """Go on from a step whose people were just asked: 'open', 'passed', 'lost', or a reason."""
    if verdict == "passed":
        pass_step(turn, visit, node)
    elif verdict == "lost":
        turn.leave(visit, "refused", "nobody")
        refused(turn, visit)
    elif verdict != "open":
        skip(turn, visit, verdict)


def pass_step(turn: Turn, visit: Visit, node: Step) -> None:
    """End a step well: tell who is to be told, do what is to be done, go on."""
    close_step(turn, visit, node)
    passed(turn, visit)


def close_step(turn: Turn, visit: Visit, node: Step) -> None:
    """Do what a passed step leaves to be done."""
    if node.sign.rest == "cancel":
        turn.cancel_tasks(visit, "not_needed")
    if node.cc:
        turn.copies.append((node.cc, node.id))
    turn.do(node.after, node.id)
    if any(effect.kind == "call" for effect in node.after):
        visit.data["irreversible"] = True


_STARTS: dict[type[Node], Callable[..., None]] = {
    Step: _start_step,
    Choose: _start_block,
    Parallel: _start_block,
    Work: _start_work,
    Wait: _start_wait,
    Subflow: _start_subflow,
    End: _start_end,
}
