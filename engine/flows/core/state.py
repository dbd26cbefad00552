"""A case: everything that is so about one running approval.

Rows are never deleted: what no longer counts is cancelled, skipped or superseded, and says why.
Numbers count from 1 within the case; `started`, `ended`, `opened`, `closed` are the numbers of
the log entries that did it, so that a decision's consequences can be found again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

RUNNING, APPROVED, REJECTED = "running", "approved", "rejected"
WITHDRAWN, TERMINATED = "withdrawn", "terminated"
FINISHED = frozenset({APPROVED, REJECTED, WITHDRAWN, TERMINATED})

OPEN, WAITING, HELD = "open", "waiting", "held"  # of a task that is not over
PENDING = frozenset({OPEN, WAITING, HELD})
RESUBMIT = "resubmit"  # the node of a visit in which the initiator mends the record


@dataclass(slots=True)
class Visit:
    """A node of the flow, entered once."""

    no: int
    node: str
    kind: str  # 'step', 'choose', 'parallel', 'subflow', 'wait', 'work', 'end', 'resubmit'
    parent: int | None  # the block's visit
    branch: int | None
    started: int
    state: str = "active"  # then 'passed', 'refused', 'skipped', 'cancelled'
    reason: str = ""
    superseded: bool = False  # a return went back before it: shown, and counts no more
    ended: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)
    # ^ 'chosen': branches; 'done', 'lost': branches; 'again': first visit after a return;
    #   'return': what to go straight back to; 'held': why it waits for an administrator;
    #   'named': whom a step meant when it was reached

    @property
    def is_active(self) -> bool:
        """Tell whether it is going on."""
        return self.state == "active"


@dataclass(slots=True)
class Task:
    """A person is asked; a seat's tasks may change hands, the vote is the seat's."""

    no: int
    visit: int
    seat: int  # number of the seat's first task
    user: int
    opened: int
    kind: str = "decide"
    # ^ 'decide', 'before' and 'after' (added signers), 'opinion' (delegated), 'resubmit', 'hold'
    state: str = OPEN
    # ^ then 'approved', 'rejected', 'returned', 'abstained', 'transferred', 'cancelled', 'skipped'
    reason: str = ""
    proxy: int | None = None  # who may act in his place
    parent: int | None = None  # the task whose owner added or delegated it
    position: int = 0  # of a seat signed in order
    closed: int | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    decided_by: int | None = None
    comment: str = ""
    fingerprint: str = ""  # of the watched fields at the decision

    @property
    def is_pending(self) -> bool:
        """Tell whether it is not over."""
        return self.state in PENDING


@dataclass(slots=True)
class Case:
    """One approval of one record."""

    initiator: int
    status: str = RUNNING
    suspended: bool = False
    round: int = 1  # counts returns
    seq: int = 0  # of the last log entry
    visits: dict[int, Visit] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    chosen: dict[str, list[int]] = field(default_factory=dict)
    # ^ step -> people chosen for it by the initiator or an earlier approver
    events: list[str] = field(default_factory=list)  # came before anybody waited for them

    @property
    def is_running(self) -> bool:
        """Tell whether it is not over."""
        return self.status == RUNNING

    def tasks_of(self, visit: int) -> list[Task]:
        """Return a visit's tasks, in the order they were made."""
        return [t for t in self.tasks.values() if t.visit == visit]

    def seats_of(self, visit: int) -> dict[int, list[Task]]:
        """Return a visit's tasks by seat."""
        found: dict[int, list[Task]] = {}
        for task in self.tasks_of(visit):
            found.setdefault(task.seat, []).append(task)
        return found

    def open_tasks(self) -> list[Task]:
        """Return what people can act on."""
        return [t for t in self.tasks.values() if t.state == OPEN]

    def pending_tasks(self) -> list[Task]:
        """Return the tasks that are not over."""
        return [t for t in self.tasks.values() if t.is_pending]

    def active_visits(self) -> list[Visit]:
        """Return the visits that are going on."""
        return [v for v in self.visits.values() if v.is_active]

    def at(self, parent: int | None, branch: int | None) -> list[Visit]:
        """Return the visits of one sequence."""
        return [v for v in self.visits.values() if v.parent == parent and v.branch == branch]

    def at_any(self, block: int) -> list[Visit]:
        """Return the visits directly within a block, of all its branches."""
        return [v for v in self.visits.values() if v.parent == block]

    def below(self, visit: int) -> Iterator[Visit]:
        """Return a block's visits at any depth."""
        for one in self.at_any(visit):
            yield one
            yield from self.below(one.no)

    def above(self, visit: Visit) -> Iterator[Visit]:
        """Return the blocks around a visit, the nearest first."""
        while visit.parent is not None:
            visit = self.visits[visit.parent]
            yield visit

    def place(self, visit: Visit) -> tuple[int | None, int | None]:
        """Return the sequence a visit stands in."""
        return visit.parent, visit.branch
