"""Carry out a command on a case: the one entry to the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from engine.flows.core import (  # noqa: F401  -- importing them registers their commands
    administration,
    decisions,
    hands,
    migrate,
    signers,
    take_back,
    timers,
    walk,
)
from engine.flows.core.choosing import choose
from engine.flows.core.commands import Command, carrier
from engine.flows.core.state import Case
from engine.flows.core.turn import Turn
from engine.flows.core.world import World
from engine.metadata.flows import INITIATOR, FlowAction, FlowRules

NOBODY: Mapping[str, Sequence[int]] = MappingProxyType({})


def begin(
    case: Case,
    action: FlowAction,
    rules: FlowRules,
    world: World,
    chosen: Mapping[str, Sequence[int]] = NOBODY,
) -> Turn:
    """Start a case; `chosen` are people by step; return what is left to be done.

    Raises:
        FlowRefused: by name; the case must be thrown away.
    """
    turn = Turn(case, action, rules, world)
    choose(turn, chosen, INITIATOR)
    walk.begin(turn)
    case.seq += 1
    return turn


def perform(case: Case, action: FlowAction, rules: FlowRules, world: World, given: Command) -> Turn:
    """Carry a command out; return what is left to be done: sub-flows, copies.

    Raises:
        FlowRefused: by name; the case may be half changed then and must be thrown away.
    """
    turn = Turn(case, action, rules, world)
    carrier(given.name)(turn, given)
    walk.run(turn)
    case.seq += 1
    return turn
