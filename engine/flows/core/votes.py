"""Count a step's votes (rule 6 of flows.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING

from engine.flows.core.state import OPEN, WAITING, Case, Task, Visit
from engine.flows.core.turn import Turn
from engine.metadata.flows import Sign, Step

_AGREED = frozenset({"repeated", "kept"})  # skipped, since the person had agreed before


@dataclass(frozen=True, slots=True)
class Tally:
    """A step's seats, counted."""

    approved: int
    refused: int
    undecided: int
    base: int  # seats that count: neither abstained nor removed
    needed: int


def vote_of(seat: Sequence[Task]) -> str:
    """Return a seat's vote: 'approved', 'refused', 'abstained', 'removed' or 'undecided'.

    An opinion that was asked for is no vote; a refusal by an added signer is the seat's.
    """
    voting = [task for task in seat if task.kind not in ("opinion", "hold")]
    if any(task.state == "rejected" for task in voting):
        return "refused"
    if any(task.is_pending for task in voting):
        return "undecided"
    own = [task for task in voting if task.kind in ("decide", "resubmit")]
    if any(task.state == "approved" or _had_agreed(task) for task in own):
        return "approved"
    if any(task.state == "abstained" for task in own):
        return "abstained"
    return "removed"


def _had_agreed(task: Task) -> bool:
    return task.state == "skipped" and task.reason in _AGREED


def tally(case: Case, visit: Visit, sign: Sign) -> Tally:
    """Count a visit's votes."""
    votes = [vote_of(seat) for seat in case.seats_of(visit.no).values()]
    base = len([v for v in votes if v not in ("abstained", "removed")])
    return Tally(
        approved=votes.count("approved"),
        refused=votes.count("refused"),
        undecided=votes.count("undecided"),
        base=base,
        needed=_needed(sign, base),
    )


def _needed(sign: Sign, base: int) -> int:
    if sign.mode in ("any", "claim"):
        return 1
    if sign.mode == "at_least":
        return int(sign.threshold)
    if sign.mode == "percent":
        return int((sign.threshold * base / 100).to_integral_value(ROUND_CEILING))
    return base


def judge(turn: Turn, visit: Visit, node: Step) -> str:
    """Return what the votes say so far: 'open', 'passed' or 'lost'; call the next in order."""
    if visit.data.get("held"):
        return "open"
    count = tally(turn.case, visit, node.sign)
    if count.refused and node.sign.refuse == "first":
        return "lost"
    if count.approved + count.undecided < count.needed:
        return "lost"
    if count.approved >= count.needed and not (node.sign.mode == "all" and count.undecided):
        return "passed"
    if node.sign.mode == "in_order":
        _call_next(turn, visit)
    claimed = turn.case.tasks.get(visit.data.get("claimed", 0))
    if claimed is not None and not claimed.is_pending:
        back_to_pool(turn.case, visit)
    return "open"


def back_to_pool(case: Case, visit: Visit) -> None:
    """Let everybody of the pool see a claimed task again."""
    visit.data.pop("claimed", None)
    for task in case.tasks_of(visit.no):
        if task.state == WAITING and task.reason == "claimed":
            task.state, task.reason = OPEN, ""


def _call_next(turn: Turn, visit: Visit) -> None:
    seats = turn.case.seats_of(visit.no).values()
    waiting = sorted(seats, key=lambda seat: (seat[0].position, seat[0].no))
    for seat in waiting:
        if vote_of(seat) != "undecided":
            continue
        for task in seat:
            if task.state == WAITING and task.reason == "in_order":
                task.state, task.reason = OPEN, ""
        return
