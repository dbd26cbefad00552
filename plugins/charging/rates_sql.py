"""What was billed, received and recovered in a period, by estate or office (W43-W47)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, func, literal, null, select, union_all

from plugins.charging.rates import arrears_rate, current_rate, household_rate, overall_rate

Row = dict[str, Any]
SUMS = ("billed", "reduced", "received", "opening", "recovered", "still_owed")


def collected(
    context: Any, first: date, last: date, by: str = "estate", *, net: bool = False
) -> list[Row]:
    """Return a row per estate, or per `office`: name, sums, households and the four rates.

    Current are bills dated in the period, arrears those dated before it with something open
    when it began. Money counts by the day it was allocated, up to `last`. With `net`
    reductions come off what was billed. Deposits and prepayments are in no figure.
    """
    bills = _bills(context, first, last).subquery("bills")
    estate, unit = context.table("estate"), context.table("org_unit")
    group = estate.c.id if by == "estate" else unit.c.id
    name = estate.c.name if by == "estate" else unit.c.name
    owing = _owing(bills)
    query = (
        select(
            group.label("id"),
            name.label("name"),
            *(func.coalesce(func.sum(bills.c[n]), Decimal(0)).label(n) for n in SUMS),
            func.count(bills.c.current_room.distinct()).label("households"),
            func.count(case((owing, bills.c.current_room)).distinct()).label("owing"),
        )
        .select_from(bills)
        .join(estate, estate.c.id == bills.c.estate_id)
        .outerjoin(unit, unit.c.id == estate.c.office_id)
        .group_by(group, name)
        .order_by(name)
    )
    rows = [dict(row) for row in context.connection.execute(query).mappings()]
    return [row | rates_of(row, net=net) for row in rows]


def rates_of(row: Row, *, net: bool = False) -> Row:
    """Return the four rates of a row of sums, in percent; None where there is no base."""
    reduced = row["reduced"] if net else Decimal(0)
    return {
        "current_rate": current_rate(row["billed"], row["received"], reduced),
        "arrears_rate": arrears_rate(row["recovered"], row["still_owed"]),
        "household_rate": household_rate(row["households"], row["owing"]),
        "overall_rate": overall_rate(
            row["received"], row["recovered"], row["billed"] - reduced, row["opening"]
        ),
    }


def _owing(bills: Any) -> Any:
    """Tell whether a household charged in the period owes anything, old or new."""
    other = bills.alias("other")
    owes = select(other.c.room_id).where(other.c.left > 0)
    return bills.c.current_room.in_(owes)


def _bills(context: Any, first: date, last: date) -> Any:
    """Return the query of each bill's part in the figures."""
    bill, moved = context.table("receivable"), _moved(context, first, last).subquery("moved")
    is_current = bill.c.bill_on >= first

    def sum_of(name: str) -> Any:
        return func.coalesce(moved.c[name], Decimal(0))

    opening = bill.c.amount - sum_of("before")
    left = opening - sum_of("paid") - sum_of("taken_off")
    zero = literal(Decimal(0))
    return (
        select(
            bill.c.estate_id,
            bill.c.room_id,
            left.label("left"),
            case((is_current, bill.c.room_id), else_=null()).label("current_room"),
            case((is_current, bill.c.amount), else_=zero).label("billed"),
            case((is_current, sum_of("all_taken_off")), else_=zero).label("reduced"),
            case((is_current, sum_of("all_paid")), else_=zero).label("received"),
            case((is_current, zero), else_=opening).label("opening"),
            case((is_current, zero), else_=sum_of("paid")).label("recovered"),
            case((is_current, zero), else_=left).label("still_owed"),
        )
        .outerjoin(moved, moved.c.bill == bill.c.id)
        .where(
            bill.c.state == "published",
            bill.c.kind.not_in(("deposit", "gift")),
            bill.c.bill_on <= last,
            context.visible("receivable", bill),
        )
    )


def _moved(context: Any, first: date, last: date) -> Any:
    """Sum what lowered each bill: before the period, in it, and all in all.

    All in all, because a bill of the period may have been paid before its date.
    """
    rows = union_all(*_movements(context, last)).subquery("rows")
    inside = rows.c.day >= first

    def total(value: Any, condition: Any) -> Any:
        return func.coalesce(func.sum(value).filter(condition), Decimal(0))

    return select(
        rows.c.bill,
        total(rows.c.paid + rows.c.taken_off, ~inside).label("before"),
        total(rows.c.paid, inside).label("paid"),
        total(rows.c.taken_off, inside).label("taken_off"),
        func.sum(rows.c.paid).label("all_paid"),
        func.sum(rows.c.taken_off).label("all_taken_off"),
    ).group_by(rows.c.bill)


def _movements(context: Any, last: date) -> list[Any]:
    paid, line, head = (context.table(n) for n in ("allocation", "reduction_line", "reduction"))
    zero = literal(Decimal(0))

    def reduced(day: Any, sign: int) -> Any:
        amount = (line.c.amount * sign).label("taken_off")
        bill = line.c.receivable_id.label("bill")
        query = select(bill, day.label("day"), zero.label("paid"), amount)
        query = query.join(head, head.c.id == line.c.reduction_id)
        return query.where(and_(day <= last, head.c.state.in_(("approved", "revoked"))))

    allocated = select(
        paid.c.receivable_id.label("bill"),
        paid.c.on_date.label("day"),
        paid.c.amount.label("paid"),
        zero.label("taken_off"),
    ).where(paid.c.on_date <= last)
    return [allocated, reduced(head.c.applied_on, 1), reduced(head.c.revoked_on, -1)]
