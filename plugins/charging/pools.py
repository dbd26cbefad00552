"""Shared pools: one amount spread over the rooms of an estate or building (W15-W17)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select, update

from engine.extension import ActionContext, ActionResult, Invalid, Problem, action
from plugins.charging.ledger import ZERO
from plugins.charging.meters import share_pool, shared_pool
from plugins.charging.one_off import bill_amounts, bill_head, numbers
from plugins.charging.posting import must_be_open
from plugins.charging.reductions import move_state

Row = dict[str, Any]
LIVED_IN = ("occupied", "leased")  # states of a room that shares when only occupied ones do


@action("charging.compute_pool")
def compute_pool(context: ActionContext) -> ActionResult:
    """Spread the amount of draft pools over their rooms."""
    for pool_id in context.ids:
        compute(context, pool_id)
    return ActionResult("Computed.")


def compute(context: Any, pool_id: int) -> Row:
    """Write a line per room and return the pool; rooms left out by hand stay so.

    Raises:
        Invalid: the sub-meters exceed the master meter, or no room has a weight.
    """
    head = context.records.get("shared_pool", pool_id, lock=True)
    amount = _amount_of(head)
    line = context.table("shared_pool_line")
    out = {
        row["room"]
        for row in context.records.find("shared_pool_line", f"shared_pool == {pool_id}")
        if row["excluded"]
    }
    rooms = _rooms(context, head)
    weights = [ZERO if room["id"] in out else _weight(head, room) for room in rooms]
    if not any(weights):
        raise Invalid([Problem("No room shares: none has a weight.", field="by")])
    parts = share_pool(amount, weights)
    context.connection.execute(delete(line).where(line.c.shared_pool_id == pool_id))
    context.records.create_many("shared_pool_line", [
        {"shared_pool": pool_id, "room": room["id"], "excluded": room["id"] in out,
         "weight": weight, "amount": part}
        for room, weight, part in zip(rooms, weights, parts, strict=True)
    ])  # fmt: skip
    sharing = sum(weight > 0 for weight in weights)
    changed: Row = context.records.change(
        "shared_pool", pool_id,
        {"amount": amount, "rooms": sharing, "left_out": len(rooms) - sharing},
    )  # fmt: skip
    return changed


def _amount_of(head: Row) -> Decimal:
    """Return what is shared: (master − Σ sub-meters − own use) × price, or an amount (W17)."""
    if head["source"] == "amount":
        return Decimal(head["amount"])
    try:
        return shared_pool(
            head["master"], [head["sub_meters"], head["own_use"] or ZERO], head["price"]
        )
    except ValueError as wrong:
        raise Invalid([
            Problem("The sub-meters counted more than the master meter: look at the readings.",
                    field="master")
        ]) from wrong  # fmt: skip


def _rooms(context: Any, head: Row) -> list[Row]:
    """Return the rooms below the pool, by number, with what they used in the period."""
    room, charge = context.table("room"), context.table("meter_charge")
    used = (
        select(func.sum(charge.c.usage))
        .where(
            charge.c.room_id == room.c.id,
            charge.c.state == "posted",
            charge.c.read_on.between(head["period_from"], head["period_to"]),
        )
        .scalar_subquery()
    )
    query = (
        select(room.c.id, room.c.charge_area, room.c.state, used.label("used"))
        .where(room.c.estate_id == head["estate"], room.c.state != "closed")
        .where(context.visible("room", room))
        .order_by(room.c.full_no, room.c.id)
    )
    if head["building"]:
        query = query.where(room.c.building_id == head["building"])
    return [dict(row) for row in context.connection.execute(query).mappings()]


def _weight(head: Row, room: Row) -> Decimal:
    if head["occupied_only"] and room["state"] not in LIVED_IN:
        return ZERO
    if head["by"] == "household":
        return Decimal(1)
    return Decimal(room["charge_area" if head["by"] == "area" else "used"] or 0)


@action("charging.post_pool")
def post_pool(context: ActionContext) -> ActionResult:
    """Bill computed pools: one bill per room that shares."""
    made = sum(post(context, pool_id) for pool_id in context.ids)
    return ActionResult("%(bills)s bills made.", {"bills": made})


def post(context: Any, pool_id: int) -> int:
    """Bill one pool and return how many bills it made.

    Raises:
        Invalid: a line was changed since it was computed, or a room has no payer.
        Refused: the month is closed.
    """
    head = context.records.get("shared_pool", pool_id, lock=True)
    must_be_open(context, head["estate"], context.today)
    lines = context.records.find("shared_pool_line", f"shared_pool == {pool_id}", sort=("id",))
    wrong = [x for x in lines if x["excluded"] and x["amount"]]
    if wrong or sum((x["amount"] for x in lines), ZERO) != _amount_of(head):
        raise Invalid("The pool was changed: compute it again.")
    lines = [x for x in lines if x["amount"]]
    bills = context.records.create_many("receivable", _bills(context, head, lines))
    table = context.table("shared_pool_line")
    for line, bill in zip(lines, bills, strict=True):
        context.connection.execute(
            update(table).where(table.c.id == line["id"]).values(receivable_id=bill)
        )
    move_state(context, "shared_pool", pool_id, "draft", "posted")
    return len(bills)


def _bills(context: Any, head: Row, lines: list[Row]) -> list[Row]:
    item = context.records.get("fee_item", head["fee_item"])
    table = context.table("room")
    ids = [line["room"] for line in lines]
    rooms = {r["id"]: r for r in context.records.find("room", table.c.id.in_(ids))}
    problems = [
        Problem("Room %(room)s has no payer.", {"room": rooms[room]["full_no"]}, "lines")
        for room in ids
        if rooms[room]["payer"] is None
    ]
    if problems:
        raise Invalid(problems)
    kind = "metered" if item["kind"] == "metered" else "adhoc"
    common = bill_head(context, item, kind, (head["period_from"], head["period_to"]))
    return [
        common
        | {"no": number, "estate": head["estate"], "room": line["room"],
           "payer": rooms[line["room"]]["payer"], "quantity": line["weight"], "note": head["no"],
           "snapshot": _snapshot(head, line), **bill_amounts(line["amount"], item["tax_rate"])}
        for number, line in zip(numbers(context, len(lines)), lines, strict=True)
    ]  # fmt: skip


def _snapshot(head: Row, line: Row) -> Row:
    names = ("source", "by", "master", "sub_meters", "own_use", "price", "amount", "rooms")
    given = {n: str(head[n]) for n in names if head[n] is not None}
    return {"shared_pool": head["no"], "weight": str(line["weight"]), **given}
