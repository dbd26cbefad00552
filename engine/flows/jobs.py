"""The work of approvals in the background; importing this module registers it."""

from __future__ import annotations

from typing import Any

from engine.extension import job
from engine.flows import service  # noqa: F401  -- it hears what plugins' jobs tell of events
from engine.flows.timers import due_now, fire

TIMERS = "flows.timers"
FIRE = "flows.fire"


@job(TIMERS)
def timers_job(context: Any) -> dict[str, Any]:
    """Leave each timer whose moment has come as a job of its own: one transaction each."""
    found = due_now(context.connection, context.now)
    for timer in found:
        context.enqueue(FIRE, {"timer": timer}, key=f"timer {timer}")
    return {"timers": len(found)}


@job(FIRE)
def fire_job(context: Any) -> dict[str, Any]:
    """Let one timer do what it is for; one that was called off meanwhile does nothing."""
    return {"outcome": fire(context.asking, int(context.arguments["timer"]))}
