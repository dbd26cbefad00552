"""The counter: find who pays, choose bills, take money in several ways (checklist R03-04)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from unicodedata import normalize

from sqlalchemy import or_, select

from engine.extension import (
    ActionContext,
    ActionResult,
    Conflict,
    Invalid,
    Problem,
    Refused,
    ScreenContext,
    ScreenPage,
    action,
    screen,
)
from plugins.charging.late_fee_ledger import late_fees_as_of
from plugins.charging.ledger import ZERO, items_of, payable
from plugins.charging.payments import Request, Way, take_payment
from plugins.charging.prepayments import total_balance

Row = dict[str, Any]
SHOWN_WAYS = ("cash", "wechat", "alipay", "card", "transfer", "cheque")
FOUND_AT_MOST = 20


@action("charging.open_counter")
def open_counter(context: ActionContext) -> ActionResult:
    """Open the counter."""
    return ActionResult(redirect="/s/charging.counter")


@screen("charging.counter", entity="payment", right="take")
def counter(context: ScreenContext) -> ScreenPage:
    """Search a payer, show what is open, take the payment."""
    given = context.form if context.method == "POST" else context.arguments
    room_id = given.get("room", "")
    if not room_id.isdecimal():
        words = given.get("q", "").strip()
        found = find_rooms(context, words) if words else []
        if len(found) == 1:  # nothing to choose from
            return ScreenPage(redirect=f"/s/charging.counter?room={found[0]['id']}")
        return _page(context, {"q": words, "found": found})
    room = context.records.get("room", int(room_id))
    if context.method != "POST":
        return _room_page(context, room, {}, [])
    try:
        # What was written before a refusal must not stay: the page is answered, not raised.
        with context.connection.begin_nested():
            taken = take_payment(context, _request(context, room))
    except Invalid as wrong:
        return _room_page(context, room, context.form, list(wrong.problems))
    except (Conflict, Refused) as wrong:  # a closed day, too: what was typed stays
        return _room_page(context, room, context.form, [Problem(wrong.message, wrong.params)])
    return ScreenPage(
        redirect=f"/e/payment/{taken.payment['id']}",
        message=context.message("%(total)s received.", total=taken.payment["total"]),
    )


def find_rooms(context: ScreenContext, words: str) -> list[Row]:
    """Return rooms by number in any spelling, payer's name, phone, or plate; at most 20."""
    room, owner, vehicle = (context.table(n) for n in ("room", "owner", "owner_vehicle"))
    estate = context.table("estate")
    plain = normalize("NFKC", words).upper().replace("%", "")
    like, joined = f"%{plain}%", f"%{plain.replace(' ', '')}%"
    plates = select(vehicle.c.room_id).where(vehicle.c.plate.ilike(like))
    query = (
        select(
            room.c.id, room.c.full_no, estate.c.name.label("estate"), owner.c.name.label("payer")
        )
        .join(estate, estate.c.id == room.c.estate_id)
        .outerjoin(owner, owner.c.id == room.c.payer_id)
        .where(
            or_(
                room.c.full_no.ilike(like),
                room.c.search_key.ilike(joined),
                owner.c.name.ilike(like),
                owner.c.phone == plain,  # whole: it is masked, and must not be probed
                room.c.id.in_(plates),
            ),
            context.visible("room", room),
        )
        .order_by(room.c.full_no)
        .limit(FOUND_AT_MOST)
    )
    return [dict(row) for row in context.connection.execute(query).mappings()]


def open_of(context: ScreenContext, room: Row) -> list[Row]:
    """Return the open bills of a room and of its payer in the estate, oldest first."""
    bill = context.table("receivable")
    ours = bill.c.room_id == room["id"]
    if room["payer"]:
        ours = or_(ours, bill.c.payer_id == room["payer"])
    query = (
        select(bill)
        .where(ours, bill.c.estate_id == room["estate"], bill.c.state == "published", payable(bill))
        .where(context.visible("receivable", bill))
        .order_by(bill.c.due_on, bill.c.id)
    )
    rows = [dict(r) for r in context.connection.execute(query).mappings()]
    fees, items = late_fees_as_of(context, rows, context.today), items_of(context, rows)
    return [
        {
            **row,
            "item": items[row["fee_item_id"]]["name"],
            "late_fee": fees[row["id"]].open,
            "total": row["open"] + fees[row["id"]].open,
            "overdue": row["due_on"] < context.today,
        }
        for row in rows
    ]


def _request(context: ScreenContext, room: Row) -> Request:
    if room["payer"] is None:
        raise Invalid([Problem("The room has no payer.")])
    form = context.form
    ways = [
        Way(way, amount, form.get(f"reference_{way}", "").strip())
        for way in SHOWN_WAYS
        if (amount := _amount(form, way))
    ]
    chosen = [int(value) for value in form.getlist("bill") if value.isdecimal()]
    return Request(
        payer=room["payer"],
        estate=room["estate"],
        room=room["id"],
        ways=ways,
        bills=chosen or None,
        request_key=form.get("_request", ""),
        note=form.get("note", "").strip(),
    )


def _amount(form: Mapping[str, str], way: str) -> Decimal:
    text = normalize("NFKC", form.get(f"amount_{way}", "")).replace(",", "").strip()
    try:
        amount = Decimal(text) if text else ZERO
    except InvalidOperation:
        raise Invalid([Problem("Enter an amount.", field=f"amount_{way}")]) from None
    if not amount.is_finite() or amount != round(amount, 2):
        raise Invalid([Problem("Enter an amount to the cent.", field=f"amount_{way}")])
    return amount


def _room_page(
    context: ScreenContext, room: Row, given: Mapping[str, str], problems: list[Problem]
) -> ScreenPage:
    bills = open_of(context, room)
    payer = context.records.get("owner", room["payer"]) if room["payer"] else None
    chosen = set(given.getlist("bill")) if hasattr(given, "getlist") else None
    data = {
        "room": room,
        "payer": payer,
        "bills": bills,
        "chosen": {str(b["id"]) for b in bills} if chosen is None else chosen,
        "total": sum((b["total"] for b in bills), ZERO),
        "balance": total_balance(context, room["payer"], room["estate"]) if payer else ZERO,
        "ways": [(way, given.get(f"amount_{way}", ""), given.get(f"reference_{way}", ""))
                 for way in SHOWN_WAYS],
        "errors": [
            {"id": f"f-{p.field}" if p.field else "", "label": "",
             "message": context.message(p.message, **p.params)}
            for p in problems
        ],
    }  # fmt: skip
    return _page(context, data, 422 if problems else 200)


def _page(context: ScreenContext, data: Row, status: int = 200) -> ScreenPage:
    say = context.message
    names = {
        "cash": say("Cash"),
        "card": say("Card"),
        "transfer": say("Transfer"),
        "wechat": say("WeChat Pay"),
        "alipay": say("Alipay"),
        "cheque": say("Cheque"),
    }
    base = {"title": say("Counter"), "way_names": names, "q": "", "found": None, "room": None}
    return ScreenPage(template="charging/counter.html", data=base | data, status=status)
