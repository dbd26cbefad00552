"""Read what a `before` listener is given: what was sent, not yet parsed, over what was."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from engine.extension import EventContext


def value(context: EventContext, name: str) -> Any:
    """Return what the record will hold: as it was sent, else as it stands."""
    if name in context.values:
        return context.values[name]
    return (context.old or {}).get(name)


def text(context: EventContext, name: str) -> str:
    """Return a text without blanks around it; '' for none."""
    found = value(context, name)
    return "" if found is None else str(found).strip()


def link(context: EventContext, name: str) -> int | None:
    """Return the id a link will hold; None if it is empty or no id (the engine says so)."""
    found = value(context, name)
    return int(found) if str(found).strip().isdecimal() else None


def touches(context: EventContext, names: Collection[str]) -> bool:
    """Tell whether the write concerns one of the fields; a new record concerns all."""
    return context.event == "create" or any(name in context.values for name in names)
