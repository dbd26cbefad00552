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
    values = {
        **bill_head(context, item, kind, period or (context.today, context.today)),
        "no": numbers(context, 1)[0],
        "estate": room["estate"],
        "room": room["id"],
        "payer": payer,
        **bill_amounts(amount, item["tax_rate"]),
        **({"due_on": due_on} if due_on else {}),
    }
    made: Row = context.records.create("receivable", values | more)
    return made


def bill_head(context: Any, item: Row, kind: str, period: tuple[date, date]) -> Row:
    """Return what published bills of one item, dated today, have in common."""
    return {
        "fee_item": item["id"],
        "kind": kind,
        "period_from": period[0],
        "period_to": period[1],
        "bill_on": context.today,
        "due_on": due_date(context.today, terms_of(item).due),
        "state": "published",
        "published_at": context.now,
    }


def bill_amounts(amount: Decimal, tax_rate: Decimal) -> Row:
    """Return an unpaid bill's amounts, the tax taken out of it (W57)."""
    taxed = split_tax(amount, tax_rate)
    return {
        "amount": amount,
        "open": amount,
        "tax_rate": tax_rate,
        "net": taxed.net,
        "tax": taxed.tax,
        "pay_state": "unpaid" if amount else "paid",
    }


def numbers(context: Any, count: int) -> list[str]:
    """Return numbers no bill has: bills need no gap-free series, receipts do."""
    sequence = func.pg_get_serial_sequence("receivable", "id")
    each = func.generate_series(1, count).table_valued("n").render_derived()
    query = select(func.nextval(cast(sequence, Text()))).select_from(each)
    taken = context.connection.execute(query).scalars()
    return [f"LS{context.today:%Y%m%d}-{number:06d}" for number in taken]
