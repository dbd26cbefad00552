"""Take one's own decision back while nobody has acted on it (拿回, rule 5 of flows.md)."""

from __future__ import annotations

from engine.flows.core import walk
from engine.flows.core.commands import Command, command, must_run
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import HELD, OPEN, WAITING, Task, Visit
from engine.flows.core.turn import Turn
from engine.flows.core.votes import vote_of
from engine.metadata.flows import Step

_BY_MOVING_ON = frozenset({"not_needed", "claimed"})


@command("take_back")
def take_back(turn: Turn, given: Command) -> None:
    """Undo one's last decision: what it began is called off, what it closed is open again."""
    task = turn.case.tasks.get(given.task or 0)
    if task is None or given.actor is None or given.actor != task.decided_by:
        raise FlowRefused("not_your_task")
    must_run(turn)
    step = turn.step_of(task)
    if step is None or "take_back" not in step.can:
        raise FlowRefused("not_allowed")
    if task.state not in ("approved", HELD) or task.kind == "opinion" or _is_past(turn, task):
        raise FlowRefused("nothing_to_take_back")
    if any(t.parent == task.no and t.decided_by is not None for t in turn.case.tasks.values()):
        raise FlowRefused("already_decided")
    again = {task.visit}
    if task.closed is None:
        _call_off_added(turn, task)
    else:
        again |= _undo(turn, task, task.closed)
    _reopen(task)
    for visit in sorted(again):
        _in_turn(turn, turn.case.visits[visit])


def _is_past(turn: Turn, task: Task) -> bool:
    visit = turn.case.visits[task.visit]
    return visit.superseded or visit.state not in ("active", "passed")


def _call_off_added(turn: Turn, task: Task) -> None:
    for one in turn.case.tasks.values():
        if one.parent == task.no and one.is_pending:
            turn.close(one, "cancelled", "taken_back")


def _undo(turn: Turn, task: Task, seq: int) -> set[int]:
    """Go back to how it stood before an entry of the log; return the visits asked again."""
    mine = turn.case.visits[task.visit]
    if _came_straight_back(mine) or (mine.ended == seq and mine.data.get("irreversible")):
        raise FlowRefused("irreversible")
    if _later_in_step(turn, task, seq) or _joined_since(turn, mine, seq):
        raise FlowRefused("already_decided")
    begun = [v for v in turn.case.visits.values() if v.started == seq]
    for visit in begun:
        _must_be_untouched(turn, visit, seq)
    for visit in begun:
        turn.cancel_tasks(visit, "taken_back")
        turn.leave(visit, "cancelled", "taken_back")
    return _open_again(turn, seq)


def _came_straight_back(visit: Visit) -> bool:
    return bool(visit.data.get("return", {}).get("used"))


def _must_be_untouched(turn: Turn, visit: Visit, seq: int) -> None:
    if visit.data.get("irreversible") or visit.kind == "subflow":
        raise FlowRefused("irreversible")
    if visit.ended is not None and visit.ended != seq:
        raise FlowRefused("already_decided")
    tasks = turn.case.tasks_of(visit.no)
    if any(one.decided_by is not None or one.state == HELD for one in tasks):
        raise FlowRefused("already_decided")


def _later_in_step(turn: Turn, task: Task, seq: int) -> bool:
    """Tell whether somebody decided after this in the same step."""
    return any(
        one.decided_by is not None and (one.closed or 0) > seq and one.no != task.no
        for one in turn.case.tasks_of(task.visit)
    )


def _joined_since(turn: Turn, visit: Visit, seq: int) -> bool:
    """Tell whether a block around a visit was left after it by others, who counted on it."""
    return any((block.ended or 0) > seq for block in turn.case.above(visit))


def _in_turn(turn: Turn, visit: Visit) -> None:
    """Let wait again who was waiting: for his turn, or while another has claimed it."""
    node = turn.node_of(visit)
    if not isinstance(node, Step) or not visit.is_active:
        return
    claimed = turn.case.tasks.get(visit.data.get("claimed", 0))
    if claimed is not None and claimed.is_pending:
        _hold_back(turn.case.tasks_of(visit.no), claimed.seat, "claimed")
    if node.sign.mode != "in_order":
        return
    seats = turn.case.seats_of(visit.no)
    undecided = [seat for seat in seats.values() if vote_of(seat) == "undecided"]
    undecided.sort(key=lambda seat: (seat[0].position, seat[0].no))
    for later in undecided[1:]:
        _hold_back(later, undecided[0][0].seat, "in_order")


def _hold_back(tasks: list[Task], seat: int, why: str) -> None:
    for one in tasks:
        if one.seat != seat and one.state == OPEN:
            one.state, one.reason = WAITING, why


def _open_again(turn: Turn, seq: int) -> set[int]:
    again = [v for v in turn.case.visits.values() if v.ended == seq and v.started != seq]
    for visit in again:
        visit.state, visit.reason, visit.ended, visit.ended_at = "active", "", None, None
    for block in turn.case.active_visits():
        if block.kind in ("choose", "parallel"):
            _count_branches(turn, block)
            walk.join(turn, block)  # a late branch may have come through meanwhile
    tasks = [t for t in turn.case.tasks.values() if _was_called_off(t, seq)]
    for task in tasks:
        task.state, task.reason, task.closed, task.closed_at = OPEN, "", None, None
    for task in tasks:
        _stand_as_before(turn, task)
    return {task.visit for task in tasks}


def _was_called_off(task: Task, seq: int) -> bool:
    was_open = task.closed == seq != task.opened  # not asked and spared in the same moment
    return was_open and task.state == "cancelled" and task.reason in _BY_MOVING_ON


def _stand_as_before(turn: Turn, task: Task) -> None:
    """Let a task wait for those its owner has asked, as it did when it was called off."""
    asked = turn.case.tasks.values()
    kinds = {t.kind for t in asked if t.parent == task.no and t.is_pending}
    if "after" in kinds and task.decided_by is not None:
        task.state, task.reason = HELD, "after"
    elif "before" in kinds:
        task.state, task.reason = WAITING, "before"
    elif "opinion" in kinds:
        task.state, task.reason = WAITING, "delegate"


def _count_branches(turn: Turn, block: Visit) -> None:
    """Note again which branches of a reopened block are done."""
    numbers = walk.taken(turn, block)
    block.data["done"] = [n for n in numbers if _is_through(turn, block, n)]


def _is_through(turn: Turn, block: Visit, number: int) -> bool:
    nodes = turn.sequence(block.no, number)
    live = [v for v in turn.case.at(block.no, number) if not v.superseded]
    if not nodes:
        return True
    ended = bool(live) and live[-1].state in ("passed", "skipped")
    return ended and live[-1].node == nodes[-1].id


def _reopen(task: Task) -> None:
    task.state, task.reason = OPEN, ""
    task.closed, task.closed_at, task.decided_by = None, None, None
    task.comment, task.fingerprint = "", ""
