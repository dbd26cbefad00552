"""Bills outside of runs: one-off charges, deposits, differences (checklist R03-13)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Text, cast, func, select

from engine.extension import ActionContext, ActionResult, Invalid, action
from plugins.charging.amounts import split_tax
from plugins.charging.periods import due_date
from plugins.charging.posting import must_be_open
from plugins.charging.terms import terms_of

Row = dict[str, Any]


@action("charging.charge_once")
def charge_once(context: ActionContext) -> ActionResult:
    """Bill one amount to a room's payer, at once."""
    asked = context.asked
    room = context.records.get("room", asked["room"])
    bill = make_bill(
        context,
        item=context.records.get("fee_item", asked["fee_item"]),
        room=room,
        payer=payer_of(room, asked.get("payer")),
        kind="adhoc",
        amount=asked["amount"],
        due_on=asked.get("due_on"),
        note=asked.get("note"),
    )
    return ActionResult("Billed.", redirect=f"/e/receivable/{bill['id']}")


def payer_of(room: Row, given: int | None) -> int:
    """Return who pays.

    Raises:
        Invalid: nobody was given and the room has no payer.
    """
    payer = given or room["payer"]
    if payer is None:
        raise Invalid("The room has no payer.")
    return int(payer)


def make_bill(  # noqa: PLR0913  # a bill has that many sides
    context: Any,
    *,
    item: Row,
    room: Row,
    payer: int,
    kind: str,
    amount: Decimal,
    period: tuple[date, date] | None = None,
    due_on: date | None = None,
    **more: Any,
) -> Row:
    """Write one published bill dated today.

    Raises:
        Invalid: the amount is not above 0 (a gift may be 0).
        Refused: the month is closed.
    """
    if amount < 0 or (amount == 0 and kind != "gift"):
        raise Invalid("The amount must be more than 0.")
    must_be_open(context, room["estate"], context.today)
    first, last = period or (context.today, context.today)
    values = {
        "no": _number(context),
        "estate": room["estate"],
        "room": room["id"],
        "payer": payer,
        "fee_item": item["id"],
        "kind": kind,
        "period_from": first,
        "period_to": last,
        "bill_on": context.today,
        "due_on": due_on or due_date(context.today, terms_of(item).due),
        **_amounts(amount, item["tax_rate"]),
        "state": "published",
        "published_at": context.now,
    }
    made: Row = context.records.create("receivable", values | more)
    return made


def _amounts(amount: Decimal, tax_rate: Decimal) -> Row:
    taxed = split_tax(amount, tax_rate)
    return {
        "amount": amount,
        "open": amount,
        "tax_rate": tax_rate,
        "net": taxed.net,
        "tax": taxed.tax,
        "pay_state": "unpaid" if amount else "paid",
    }


def _number(context: Any) -> str:
    """Return a number no bill has: bills need no gap-free series, receipts do."""
    sequence = func.pg_get_serial_sequence("receivable", "id")
    number = context.connection.execute(select(func.nextval(cast(sequence, Text())))).scalar_one()
    return f"LS{context.today:%Y%m%d}-{number:06d}"
