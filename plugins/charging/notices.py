"""Payment notices: what each payer owes for a room, as of a day (checklist R03-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import insert, select, update

from engine.extension import ActionContext, ActionResult, Invalid, action
from plugins.charging.late_fee_ledger import LateFee, late_fees_as_of
from plugins.charging.ledger import ZERO, payable

Row = dict[str, Any]


@action("charging.make_notices")
def make_notices(context: ActionContext) -> ActionResult:
    """Make the notices of an estate or building."""
    asked = context.asked
    as_of = asked.get("as_of") or context.today
    batch, made = notices(context, asked["estate"], asked.get("building"), as_of,
                          overdue_only=bool(asked.get("overdue_only")))  # fmt: skip
    return ActionResult("%(count)s notices made.", {"count": made},
                        redirect=f"/e/notice/?f.batch={batch}")  # fmt: skip


def notices(
    context: Any, estate: int, building: int | None, as_of: date, *, overdue_only: bool = False
) -> tuple[str, int]:
    """Write one notice per room and payer with open bills; return the batch and how many.

    Set-wise: a handful of statements whatever the number of rooms.

    Raises:
        Invalid: nobody owes anything there.
    """
    bills = _open_bills(context, estate, building, as_of, overdue_only=overdue_only)
    if not bills:
        raise Invalid("Nobody owes anything there.")
    fees = late_fees_as_of(context, bills, as_of)
    balances = _balances(context, estate)
    groups = [list(own) for _, own in groupby(bills, key=lambda b: (b["room_id"], b["payer_id"]))]
    numbers = _numbers(context, estate, len(groups))
    batch = numbers[0]
    heads, lines = [], []
    for no, own in zip(numbers, groups, strict=True):
        balance = balances.get(own[0]["payer_id"], ZERO)
        heads.append(_head(context, no, batch, own, fees, as_of, balance))
        lines += [(no, bill, fees[bill["id"]].open) for bill in own]
    _write(context, heads, lines)
    bill = context.table("receivable")
    seen = update(bill).where(bill.c.id.in_([b["id"] for b in bills])).values(noticed_on=as_of)
    context.connection.execute(seen)
    return batch, len(heads)


def _numbers(context: Any, estate: int, count: int) -> list[str]:
    code = context.records.get("estate", estate)["code"]
    found: list[str] = context.next_numbers("notice", "no", count, **{"room.estate.code": code})
    return found


def _open_bills(
    context: Any, estate: int, building: int | None, as_of: date, *, overdue_only: bool
) -> list[Row]:
    bill, room = context.table("receivable"), context.table("room")
    query = (
        select(bill)
        .join(room, room.c.id == bill.c.room_id)
        .where(bill.c.estate_id == estate, bill.c.state == "published", payable(bill))
        .where(context.visible("receivable", bill))
        .order_by(
            room.c.building_id, room.c.full_no, bill.c.room_id, bill.c.payer_id, bill.c.due_on
        )
    )
    if building is not None:
        query = query.where(room.c.building_id == building)
    if overdue_only:
        query = query.where(bill.c.due_on < as_of)
    return [dict(row) for row in context.connection.execute(query).mappings()]


def _balances(context: Any, estate: int) -> dict[int, Decimal]:
    table = context.table("prepayment_account")
    query = select(table.c.payer_id, table.c.balance).where(
        table.c.estate_id == estate, table.c.balance > 0
    )
    found: dict[int, Decimal] = {}
    for payer, balance in context.connection.execute(query):
        found[payer] = found.get(payer, ZERO) + balance
    return found


def _head(
    context: Any, no: str, batch: str, bills: list[Row], fees: dict[int, LateFee], as_of: date,
    balance: Decimal,
) -> Row:  # fmt: skip
    arrears = sum((b["open"] for b in bills if b["due_on"] < as_of), ZERO)
    current = sum((b["open"] for b in bills), ZERO) - arrears
    late = sum((fees[b["id"]].open for b in bills), ZERO)
    return {
        "no": no,
        "batch": batch,
        "room_id": bills[0]["room_id"],
        "payer_id": bills[0]["payer_id"],
        "as_of": as_of,
        "current": current,
        "arrears": arrears,
        "late_fee": late,
        "balance": balance,
        "total": max(current + arrears + late - balance, ZERO),
        "state": "generated",
        "scope_unit_id": bills[0]["scope_unit_id"],
        **_stamps(context),
    }


def _write(context: Any, heads: list[Row], lines: Iterable[tuple[str, Row, Decimal]]) -> None:
    notice, line = context.table("notice"), context.table("notice_line")
    made = context.connection.execute(insert(notice).returning(notice.c.no, notice.c.id), heads)
    ids = {row.no: row.id for row in made}
    rows = [
        {"notice_id": ids[no], "receivable_id": bill["id"], "amount": bill["open"],
         "late_fee": late, **_stamps(context)}
        for no, bill, late in lines
    ]  # fmt: skip
    context.connection.execute(insert(line), rows)


def _stamps(context: Any) -> Row:
    return {
        "created_at": context.now,
        "updated_at": context.now,
        "created_by": context.user_id,
        "updated_by": context.user_id,
    }
