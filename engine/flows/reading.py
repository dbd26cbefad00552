"""Read a record that an approval shows, above the row rules (rule 21)."""

from __future__ import annotations

from dataclasses import replace

from engine.access import ALL
from engine.records import Workspace

READER = "<reader>"  # no role of the database: it lives as long as this work


def as_reader(work: Workspace, entity: str) -> Workspace:
    """Return the same person's work with the right to read one entity.

    Only for a record that `is_reader` has said yes to. Masked fields stay masked, and links
    lead only where his own rights lead.
    """
    actor = work.actor
    if actor.is_unlimited:
        return work
    rights = {**actor.rights, READER: frozenset({("read", entity)})}
    grants = {**actor.grants, READER: ALL}
    roles = actor.roles | {READER}
    reading = replace(actor, roles=roles, rights=rights, grants=grants, known={})
    return replace(work, actor=reading, memo={})
