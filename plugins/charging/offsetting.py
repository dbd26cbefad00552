"""Prepayments pay bills: when a run is published, or by hand (W34)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from engine.extension import ActionContext, ActionResult, action
from plugins.charging.allocation import OpenBill, allocate
from plugins.charging.late_fee_ledger import fix_late_fees, late_fees_as_of
from plugins.charging.ledger import (
    ZERO,
    Change,
    lock_bills,
    payable,
    post_changes,
)
from plugins.charging.prepayments import move

Row = dict[str, Any]


@action("charging.offset_bills")
def offset_bills(context: ActionContext) -> ActionResult:
    """Pay the chosen bills from their payers' prepayments, as far as these reach."""
    bill = context.table("receivable")
    rows = lock_bills(context, bill.c.id.in_(context.ids))
    total = offset(context, rows)
    return ActionResult("%(amount)s paid from prepayments.", {"amount": total})


def offset_run(context: Any, run_id: int) -> Decimal:
    """Pay a published run's bills from prepayments; return how much.

    Only payers who have a balance are looked at; fee items that do not allow it are left.
    """
    bill, account = context.table("receivable"), context.table("prepayment_account")
    item = context.table("fee_item")
    with_balance = select(account.c.payer_id).where(account.c.balance > 0)
    rows = lock_bills(
        context,
        (bill.c.bill_run_id == run_id)
        & (bill.c.open > 0)
        & bill.c.payer_id.in_(with_balance)
        & bill.c.fee_item_id.in_(select(item.c.id).where(item.c.offset_prepayment)),
    )
    return offset(context, rows)


def offset(context: Any, rows: list[Row]) -> Decimal:
    """Pay locked bills from the accounts of their payers: the room's own first."""
    by_payer: dict[tuple[int, int], list[Row]] = {}
    for row in rows:
        by_payer.setdefault((row["payer_id"], row["estate_id"]), []).append(row)
    total = ZERO
    for (payer, estate), bills in sorted(by_payer.items()):
        table = context.table("prepayment_account")
        accounts = context.records.find(
            "prepayment_account",
            (table.c.payer_id == payer) & (table.c.estate_id == estate) & (table.c.balance > 0),
            sort=("-room", "id"),
            lock=True,
        )
        for account in accounts:
            total += _offset_account(context, account, bills)
    return total


def _offset_account(context: Any, account: Row, bills: list[Row]) -> Decimal:
    wanted = [b for b in bills if account["room"] in (None, b["room_id"])]
    ids = [b["id"] for b in wanted]
    bill = context.table("receivable")
    wanted = lock_bills(context, bill.c.id.in_(ids) & payable(bill))
    fees = late_fees_as_of(context, wanted, context.today)
    opened = open_bills(wanted, fees)
    found = allocate(account["balance"], opened)
    touched = [b for b in wanted if b["id"] in {p.bill for p in found.parts}]
    fixed = fix_late_fees(context, touched, fees, context.today, None)
    changes = [
        Change(bill=p.bill, principal=p.principal, late_fee=p.late_fee,
               late_fixed=fixed.get(p.bill, ZERO))
        for p in found.parts
    ]  # fmt: skip
    post_changes(context, "offset", changes, context.today)
    for part in found.parts:
        taken = part.principal + part.late_fee
        move(context, account["id"], "offset", -taken, context.today, receivable=part.bill)
    return Decimal(account["balance"] - found.surplus)


def open_bills(rows: list[Row], fees: dict[int, Any]) -> list[OpenBill]:
    """Return locked bills as allocation sees them."""
    return [
        OpenBill(
            id=row["id"],
            due_on=row["due_on"],
            number=row["no"],
            fee_item=row["fee_item_id"],
            priority=row["item_priority"],
            order=row["item_order"],
            room=row["room_id"],
            period_from=row["period_from"],
            principal=row["open"],
            late_fee=fees[row["id"]].open,
        )
        for row in rows
    ]
