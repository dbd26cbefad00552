"""What the prints of charging need beside their fields, and what printing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update

from engine.extension import Context, after_print, document_data
from plugins.charging.late_fee_ledger import late_fees_as_of

ZERO = Decimal("0.00")


@document_data("chasing_letter")
def overdue_of_letters(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Return each letter's overdue bills of its room and payer, with late fees as of today."""
    dunning = context.table("dunning")
    query = select(dunning.c.id, dunning.c.room_id, dunning.c.payer_id)
    letters = context.connection.execute(query.where(dunning.c.id.in_(ids))).all()
    bills = _overdue(context, {letter.room_id for letter in letters})
    fees = late_fees_as_of(context, bills, context.today)
    names = _names(context, bills)
    by_pair: dict[tuple[Any, Any], list[dict[str, Any]]] = {}
    for bill in bills:
        line = {
            "item": names["fee_item"].get(bill["fee_item_id"], ""),
            "room": names["room"].get(bill["room_id"], ""),
            "from": bill["period_from"],
            "to": bill["period_to"],
            "due_on": bill["due_on"],
            "open": bill["open"],
            "late_fee": fees[bill["id"]].open,
        }
        by_pair.setdefault((bill["room_id"], bill["payer_id"]), []).append(line)
    return {
        letter.id: _summed(context, by_pair.get((letter.room_id, letter.payer_id), []))
        for letter in letters
    }


def _overdue(context: Context, rooms: set[int]) -> list[dict[str, Any]]:
    bill = context.table("receivable")
    query = (
        select(bill)
        .where(bill.c.room_id.in_(rooms), bill.c.open > 0, bill.c.due_on < context.today)
        .where(context.visible("receivable", bill))
        .order_by(bill.c.due_on, bill.c.id)
    )
    return [dict(row) for row in context.connection.execute(query).mappings()]


def _names(context: Context, bills: Sequence[Mapping[str, Any]]) -> dict[str, dict[int, str]]:
    found = {}
    for entity, title in (("fee_item", "name"), ("room", "full_no")):
        table = context.table(entity)
        wanted = {bill[f"{entity}_id"] for bill in bills}
        query = select(table.c.id, table.c[title]).where(table.c.id.in_(wanted))
        found[entity] = {row[0]: row[1] for row in context.connection.execute(query)}
    return found


def _summed(context: Context, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    open_, late = (sum((line[name] for line in lines), ZERO) for name in ("open", "late_fee"))
    found: dict[str, Any] = {"as_of": context.today, "bills": lines}
    return found | {"open": open_, "late_fee": late, "total": open_ + late}


@after_print("receipt")
def count_receipt_prints(context: Context, ids: Sequence[int]) -> None:
    """Count how often each receipt was printed."""
    table = context.table("receipt")
    context.connection.execute(
        update(table).where(table.c.id.in_(ids)).values(printed=table.c.printed + 1)
    )


@after_print("payment_notice")
def mark_notices_printed(context: Context, ids: Sequence[int]) -> None:
    """Move notices to «printed», and note on their bills when they were announced."""
    notice, line = context.table("notice"), context.table("notice_line")
    bill = context.table("receivable")
    context.connection.execute(
        update(notice)
        .where(notice.c.id.in_(ids), notice.c.state == "generated")
        .values(state="printed", version=notice.c.version + 1, updated_at=context.now)
    )
    noticed = select(line.c.receivable_id).where(line.c.notice_id.in_(ids))
    context.connection.execute(
        update(bill)
        .where(bill.c.id.in_(noticed))
        .values(noticed_on=func.coalesce(bill.c.noticed_on, context.today))
    )
