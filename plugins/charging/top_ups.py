"""Topping up a prepayment account: a payment that settles no bill."""

from __future__ import annotations

from typing import Any

from engine.extension import ActionContext, ActionResult, action
from plugins.charging.one_off import payer_of
from plugins.charging.payments import Request, Taken, Way, take_payment

Row = dict[str, Any]


@action("charging.top_up")
def top_up(context: ActionContext) -> ActionResult:
    """Take a prepayment from a room's payer."""
    asked = context.asked
    room = context.records.get("room", asked["room"])
    taken = prepay(context, room, payer_of(room, asked.get("payer")), Way(
        asked["way"], asked["amount"], asked.get("reference") or ""
    ))  # fmt: skip
    return ActionResult("Received.", redirect=f"/e/payment/{taken.payment['id']}")


def prepay(context: Any, room: Row, payer: int, way: Way) -> Taken:
    """Post a payment whose whole amount goes to the prepayment."""
    return take_payment(
        context,
        Request(payer=payer, estate=room["estate"], room=room["id"], ways=[way], bills=[]),
    )
