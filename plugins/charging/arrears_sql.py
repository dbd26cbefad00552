"""Ageing and payment progress straight from the ledger, in one statement each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date as DateType
from sqlalchemy import Integer, cast, func, literal, select, union_all

from plugins.charging.ageing import BUCKETS

Row = dict[str, Any]


def ageing_by_estate(context: Any, as_of: date) -> list[Row]:
    """Return a row per estate: estate, its name, each bucket's sum, credit, total.

    As of a past day only movements dated to then count (rules.md 11); the buckets and the
    credit add up to what the ledger had open that day. Deposits are no arrears.
    """
    rest = _open_at(context, as_of).subquery("rest")
    estate = context.table("estate")
    overdue = cast(literal(as_of, DateType()).op("-")(rest.c.due_on), Integer())
    query = (
        select(
            estate.c.id.label("estate"),
            estate.c.name.label("name"),
            *_bucket_sums(rest.c.open, overdue),
            func.sum(rest.c.open).label("total"),
        )
        .join(rest, rest.c.estate_id == estate.c.id)
        .group_by(estate.c.id, estate.c.name)
        .order_by(estate.c.name)
    )
    return [dict(row) for row in context.connection.execute(query).mappings()]


def _bucket_sums(value: Any, overdue: Any) -> list[Any]:
    found, above = [], None
    for name, last in BUCKETS:
        inside = value > 0
        if above is not None:
            inside &= overdue > above
        if last is not None:
            inside &= overdue <= last
        found.append(_sum_where(value, inside).label(name))
        above = last
    return [*found, _sum_where(value, value < 0).label("credit")]


def _sum_where(value: Any, condition: Any) -> Any:
    return func.coalesce(func.sum(value).filter(condition), Decimal(0))


def _open_at(context: Any, as_of: date) -> Any:
    """Return the query of (estate_id, due_on, open) of bills at the end of a day."""
    bill = context.table("receivable")
    ours = (bill.c.state == "published") & (bill.c.kind != "deposit")
    ours &= context.visible("receivable", bill)
    if as_of >= context.today:
        return select(bill.c.estate_id, bill.c.due_on, bill.c.open).where(ours, bill.c.open != 0)
    moved = _movements(context, as_of).subquery("moved")
    sums = (
        select(moved.c.bill, func.sum(moved.c.amount).label("amount"))
        .group_by(moved.c.bill)
        .subquery("sums")
    )
    left = bill.c.amount - func.coalesce(sums.c.amount, 0)
    return (
        select(bill.c.estate_id, bill.c.due_on, left.label("open"))
        .outerjoin(sums, sums.c.bill == bill.c.id)
        .where(ours, bill.c.bill_on <= as_of, left != 0)
    )


def _movements(context: Any, as_of: date) -> Any:
    paid, line, head = (context.table(n) for n in ("allocation", "reduction_line", "reduction"))

    def reduced(day: Any, sign: int) -> Any:
        query = select(line.c.receivable_id.label("bill"), (line.c.amount * sign).label("amount"))
        query = query.join(head, head.c.id == line.c.reduction_id)
        return query.where(day <= as_of, head.c.state.in_(("approved", "revoked")))

    allocated = select(paid.c.receivable_id.label("bill"), paid.c.amount.label("amount"))
    return union_all(
        allocated.where(paid.c.on_date <= as_of),
        reduced(head.c.applied_on, 1),
        reduced(head.c.revoked_on, -1),
    )


def progress_of(context: Any, building: int, first: date, last: date) -> list[Row]:
    """Return each room of a building with what it was billed and owes for those bill dates.

    `state` is none (no bill), paid, part, unpaid or overdue; the room matrix colours it.
    """
    room, bill = context.table("room"), context.table("receivable")
    billed = (bill.c.room_id == room.c.id) & (bill.c.state == "published")
    billed &= bill.c.bill_on.between(first, last) & (bill.c.kind != "deposit")
    late = func.bool_or((bill.c.open > 0) & (bill.c.due_on < context.today))
    query = (
        select(
            room.c.id, room.c.full_no, room.c.floor_no,
            func.coalesce(func.sum(bill.c.amount - bill.c.reduced), 0).label("billed"),
            func.coalesce(func.sum(bill.c.open), 0).label("open"),
            func.count(bill.c.id).label("bills"),
            late.label("late"),
        )
        .outerjoin(bill, billed)
        .where(room.c.building_id == building, room.c.state != "closed")
        .where(context.visible("room", room))
        .group_by(room.c.id, room.c.full_no, room.c.floor_no)
        .order_by(room.c.floor_no.desc(), room.c.full_no)
    )  # fmt: skip
    rows = [dict(row) for row in context.connection.execute(query).mappings()]
    return [row | {"state": _state(row)} for row in rows]


def _state(row: Row) -> str:
    if not row["bills"]:
        return "none"
    if row["open"] <= 0:
        return "paid"
    if row["late"]:
        return "overdue"
    return "part" if row["open"] < row["billed"] else "unpaid"
