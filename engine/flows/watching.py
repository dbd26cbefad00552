"""Which flows a person mends."""

from __future__ import annotations

from engine.flows.people import About, Directory
from engine.records import Workspace


def administered(work: Workspace) -> list[str]:
    """Return the names of the flows the actor is an administrator of."""
    if work.actor.is_admin:
        return sorted(work.catalog.flows)
    directory = Directory(work.as_flow())
    found = []
    for name, flow in sorted(work.catalog.flows.items()):
        about = About(
            initiator=0,
            entity=flow.entity,
            record_id=0,
            record={},
            decided={},
            chosen={},
            step="",
        )
        if flow.rules.admin and work.actor.user_id in directory.resolve(flow.rules.admin, about):
            found.append(name)
    return found
