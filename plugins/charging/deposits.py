"""Deposits: billed, held, and settled after an inspection (W39, W40)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.extension import ActionContext, ActionResult, Invalid, action
from plugins.charging.allocation import allocate
from plugins.charging.late_fee_ledger import fix_late_fees, late_fees_as_of
from plugins.charging.ledger import ZERO, Change, lock_bills, payable, post_changes
from plugins.charging.offsetting import open_bills
from plugins.charging.one_off import make_bill, payer_of
from plugins.charging.posting import must_be_open
from plugins.charging.reductions import move_state
from plugins.charging.settlements import deposit_refund

Row = dict[str, Any]


@action("charging.take_deposit")
def take_deposit(context: ActionContext) -> ActionResult:
    """Ask for a deposit: a bill that is a liability, not income."""
    asked = context.asked
    room = context.records.get("room", asked["room"])
    payer = payer_of(room, asked.get("payer"))
    item = context.records.get("fee_item", asked["fee_item"])
    bill = make_bill(context, item=item, room=room, payer=payer, kind="deposit",
                     amount=asked["amount"], note=asked.get("note"))  # fmt: skip
    made = context.records.create(
        "deposit",
        {"room": room["id"], "payer": payer, "fee_item": item["id"], "receivable": bill["id"],
         "amount": asked["amount"], "note": asked.get("note")},
    )  # fmt: skip
    return ActionResult("The deposit is due.", redirect=f"/e/deposit/{made['id']}")


@action("charging.settle_deposit")
def settle_deposit(context: ActionContext) -> ActionResult:
    """Settle held deposits: forfeit, pay the room's open bills, give the rest back."""
    back = sum((settle(context, deposit_id) for deposit_id in context.ids), ZERO)
    return ActionResult("%(amount)s is refunded.", {"amount": back})


def settle(context: Any, deposit_id: int) -> Decimal:
    """Settle one deposit and return what is given back.

    Raises:
        Invalid: forfeit and open bills exceed what is held.
        Refused: the month is closed.
    """
    asked = context.asked
    deposit = context.records.get("deposit", deposit_id, lock=True)
    room = context.records.get("room", deposit["room"])
    must_be_open(context, room["estate"], context.today, till=context.user_id)
    forfeit = asked["forfeit"] or ZERO
    left = deposit["held"] - forfeit
    if left < 0:
        raise Invalid("The forfeit is more than the deposit.")
    paid = _pay_bills(context, deposit, left) if asked.get("offset_bills") else ZERO
    back = deposit_refund(deposit["held"], [paid], forfeit)
    context.records.change(
        "deposit", deposit_id,
        {"held": ZERO, "forfeited": forfeit, "offset": paid, "refunded": back, "state": "settled",
         "note": asked.get("reason") or deposit["note"]},
    )  # fmt: skip
    if back:
        _refund(context, deposit, room, back)
    return back


def _pay_bills(context: Any, deposit: Row, left: Decimal) -> Decimal:
    bill = context.table("receivable")
    rows = lock_bills(
        context,
        (bill.c.room_id == deposit["room"]) & (bill.c.kind != "deposit") & payable(bill),
    )
    fees = late_fees_as_of(context, rows, context.today)
    spread = allocate(left, open_bills(rows, fees))
    touched = [r for r in rows if r["id"] in {p.bill for p in spread.parts}]
    fixed = fix_late_fees(context, touched, fees, context.today, None)
    changes = [
        Change(bill=p.bill, principal=p.principal, late_fee=p.late_fee,
               late_fixed=fixed.get(p.bill, ZERO))
        for p in spread.parts
    ]  # fmt: skip
    post_changes(context, "deposit", changes, context.today, deposit=deposit["id"])
    return left - spread.surplus


def _refund(context: Any, deposit: Row, room: Row, back: Decimal) -> None:
    refund = context.records.create(
        "refund",
        {"estate": room["estate"], "kind": "deposit", "deposit": deposit["id"],
         "payer": deposit["payer"], "amount": back, "way": context.asked["way"],
         "reason": context.asked.get("reason") or deposit["no"], "cashier": context.user_id},
    )  # fmt: skip
    # Settling the deposit was the decision: nobody is asked again.
    move_state(context, "refund", refund["id"], "draft", "paid",
               paid_on=context.today, approved_by_id=context.user_id)  # fmt: skip
    context.records.create(
        "receipt",
        {"estate": room["estate"], "refund": refund["id"], "payer": deposit["payer"],
         "issued_on": context.today, "kind": "red", "amount": -back},
    )  # fmt: skip
