"""Reversing a payment: a mirror row in an open period, never an edit (W41)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from engine.extension import ActionContext, ActionResult, Conflict, action
from plugins.charging.deposit_ledger import deposits_follow
from plugins.charging.late_fee_ledger import catch_up
from plugins.charging.ledger import Change, apply_changes, lock_bills
from plugins.charging.posting import must_be_open
from plugins.charging.prepayments import account_of, move

Row = dict[str, Any]


@action("charging.reverse_payment")
def reverse_payment(context: ActionContext) -> ActionResult:
    """Reverse the chosen payments; their bills are open again."""
    for payment_id in context.ids:
        reverse(context, payment_id, str(context.asked["reason"]))
    return ActionResult("Reversed.")


@action("charging.reverse_as_asked")
def reverse_as_asked(context: ActionContext) -> None:
    """Reverse the payments of approved requests."""
    for request_id in context.ids:
        asked = context.records.get("payment_reversal", request_id, lock=True)
        mirror = reverse(context, asked["payment"], asked["reason"])
        done = {"mirror": mirror["id"], "approved_by": context.user_id}
        context.records.change("payment_reversal", request_id, done)


def reverse(context: Any, payment_id: int, reason: str) -> Row:
    """Post the mirror of a payment today and return it.

    Late fees run on from the due date as if it had not been paid (rules.md 9).

    Raises:
        Conflict: it is reversed or refunded already.
        Refused: today is closed, or its surplus was spent from the prepayment.
    """
    old = context.records.get("payment", payment_id, lock=True)
    must_be_open(context, old["estate"], context.today, till=context.user_id)
    _mark_reversed(context, payment_id)
    mirror = _mirror(context, old, reason)
    _take_back(context, payment_id, mirror["id"])
    if old["surplus"]:
        account = account_of(context, old["payer"], old["estate"])
        assert account is not None
        move(context, account["id"], "reversal", -old["surplus"], context.today,
             payment=mirror["id"])  # fmt: skip
    _red_receipts(context, old, mirror)
    return mirror


def _mark_reversed(context: Any, payment_id: int) -> None:
    table = context.table("payment")
    statement = update(table).where(
        table.c.id == payment_id, table.c.state == "posted", table.c.refunded == 0
    )
    values = {"state": "reversed", "version": table.c.version + 1, "updated_at": context.now}
    if context.connection.execute(statement.values(values)).rowcount != 1:
        raise Conflict("This payment is reversed or refunded already.")


def _mirror(context: Any, old: Row, reason: str) -> Row:
    way = context.table("payment_way")
    ways = context.records.find("payment_way", way.c.payment_id == old["id"], sort=("id",))
    values = {name: old[name] for name in ("estate", "room", "payer", "channel")}
    values |= {name: -old[name] for name in ("total", "applied", "late_fee", "surplus")}
    values |= {
        "paid_on": context.today,
        "cashier": context.user_id,
        "state": "reversal",
        "reversal_of": old["id"],
        "reason": reason,
        "ways": [
            {"way": w["way"], "amount": -w["amount"], "reference": w["reference"]} for w in ways
        ],
    }
    made: Row = context.records.create("payment", values)
    return made


def _take_back(context: Any, payment_id: int, mirror_id: int) -> None:
    table, bill = context.table("allocation"), context.table("receivable")
    query = select(table).where(table.c.payment_id == payment_id).order_by(table.c.id)
    rows = [dict(r) for r in context.connection.execute(query).mappings()]
    touched = bill.c.id.in_([r["receivable_id"] for r in rows])
    bills = lock_bills(context, touched)
    changes = [
        Change(bill=r["receivable_id"], principal=-r["amount"], late_fee=-r["late_fee"])
        for r in rows
    ]
    apply_changes(context, changes, context.today)
    deposits_follow(context, bills, changes, context.today)
    _mirror_allocations(context, rows, mirror_id)
    missed = catch_up(context, lock_bills(context, touched), mirror_id)
    caught = [Change(bill=one, late_fixed=amount) for one, amount in missed.items()]
    apply_changes(context, caught, context.today)


def _mirror_allocations(context: Any, rows: list[Row], mirror_id: int) -> None:
    table = context.table("allocation")
    mirrored = [
        {
            "receivable_id": r["receivable_id"],
            "payment_id": mirror_id,
            "kind": "reversal",
            "amount": -r["amount"],
            "late_fee": -r["late_fee"],
            "on_date": context.today,
            "reversal_of_id": r["id"],
            "is_reversed": True,
            "scope_unit_id": r["scope_unit_id"],
            **_stamps(context),
        }
        for r in rows
    ]
    if mirrored:
        context.connection.execute(insert(table), mirrored)
    ids = [r["id"] for r in rows]
    context.connection.execute(update(table).where(table.c.id.in_(ids)).values(is_reversed=True))


def _stamps(context: Any) -> Row:
    return {
        "created_at": context.now,
        "updated_at": context.now,
        "created_by": context.user_id,
        "updated_by": context.user_id,
    }


def _red_receipts(context: Any, old: Row, mirror: Row) -> None:
    table = context.table("receipt")
    for receipt in context.records.find("receipt", table.c.payment_id == old["id"]):
        context.records.create(
            "receipt",
            {
                "estate": receipt["estate"],
                "payment": mirror["id"],
                "payer": receipt["payer"],
                "issued_on": context.today,
                "kind": "red",
                "amount": -receipt["amount"],
                "red_of": receipt["id"],
            },
        )
        context.records.change("receipt", receipt["id"], {"state": "void"})
