"""What moved an office's receivables in a month, by fee item, from the dated ledgers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, literal, select, union_all

NAMES = ("opening", "billed", "reduced", "received", "refunded", "closing")


def movements(context: Any, office: int, first: date, last: date) -> dict[int, dict[str, Decimal]]:
    """Return opening, billed, reduced, received, refunded and closing by fee item.

    Amounts to the end of `last`; opening + billed − reduced − received + refunded = closing.
    A refund gives money back (refunded) and takes the charge off (reduced).
    """
    parts = union_all(
        _billed(context, office, last),
        _reduced(context, office, last),
        _revoked(context, office, last),
        _allocated(context, office, last),
    ).subquery("parts")
    inside = parts.c.day >= first
    owed = parts.c.billed - parts.c.reduced - parts.c.received + parts.c.refunded

    def total(value: Any, condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, value), else_=0)), 0)

    query = (
        select(
            parts.c.item,
            total(owed, ~inside).label("opening"),
            *(total(parts.c[n], inside).label(n) for n in NAMES[1:5]),
            func.sum(owed).label("closing"),
        )
        .group_by(parts.c.item)
        .order_by(parts.c.item)
    )
    rows = context.connection.execute(query).mappings()
    return {row["item"]: {name: row[name] for name in NAMES} for row in rows}


def _part(item: Any, day: Any, **given: Any) -> list[Any]:
    zero = literal(Decimal(0))
    amounts = [given.get(n, zero).label(n) for n in NAMES[1:5]]
    return [item.label("item"), day.label("day"), *amounts]


def _bills(context: Any, office: int) -> tuple[Any, Any]:
    bill, estate = context.table("receivable"), context.table("estate")
    own = bill.c.estate_id.in_(select(estate.c.id).where(estate.c.office_id == office))
    return bill, own & (bill.c.state == "published")


def _billed(context: Any, office: int, last: date) -> Any:
    bill, own = _bills(context, office)
    columns = _part(bill.c.fee_item_id, bill.c.bill_on, billed=bill.c.amount)
    return select(*columns).where(own, bill.c.bill_on <= last)


def _reduced(context: Any, office: int, last: date) -> Any:
    return _reduction(context, office, last, "applied_on", 1)


def _revoked(context: Any, office: int, last: date) -> Any:
    return _reduction(context, office, last, "revoked_on", -1)


def _reduction(context: Any, office: int, last: date, day: str, sign: int) -> Any:
    bill, own = _bills(context, office)
    line, head = context.table("reduction_line"), context.table("reduction")
    columns = _part(bill.c.fee_item_id, head.c[day], reduced=line.c.amount * sign)
    return (
        select(*columns)
        .select_from(line)
        .join(head, head.c.id == line.c.reduction_id)
        .join(bill, bill.c.id == line.c.receivable_id)
        .where(own, head.c[day] <= last, head.c.state.in_(("approved", "revoked")))
    )


def _allocated(context: Any, office: int, last: date) -> Any:
    bill, own = _bills(context, office)
    row = context.table("allocation")
    refund = row.c.kind == "refund"
    columns = _part(
        bill.c.fee_item_id,
        row.c.on_date,
        received=case((refund, 0), else_=row.c.amount),
        refunded=case((refund, -row.c.amount), else_=0),
    )
    return (
        select(*columns)
        .select_from(row)
        .join(bill, bill.c.id == row.c.receivable_id)
        .where(own, row.c.on_date <= last)
    )
