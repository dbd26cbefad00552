"""One command being carried out on a case: what it works with, and what it leaves to be done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import Case, Task, Visit
from engine.flows.core.world import World
from engine.metadata.flows import (
    Branch,
    Effects,
    FlowAction,
    FlowRules,
    Node,
    Step,
    Subflow,
    Who,
    branches_of,
)

MOST_MOVES = 200  # that one command may cause; more is a circle nobody decides in


@dataclass(frozen=True, slots=True)
class Child:
    """A sub-flow to start, for a visit that may wait for it."""

    visit: int
    node: Subflow
    record_id: int


@dataclass(slots=True)
class Turn:
    """A case in the middle of a command."""

    case: Case
    action: FlowAction
    rules: FlowRules
    world: World
    nodes: dict[str, Node] = field(default_factory=dict)
    queue: deque[Callable[[], None]] = field(default_factory=deque)
    children: list[Child] = field(default_factory=list)
    copies: list[tuple[tuple[Who, ...], str]] = field(default_factory=list)  # people, step
    moves: int = 0

    def __post_init__(self) -> None:
        self.nodes = {node.id: node for node in self.action.nodes()}

    @property
    def seq(self) -> int:
        """The number of the log entry this command will be."""
        return self.case.seq + 1

    @property
    def now(self) -> datetime:
        """The moment of the command."""
        return self.world.now

    def node_of(self, visit: Visit) -> Node | None:
        """Return what a visit is of; None for the initiator's own."""
        return self.nodes.get(visit.node)

    def step_of(self, task: Task) -> Step | None:
        """Return the step a task belongs to; None for a resubmission."""
        node = self.node_of(self.case.visits[task.visit])
        return node if isinstance(node, Step) else None

    def sequence(self, parent: int | None, branch: int | None) -> tuple[Node, ...]:
        """Return the nodes of the sequence at a place."""
        if parent is None:
            return self.action.steps or ()
        return self.branch(self.case.visits[parent], branch or 0).steps

    def branch(self, block: Visit, number: int) -> Branch:
        """Return a branch of a block that is visited."""
        node = self.node_of(block)
        if node is None:
            raise LookupError(f"visit {block.no} of {block.node!r} is no block")
        return branches_of(node)[number]

    def visit(self, node: str, kind: str, parent: int | None, branch: int | None) -> Visit:
        """Enter a node."""
        self.moves += 1
        if self.moves > MOST_MOVES:
            raise FlowRefused("too_many_steps")
        visit = Visit(
            no=len(self.case.visits) + 1,
            node=node,
            kind=kind,
            parent=parent,
            branch=branch,
            started=self.seq,
            started_at=self.now,
        )
        self.case.visits[visit.no] = visit
        return visit

    def leave(self, visit: Visit, state: str, reason: str = "") -> None:
        """End a visit."""
        visit.state, visit.reason = state, reason
        visit.ended, visit.ended_at = self.seq, self.now

    def close(self, task: Task, state: str, reason: str = "") -> None:
        """End a task."""
        task.state, task.reason = state, reason
        task.closed, task.closed_at = self.seq, self.now

    def cancel_tasks(self, visit: Visit, reason: str) -> None:
        """Call off what is still pending in a visit."""
        for task in self.case.tasks_of(visit.no):
            if task.is_pending:
                self.close(task, "cancelled", reason)

    def do(self, effects: Effects, step: str) -> None:
        """Let the flow do something itself."""
        if effects:
            self.world.run(effects, step)
