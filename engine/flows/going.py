"""A case in hand, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from engine.flows import store
from engine.flows.core.commands import Command
from engine.flows.live import Live
from engine.metadata.flows import Flow, FlowAction
from engine.records import Workspace

_IN_HAND = "flows.in_hand"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command."""

    case_id: int  # 0 for a transition at once
    status: str
    seq: int = 0
    again: bool = False  # the same request came before; this is its first answer


@dataclass(slots=True)
class Going:
    """A case in hand: its rows, its flow, its record."""

    stored: store.Stored
    flow: Flow
    action: FlowAction
    live: Live
    given: Command
    request_id: str = ""
    heard: list[Any] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)


@contextmanager
def in_hand(work: Workspace, case_id: int) -> Iterator[None]:
    """Note that a case is being changed: what a plugin called by it does may not change it too."""
    found = work.memo.setdefault(_IN_HAND, [])
    found.append(case_id)
    try:
        yield
    finally:
        found.pop()


def is_in_hand(work: Workspace, case_id: int) -> bool:
    """Tell whether a case is being changed by this very piece of work."""
    return case_id in work.memo.get(_IN_HAND, ())
