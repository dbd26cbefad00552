"""Refunds of payments and prepayments (W38)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update

from engine.extension import ActionContext, Conflict, Invalid, Problem, action
from plugins.charging.ledger import ZERO, Change, allocate_rows, apply_changes, lock_bills, units_of
from plugins.charging.posting import must_be_open
from plugins.charging.prepayments import move
from plugins.charging.reductions import reduce_for_refund

Row = dict[str, Any]


@action("charging.check_refund")
def check_refund(context: ActionContext) -> None:
    """Check refunds that are handed in."""
    for refund_id in context.ids:
        head = context.records.get("refund", refund_id, lock=True)
        if head["payment"] is not None:
            _check_payment(context, head, _lines(context, refund_id))


def _lines(context: Any, refund_id: int) -> list[Row]:
    found: list[Row] = context.records.find("refund_line", f"refund == {refund_id}", sort=("id",))
    return found


def _check_payment(context: Any, head: Row, lines: list[Row]) -> None:
    """Refuse more than the payment gave each bill, less what was refunded before.

    Raises:
        Invalid: says for each line how much can be refunded.
    """
    if sum((line["amount"] for line in lines), ZERO) != head["amount"]:
        raise Invalid([Problem("The lines must add up to the amount.", field="amount")])
    left = refundable(context, head["payment"])
    problems = [
        Problem("At most %(left)s of that bill can be refunded.",
                {"left": left.get(line["receivable"], ZERO)}, f"lines.{number}.amount")
        for number, line in enumerate(lines)
        if line["amount"] > left.get(line["receivable"], ZERO)
    ]  # fmt: skip
    if problems:
        raise Invalid(problems)


def refundable(context: Any, payment: int) -> dict[int, Decimal]:
    """Return by bill what a payment gave and was not taken back: refunds are its rows too."""
    table = context.table("allocation")
    query = (
        select(table.c.receivable_id, func.sum(table.c.amount))
        .where(table.c.payment_id == payment, ~table.c.is_reversed)
        .group_by(table.c.receivable_id)
    )
    return {row[0]: row[1] for row in context.connection.execute(query)}


@action("charging.pay_refund")
def pay_refund(context: ActionContext) -> None:
    """Pay approved refunds out today."""
    for refund_id in context.ids:
        pay(context, refund_id)


def pay(context: Any, refund_id: int) -> None:
    """Pay one approved refund.

    What is given back of a bill is charged no more: received falls and reduced rises by it,
    so nothing is owed anew; the payment's receipt gets a red copy.

    Raises:
        Invalid: more than what is left.
        Conflict: the payment is reversed, or not that much of it is left.
        Refused: the month is closed, or the prepayment does not suffice.
    """
    head = context.records.get("refund", refund_id, lock=True)
    must_be_open(context, head["estate"], context.today, till=head["cashier"])
    paid = {"paid_on": context.today, "approved_by": context.user_id}
    context.records.change("refund", refund_id, paid)
    if head["kind"] == "prepayment":
        move(context, head["account"], "refund", -head["amount"], context.today, refund=refund_id)
    else:
        _pay_lines(context, head)
    context.records.create(
        "receipt",
        {"estate": head["estate"], "refund": refund_id, "payment": head["payment"],
         "payer": head["payer"], "issued_on": context.today, "kind": "red",
         "amount": -head["amount"]},
    )  # fmt: skip


def _pay_lines(context: Any, head: Row) -> None:
    _take_from_payment(context, head)
    lines = _lines(context, head["id"])
    bill = context.table("receivable")
    bills = lock_bills(context, bill.c.id.in_([line["receivable"] for line in lines]))
    _check_payment(context, head, lines)
    amounts = {line["receivable"]: line["amount"] for line in lines}
    back = [Change(bill=b, principal=-a) for b, a in amounts.items()]
    both = [Change(bill=b, principal=-a, reduced=a) for b, a in amounts.items()]
    apply_changes(context, both, context.today)
    allocate_rows(context, "refund", back, context.today, units_of(bills),
                  payment=head["payment"], refund=head["id"])  # fmt: skip
    by_room: dict[int, dict[int, Decimal]] = {}
    for row in bills:
        by_room.setdefault(row["room_id"], {})[row["id"]] = amounts[row["id"]]
    for room, parts in by_room.items():
        reduce_for_refund(context, room, parts, head["reason"])


def _take_from_payment(context: Any, head: Row) -> None:
    table = context.table("payment")
    statement = update(table).where(
        table.c.id == head["payment"],
        table.c.state == "posted",
        table.c.refunded + head["amount"] <= table.c.applied,
    )
    values = {"refunded": table.c.refunded + head["amount"], "version": table.c.version + 1}
    if context.connection.execute(statement.values(values)).rowcount != 1:
        raise Conflict("The payment is reversed, or not that much of it is left.")
