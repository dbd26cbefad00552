"""What the rules ask of the world outside: people, conditions, deadlines, effects.

Every answer is kept with the command's log entry; the log can be played again without a
database and gives the same case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from engine.metadata import Formula
from engine.metadata.flows import Effects, Subflow, Who


class World(Protocol):
    """The record, the company and the clock, as they are now."""

    now: datetime  # aware

    def people(self, who: Sequence[Who], step: str) -> list[int]:
        """Return the active people meant, each once."""

    def administrators(self) -> list[int]:
        """Return who mends this flow."""

    def active(self, users: Iterable[int]) -> list[int]:
        """Return those whose accounts are not switched off, in the given order."""

    def proxy_of(self, user: int) -> int | None:
        """Return who stands in for a person today in this flow."""

    def holds(self, formula: Formula) -> bool:
        """Return what a condition says about the record as it is now."""

    def fingerprint(self) -> str:
        """Return a digest of the watched fields."""

    def children(self, node: Subflow) -> list[int]:
        """Return the records a sub-flow runs for."""

    def run(self, effects: Effects, step: str) -> None:
        """Do what the flow does itself, in this transaction."""


class Recorder:
    """Passes questions on and keeps the answers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.now = world.now
        self.heard: list[Any] = []

    def _keep(self, answer: Any) -> Any:
        self.heard.append(answer)
        return answer

    def people(self, who: Sequence[Who], step: str) -> list[int]:
        """See World."""
        return self._keep(self._world.people(who, step))  # type: ignore[no-any-return]

    def administrators(self) -> list[int]:
        """See World."""
        return self._keep(self._world.administrators())  # type: ignore[no-any-return]

    def active(self, users: Iterable[int]) -> list[int]:
        """See World."""
        return self._keep(self._world.active(users))  # type: ignore[no-any-return]

    def proxy_of(self, user: int) -> int | None:
        """See World."""
        return self._keep(self._world.proxy_of(user))  # type: ignore[no-any-return]

    def holds(self, formula: Formula) -> bool:
        """See World."""
        return self._keep(self._world.holds(formula))  # type: ignore[no-any-return]

    def fingerprint(self) -> str:
        """See World."""
        return self._keep(self._world.fingerprint())  # type: ignore[no-any-return]

    def children(self, node: Subflow) -> list[int]:
        """See World."""
        return self._keep(self._world.children(node))  # type: ignore[no-any-return]

    def run(self, effects: Effects, step: str) -> None:
        """See World."""
        self._world.run(effects, step)


class Replay:
    """Answers from a log entry, and does nothing."""

    def __init__(self, heard: Sequence[Any], now: datetime) -> None:
        self._answers = iter(heard)
        self.now = now

    def _next(self, *asked: Any) -> Any:
        return next(self._answers)

    people = administrators = active = proxy_of = holds = fingerprint = children = _next

    def run(self, effects: Effects, step: str) -> None:
        """Do nothing: it was done."""
