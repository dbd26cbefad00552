"""The flow as a tree for drawing: what was, what is, what is to come."""

from __future__ import annotations

from typing import Any

from engine.flows.core.state import RESUBMIT, Task
from engine.flows.panel import Panel
from engine.metadata.flows import Node, Step, branches_of


def flow_map(found: Panel) -> list[dict[str, Any]]:
    """Return the flow as a tree for drawing: every node with how it stands and its people."""
    tree = [_drawn(found, node) for node in found.action.steps or ()]
    back = [v for v in found.case.visits.values() if v.node == RESUBMIT]
    if back:
        tree.insert(0, _resubmission(found, back[-1]))
    return tree


def _drawn(found: Panel, node: Node, *, is_left: bool = False) -> dict[str, Any]:
    """Draw a node; `is_left`: it lies in a way that the record does not go."""
    visits = [v for v in found.case.visits.values() if v.node == node.id]
    last = visits[-1] if visits else None
    state = "coming" if last is None or last.superseded else last.state
    if is_left and state == "coming":
        state = "skipped"
    taken = last.data.get("chosen") if last is not None and not last.superseded else None
    return {
        "id": node.id,
        "kind": type(node).__name__.lower(),
        "label": node.title,
        "state": state if found.case.is_running or last is not None else "left",
        "reason": last.reason if last else "condition" if is_left else "",
        "times": len(visits),
        "since": last.started_at if last else None,
        "until": last.ended_at if last else None,
        "sign": node.sign.mode if isinstance(node, Step) else "",
        "people": [_asked(found, t) for t in found.case.tasks_of(last.no)] if last else [],
        "branches": [
            [_drawn(found, n, is_left=is_left or _is_left(taken, number)) for n in branch.steps]
            for number, branch in enumerate(branches_of(node))
        ],
        "names": [b.name for b in branches_of(node)],
        "chosen": taken,
    }


def _is_left(taken: list[int] | None, number: int) -> bool:
    return taken is not None and number not in taken


def _resubmission(found: Panel, visit: Any) -> dict[str, Any]:
    return {
        "id": RESUBMIT,
        "kind": "resubmit",
        "label": None,
        "state": visit.state,
        "reason": visit.reason,
        "times": 1,
        "since": visit.started_at,
        "until": visit.ended_at,
        "sign": "",
        "people": [_asked(found, t) for t in found.case.tasks_of(visit.no)],
        "branches": [],
        "names": [],
        "chosen": None,
    }


def _asked(found: Panel, task: Task) -> dict[str, Any]:
    return {
        "no": task.no,
        "user": task.user,
        "name": found.names.get(task.user, ""),
        "proxy": found.names.get(task.proxy or 0, ""),
        "decided_by": found.names.get(task.decided_by or 0, ""),
        "kind": task.kind,
        "state": task.state,
        "reason": task.reason,
        "comment": task.comment,
        "since": task.opened_at,
        "at": task.closed_at,
    }
