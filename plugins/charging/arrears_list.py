"""Who owes what: a row per payer and room with principal, late fee and days (R03-09)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import func, select

from engine.extension import mask
from plugins.charging.late_fee_ledger import late_fees_as_of
from plugins.charging.ledger import ZERO

Row = dict[str, Any]
PAGE = 100  # payers of a page; late fees are computed bill by bill


def arrears(
    context: Any, as_of: date, *, estate: int | None = None, page: int = 1
) -> tuple[list[Row], int]:
    """Return one page of debtors, most owed principal first, and how many there are.

    Each row has payer, phone, room, estate, bills, first and last day of the unpaid periods,
    principal, late_fee, total, and days since the oldest due date. The phone is masked as on
    every list; on the payer's own page who may can reveal it, and it is noted who did.
    """
    bill = context.table("receivable")
    late = (bill.c.state == "published") & (bill.c.open > 0) & (bill.c.due_on < as_of)
    late &= (bill.c.kind != "deposit") & context.visible("receivable", bill)
    if estate is not None:
        late &= bill.c.estate_id == estate
    key = (bill.c.payer_id, bill.c.room_id, bill.c.estate_id)
    owed = func.sum(bill.c.open)
    groups = select(*key, owed.label("principal")).where(late).group_by(*key)
    count = context.connection.scalar(select(func.count()).select_from(groups.subquery()))
    shown = groups.order_by(owed.desc(), *key).limit(PAGE).offset((page - 1) * PAGE)
    heads = [dict(row) for row in context.connection.execute(shown).mappings()]
    payers = sorted({head["payer_id"] for head in heads})
    found = select(bill).where(late, bill.c.payer_id.in_(payers)).order_by(bill.c.due_on)
    bills = [dict(row) for row in context.connection.execute(found).mappings()]
    return _told(context, heads, bills, as_of), int(count)


def _told(context: Any, heads: list[Row], bills: list[Row], as_of: date) -> list[Row]:
    fees = late_fees_as_of(context, bills, as_of)
    by_key: dict[tuple[Any, Any, Any], list[Row]] = {}
    for bill in bills:
        by_key.setdefault(_key(bill), []).append(bill)
    owners, rooms, estates = (
        _records(context, entity, (head[name] for head in heads))
        for entity, name in (("owner", "payer_id"), ("room", "room_id"), ("estate", "estate_id"))
    )
    rows = []
    for head in heads:
        own = by_key[_key(head)]
        fee = sum((fees[bill["id"]].open for bill in own), ZERO)
        owner = owners.get(head["payer_id"], {})
        rows.append({
            "payer_id": head["payer_id"], "room_id": head["room_id"],
            "payer": owner.get("name", ""), "phone": mask("phone", owner.get("phone") or ""),
            "room": rooms.get(head["room_id"], {}).get("full_no", ""),
            "estate": estates.get(head["estate_id"], {}).get("name", ""),
            "bills": len(own), "first": min(b["period_from"] for b in own),
            "last": max(b["period_to"] for b in own), "principal": head["principal"],
            "late_fee": fee, "total": head["principal"] + fee,
            "days": (as_of - own[0]["due_on"]).days,
        })  # fmt: skip
    return rows


def _key(row: Row) -> tuple[Any, Any, Any]:
    return row["payer_id"], row["room_id"], row["estate_id"]


def _records(context: Any, entity: str, ids: Iterable[Any]) -> dict[int, Row]:
    wanted = sorted({one for one in ids if one is not None})
    table = context.table(entity)
    return {row["id"]: row for row in context.records.find(entity, table.c.id.in_(wanted))}
