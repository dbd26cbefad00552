"""People whom somebody must choose: who starts, or who agrees in the step before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.extension import Invalid, Problem
from engine.flows.core.state import Visit
from engine.metadata.flows import PREVIOUS, Node, Step
from engine.wording import N_

if TYPE_CHECKING:
    from engine.flows.going import Going

CHOSEN = "chosen."  # and the step: the box in which its people are chosen


def chosen_by(node: Node | None) -> str:
    """Return who chooses a step's people: 'initiator', 'previous'; '' if nobody does."""
    ways = node.who if isinstance(node, Step) else ()
    return next((one.name for one in ways if one.kind == "chosen_by"), "")


def lacks(node: Node | None, visit: Visit) -> str:
    """Return why a step cannot go on without a choice: 'nobody', 'too_few'; '' if it can."""
    if not isinstance(node, Step) or any(one.kind != "chosen_by" for one in node.who):
        return ""
    lost = visit.state == "refused" and visit.reason == "nobody"
    return "nobody" if lost else str(visit.data.get("held", ""))


def must_have_chosen(going: Going) -> None:
    """Refuse an agreement that leaves the next step without the people it was to name.

    Raises:
        Invalid: at the box of each such step.
    """
    nodes = {node.id: node for node in going.action.nodes()}
    before, found = going.stored.before.visits, dict[str, str]()
    for no, visit in going.stored.case.visits.items():
        node = nodes.get(visit.node)
        if no not in before and chosen_by(node) == PREVIOUS:
            found[visit.node] = lacks(node, visit)
    must_lack_nothing(found.items())


def must_lack_nothing(steps: Iterable[tuple[str, str]]) -> None:
    """Refuse steps that cannot go on without a choice; each is given with `lacks`.

    Raises:
        Invalid: at the box of each.
    """
    problems = [
        Problem(_MESSAGES.get(why, _MESSAGES["nobody"]), {}, f"{CHOSEN}{step}", why)
        for step, why in steps
        if why
    ]
    if problems:
        raise Invalid(problems)


_MESSAGES = {
    "nobody": N_("Choose at least one person."),
    "too_few": N_("Choose more people: so few cannot decide this step."),
}
