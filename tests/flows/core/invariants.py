"""What is so of every case, whatever was done to it."""

from __future__ import annotations

from engine.flows.core.state import OPEN, WAITING, Case, Task, Visit
from engine.flows.core.turn import Turn
from engine.flows.core.votes import judge, vote_of
from engine.metadata.flows import Choose, Parallel, Step, Subflow
from tests.flows.core.playing import Play


def check(game: Play) -> None:
    """Fail unless the case is sound: nothing stuck, nothing left over, nothing forgotten."""
    case = game.case
    turn = Turn(case, game.act, game.rules, game.here)
    if not case.is_running:
        assert not case.pending_tasks()
        assert not case.active_visits()
    else:
        assert _can_go_on(case, turn), "stuck"
    for visit in case.active_visits():
        _check_visit(case, turn, visit)
    for task in case.pending_tasks():
        _check_task(case, task)
    assert game.replayed() == case


def _can_go_on(case: Case, turn: Turn) -> bool:
    if case.open_tasks():
        return True
    return any(
        v.kind == "wait" or v.data.get("held") or isinstance(turn.node_of(v), Subflow)
        for v in case.active_visits()
    )


def _check_visit(case: Case, turn: Turn, visit: Visit) -> None:
    node = turn.node_of(visit)
    assert not visit.superseded
    if visit.parent is not None and not _is_kept(case, turn, visit):
        assert case.visits[visit.parent].is_active, f"{visit.node} outlives its block"
    if isinstance(node, Step):
        assert judge(turn, visit, node) == "open", f"{visit.node} is decided and goes on"
        if not visit.data.get("held") or turn.world.administrators():
            assert any(t.is_pending for t in case.tasks_of(visit.no)), f"{visit.node} asks nobody"
        if node.sign.mode == "in_order":
            open_seats = {t.seat for t in case.tasks_of(visit.no) if t.state == OPEN}
            assert len(open_seats) <= 1
    if isinstance(node, Parallel | Choose):
        done = len(visit.data.get("done", ()))
        chosen = visit.data["chosen"]
        needed = min(node.needed, len(chosen)) if isinstance(node, Parallel) else len(chosen)
        assert done < needed, f"{visit.node} is joined and goes on"
        going = {v.branch for v in case.at_any(visit.no) if v.is_active}
        assert going <= set(chosen), f"{visit.node} goes a way that was not chosen"
        assert done + len(going) >= needed, f"{visit.node} waits for a branch that is not there"


def _is_kept(case: Case, turn: Turn, visit: Visit) -> bool:
    blocks = [turn.node_of(b) for b in case.above(visit)]
    return any(isinstance(b, Parallel) and b.rest == "keep" for b in blocks)


def _check_task(case: Case, task: Task) -> None:
    visit = case.visits[task.visit]
    assert visit.is_active or visit.state == "passed", f"task of a {visit.state} visit"
    if task.state != WAITING:
        return
    below = [t for t in case.tasks.values() if t.parent == task.no and t.is_pending]
    if task.reason in ("before", "delegate"):
        assert below, "nobody will wake it"
    elif task.reason == "claimed":
        claimed = case.tasks[visit.data["claimed"]]
        assert claimed.is_pending
    else:
        assert task.reason == "in_order"
        seats = case.seats_of(visit.no)
        assert any(
            vote_of(s) == "undecided" and any(t.state != WAITING for t in s)
            for n, s in seats.items()
            if n != task.seat
        ) or any(t.is_pending and t.parent for t in seats[task.seat])
