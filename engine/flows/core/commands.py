"""What people, timers and other processes may do to a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import OPEN, PENDING, Task
from engine.flows.core.turn import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing done to a case; as it stands in the log."""

    name: str
    actor: int | None = None  # None: a timer, or another process
    task: int | None = None  # its number in the case
    target: str = ""  # a step
    users: tuple[int, ...] = ()
    mode: str = ""  # of add_sign 'before', 'after', 'with'; of return 'again', 'back'
    comment: str = ""
    is_admin: bool = False  # the actor mends this flow
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


Carry = Callable[[Turn, Command], None]
_commands: dict[str, Carry] = {}


def command(name: str) -> Callable[[Carry], Carry]:
    """Register what carries a command out."""

    def keep(carry: Carry) -> Carry:
        _commands[name] = carry
        return carry

    return keep


def carrier(name: str) -> Carry:
    """Return what carries a command out.

    Raises:
        FlowRefused: unknown_action.
    """
    found = _commands.get(name)
    if found is None:
        raise FlowRefused("unknown_action")
    return found


def names() -> tuple[str, ...]:
    """Return the names of all commands."""
    return tuple(sorted(_commands))


def number(given: Command, key: str) -> int:
    """Return a number out of a command's data; 0, which numbers nothing, if it holds none."""
    return _number(given.data.get(key))


def numbers(given: Command, key: str) -> list[int]:
    """Return the numbers that a command's data holds under a key."""
    found = given.data.get(key)
    return [_number(one) for one in found] if isinstance(found, list | tuple) else []


def _number(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value[:18])
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def must_run(turn: Turn) -> None:
    """Refuse unless the case is going on.

    Raises:
        FlowRefused: not_running, suspended.
    """
    if not turn.case.is_running:
        raise FlowRefused("not_running")
    if turn.case.suspended:
        raise FlowRefused("suspended")


def own_task(turn: Turn, given: Command, states: frozenset[str] = frozenset({OPEN})) -> Task:
    """Return the command's task if its actor may act on it.

    Raises:
        FlowRefused: not_your_task, already_done, not_open, not_running, suspended.
    """
    task = turn.case.tasks.get(given.task or 0)
    if task is None or given.actor not in (task.user, task.proxy, None):
        raise FlowRefused("not_your_task")
    if task.state not in PENDING:
        raise FlowRefused("already_done", by=task.decided_by, at=task.closed_at)
    must_run(turn)
    if task.state not in states:
        raise FlowRefused("not_open")
    return task


def must_allow(turn: Turn, task: Task, what: str) -> None:
    """Refuse what the task's step does not allow.

    Raises:
        FlowRefused: not_allowed.
    """
    step = turn.step_of(task)
    if step is None or what not in step.can:
        raise FlowRefused("not_allowed")


def must_admin(given: Command) -> None:
    """Refuse who does not mend this flow.

    Raises:
        FlowRefused: not_admin.
    """
    if not given.is_admin:
        raise FlowRefused("not_admin")


def must_be_system(given: Command) -> None:
    """Refuse a person what only a timer or another case does.

    Raises:
        FlowRefused: unknown_action.
    """
    if given.actor is not None:
        raise FlowRefused("unknown_action")
