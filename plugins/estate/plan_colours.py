"""Colours of a plan: by the state of a room, or by whether it owes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from engine.extension import ScreenContext
from plugins.estate.texts import say_

NEUTRAL = "#dbe4f0"

# Written as attributes of the drawing: the pages' content policy allows no inline style.
_COLOURS = {
    "unsold": ("#c6d9ec", say_("Unsold")),
    "sold": ("#8fd3e8", say_("Sold")),
    "handed_over": ("#8ab4f8", say_("Handed over")),
    "occupied": ("#9bd6a3", say_("Occupied")),
    "vacant": ("#f7c58b", say_("Vacant")),
    "decorating": ("#f6e58d", say_("Decorating")),
    "leased": ("#cdb4f2", say_("Leased")),
    "closed": ("#cfd4da", say_("Closed")),
    "owing": ("#f29b9b", say_("In arrears")),
    "clear": ("#9bd6a3", say_("Nothing owed")),
}


def state_colour(key: str) -> str:
    """Return the fill of a state, or of 'owing' and 'clear'."""
    return _COLOURS[key][0] if key in _COLOURS else NEUTRAL


def legend_of(context: ScreenContext, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return colour, label and count of what is on the plan, in a fixed order."""
    return [
        {"fill": fill, "label": context.message(label), "count": counts[key]}
        for key, (fill, label) in _COLOURS.items()
        if counts.get(key)
    ]


def shows_arrears(context: ScreenContext) -> bool:
    """Tell whether there are bills at all, and the reader may see them."""
    try:
        context.table("receivable")
    except KeyError:
        return False
    return context.may("receivable", "read")


def arrears_of(context: ScreenContext, rooms: Sequence[int]) -> dict[int, Decimal]:
    """Return what each room owes past its due date, in the company's currency.

    A room that owes nothing is left out. Ask `shows_arrears` first.
    """
    bill = context.table("receivable")
    query = select(bill.c.room_id, func.sum(bill.c.open).label("owed"))
    query = query.where(bill.c.room_id.in_(rooms), bill.c.open > 0, bill.c.due_on < context.today)
    query = query.where(context.visible("receivable", bill)).group_by(bill.c.room_id)
    return {row.room_id: row.owed for row in context.connection.execute(query)}
