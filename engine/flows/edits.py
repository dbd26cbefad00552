"""What a person changes in the record while deciding, and what must be filled in (rule 22)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.extension import Invalid, Problem, Refused
from engine.flows.core.refusals import MESSAGES, FlowRefused
from engine.flows.core.state import RESUBMIT
from engine.metadata.flows import Fields, Step
from engine.records.trail import wire
from engine.records.writing import change

if TYPE_CHECKING:
    from engine.flows.going import Going

NEGATIVE = frozenset({"reject", "return", "terminate", "abstain"})


def names(fields: Fields, every: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields meant, 'all' and 'none' spelt out."""
    if fields == "all":
        return frozenset(every)
    return frozenset() if fields == "none" else frozenset(fields)


def step_of(going: Going) -> Step | None:
    """Return the step of the command's task; None for a resubmission."""
    task = going.stored.case.tasks.get(going.given.task or 0)
    if task is None:
        return None
    node = {n.id: n for n in going.action.nodes()}.get(going.stored.case.visits[task.visit].node)
    return node if isinstance(node, Step) else None


def editable(going: Going) -> frozenset[str]:
    """Return the fields that the command's task lets its owner change."""
    every = going.live.work.catalog.entity(going.flow.entity).fields
    step = step_of(going)
    if step is not None:
        return names(step.edit, every)
    task = going.stored.case.tasks.get(going.given.task or 0)
    back = task is not None and going.stored.case.visits[task.visit].node == RESUBMIT
    return names(going.action.edit, every) if back else frozenset()


def edit(going: Going, values: Mapping[str, Any]) -> dict[str, Any]:
    """Change the record as the step allows; return the differences, in wire form.

    Raises:
        Refused: a field is not the step's to change.
        Invalid: a value is wrong.
    """
    if going.given.actor is not None:
        _must_be_mine(going)  # also without values: what the step asks for is not told to others
    if not values:
        return {}
    allowed = editable(going) - {going.flow.status}
    stray = sorted(set(values) - allowed)
    if stray:
        raise Refused("This step does not let you change %(field)s.", field=stray[0])
    live = going.live
    entity = live.work.catalog.entity(going.flow.entity)
    before = wire(live.work, entity, live.record) or {}
    change(live.work, going.flow.entity, live.record["id"], values)
    live.reload()
    now = wire(live.work, entity, live.record) or {}
    changed = [n for n in now if n in entity.fields and before.get(n) != now.get(n)]
    return {name: [before.get(name), now.get(name)] for name in changed}


def _must_be_mine(going: Going) -> None:
    task = going.stored.case.tasks.get(going.given.task or 0)
    if task is None or going.given.actor not in (task.user, task.proxy):
        raise FlowRefused("not_your_task")
    if task.state != "open":
        raise FlowRefused("already_done" if not task.is_pending else "not_open")


def must_be_filled(going: Going) -> None:
    """Refuse to approve while fields are empty that the step asks for.

    Raises:
        Invalid: names each of them.
    """
    step = step_of(going)
    if step is None:
        return
    every = going.live.work.catalog.entity(going.flow.entity).fields
    empty = [n for n in sorted(names(step.require, every)) if _is_empty(going, n)]
    if empty:
        raise Invalid([Problem("This field is required.", {}, name, "required") for name in empty])


def _is_empty(going: Going, name: str) -> bool:
    field = going.live.work.catalog.entity(going.flow.entity).fields[name]
    if field.type == "lines":
        return not list(going.live.environment.lines((name,)))
    return going.live.environment.value((name,)) in (None, "", [])


def must_say_why(going: Going) -> None:
    """Refuse a decision without the words its flow asks for.

    Raises:
        Invalid: at `comment`.
    """
    rule = going.flow.rules.comment
    given = going.given
    decides = given.name in (*NEGATIVE, "approve")
    asked = given.name in NEGATIVE if rule == "on_negative" else decides and rule == "always"
    if asked and given.actor is not None and not given.comment.strip():
        message = MESSAGES["comment_required"]
        raise Invalid([Problem(message, {}, "comment", "comment_required")])
