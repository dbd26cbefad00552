"""Cashier day close and month close (rules.md 10)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select, text, union_all

from engine.extension import ActionContext, ActionResult, Invalid, Problem, action
from plugins.charging.ledger import ZERO
from plugins.charging.month_sql import movements
from plugins.charging.periods import DAY, add_months
from plugins.charging.reductions import move_state

Row = dict[str, Any]
NO_CASH_FLOW = ("prepaid", "deposit")  # ways in which nothing comes into the till


@action("charging.compute_day")
def compute_day(context: ActionContext) -> ActionResult:
    """Fill in what the system says was taken that day, by way."""
    for day_id in context.ids:
        compute(context, day_id)
    return ActionResult("Computed.")


def compute(context: Any, day_id: int) -> Row:
    """Bring the lines of an open day up to date; keep what was counted."""
    head = context.records.get("cashier_day", day_id, lock=True)
    totals = _taken(context, head)
    known = {
        line["way"]: line["id"]
        for line in context.records.find("cashier_day_line", f"cashier_day == {day_id}")
    }
    lines = [
        {"id": known.get(way), "way": way, "system": totals.get(way, ZERO)}
        for way in sorted(set(totals) | set(known))
    ]
    changed: Row = context.records.change("cashier_day", day_id, {"lines": lines})
    return changed


def _taken(context: Any, head: Row) -> dict[str, Decimal]:
    """Return by way what came into a cashier's till that day, less what he paid out."""
    moved = union_all(_received(context, head), _paid_out(context, head)).subquery("moved")
    query = select(moved.c.way, func.sum(moved.c.amount)).group_by(moved.c.way)
    return {row[0]: row[1] for row in context.connection.execute(query)}


def _received(context: Any, head: Row) -> Select[Any]:
    payment, way, estate = (context.table(n) for n in ("payment", "payment_way", "estate"))
    return (
        select(way.c.way, way.c.amount)
        .join(payment, payment.c.id == way.c.payment_id)
        .join(estate, estate.c.id == payment.c.estate_id)
        .where(
            payment.c.cashier_id == head["cashier"],
            payment.c.paid_on == head["day"],
            estate.c.office_id == head["unit"],
            way.c.way.not_in(NO_CASH_FLOW),
        )
    )


def _paid_out(context: Any, head: Row) -> Select[Any]:
    refund, estate = context.table("refund"), context.table("estate")
    return (
        select(refund.c.way, (-refund.c.amount).label("amount"))
        .join(estate, estate.c.id == refund.c.estate_id)
        .where(
            refund.c.cashier_id == head["cashier"],
            refund.c.paid_on == head["day"],
            refund.c.state == "paid",
            estate.c.office_id == head["unit"],
        )
    )


@action("charging.close_day")
def close_day(context: ActionContext) -> ActionResult:
    """Close cashier days: counted against system, a difference needs a reason."""
    for day_id in context.ids:
        close(context, day_id)
    return ActionResult("Closed.")


def close(context: Any, day_id: int) -> None:
    """Close one day.

    Raises:
        Invalid: a way was not counted, or a difference has no reason.
        Conflict: it is closed already.
    """
    head = compute(context, day_id)
    lines = context.records.find("cashier_day_line", f"cashier_day == {day_id}", sort=("id",))
    problems = [
        Problem("Count this way too.", field=f"lines.{n}.counted")
        for n, line in enumerate(lines)
        if line["counted"] is None
    ]
    differs = any(line["counted"] != line["system"] for line in lines)
    if not problems and differs and not (head["reason"] or "").strip():
        problems = [Problem("A difference needs a reason.", field="reason")]
    if problems:
        raise Invalid(problems)
    move_state(context, "cashier_day", day_id, "open", "closed", closed_at=context.now)


@action("charging.close_month")
def close_month(context: ActionContext) -> ActionResult:
    """Close an office's months: nothing is posted inside them afterwards."""
    for close_id in context.ids:
        close_one_month(context, close_id)
    return ActionResult("Closed.")


def close_one_month(context: Any, close_id: int) -> Row:
    """Close one month, item by item to the cent.

    Raises:
        Invalid: the month is not over, an earlier one is open, or the ledger does not agree.
        Conflict: it is closed already.
    """
    head = context.records.get("month_close", close_id, lock=True)
    first: date = head["month"]
    last = add_months(first, 1) - DAY
    if last >= context.today:
        raise Invalid([Problem("The month is not over yet.", field="month")])
    # A posting at this moment holds its bills; the table lock waits for it.
    context.connection.execute(text("LOCK TABLE allocation IN SHARE MODE"))
    closing = ZERO
    for item, row in movements(context, head["unit"], first, last).items():
        line = {"month_close": close_id, "fee_item": item, **row}
        context.records.create("month_close_line", line)
        closing += row["closing"]
    move_state(context, "month_close", close_id, "open", "closed", closing=closing,
               closed_at=context.now, closed_by_id=context.user_id)  # fmt: skip
    found: Row = context.records.get("month_close", close_id)
    return found
