"""Who decides later is chosen by who started the flow, or by who decided before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.flows.core.refusals import FlowRefused
from engine.flows.core.turn import Turn
from engine.metadata.flows import Step


def choose(turn: Turn, chosen: object, by: str) -> None:
    """Keep whom somebody chose for steps that leave it to him; `by` as in `chosen_by:`.

    Raises:
        FlowRefused: bad_target, no_people, inactive.
    """
    if not isinstance(chosen, Mapping):
        raise FlowRefused("bad_target")
    for name, users in chosen.items():
        step = turn.nodes.get(name)
        ways = step.who if isinstance(step, Step) else ()
        if not any(who.kind == "chosen_by" and who.name == by for who in ways):
            raise FlowRefused("bad_target")
        people = list(dict.fromkeys(_numbers(users)))
        if not people:
            raise FlowRefused("no_people")
        if len(turn.world.active(people)) != len(people):
            raise FlowRefused("inactive")
        turn.case.chosen[name] = people


def _numbers(users: object) -> list[int]:
    found = users if isinstance(users, Sequence) else ()
    return [one for one in found if isinstance(one, int)]
