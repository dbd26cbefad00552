"""Area changes: the difference of what was billed already (rules.md 6, W24-W26)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from engine.extension import (
    ActionContext,
    EventContext,
    Invalid,
    Problem,
    action,
    before,
)
from plugins.charging.amounts import exact, round_money, split_tax
from plugins.charging.ledger import ZERO
from plugins.charging.one_off import make_bill
from plugins.charging.periods import (
    DAY,
    Period,
    anchor_of,
    calendar_slots,
    nth_start,
    slots,
)
from plugins.charging.posting import must_be_open
from plugins.charging.prepayments import credit
from plugins.charging.proration import split_months
from plugins.charging.terms import Terms, terms_of

Row = dict[str, Any]


@before("area_change", "create")
@before("area_change", "change")
def note_old_area(event: EventContext) -> None:
    """Copy the room's area of that kind when the document is written."""
    values: Mapping[str, Any] = {**(event.old or {}), **event.values}
    if event.old and event.old["state"] != "draft":
        return
    if values.get("room"):
        room = event.records.get("room", int(values["room"]))
        event.values["old_area"] = room[values.get("kind") or "charge_area"]


@action("charging.apply_area_change")
def apply_area_change(context: ActionContext) -> None:
    """Put area changes in force: new area, further bills or credits for billed periods."""
    for change_id in context.ids:
        apply(context, change_id)


def apply(context: Any, change_id: int) -> Decimal:
    """Put one area change in force and return the difference over all items.

    Original bills are never edited; drafts are recomputed.

    Raises:
        Invalid: it lies in the future, or the room's area has changed since.
        Refused: the month is closed.
    """
    change = context.records.get("area_change", change_id, lock=True)
    room = context.records.get("room", change["room"], lock=True)
    must_be_open(context, room["estate"], context.today)
    if change["effective_on"] > context.today:
        raise Invalid([Problem("A change can be approved from its day on.", field="effective_on")])
    if room[change["kind"]] != change["old_area"]:
        raise Invalid([Problem("The room's area has changed since.", field="old_area")])
    by_item: dict[int, list[tuple[Row, Row]]] = {}
    for bill in _affected(context, change):
        line = _line(context, change, bill)
        if line["difference"]:
            by_item.setdefault(bill["fee_item"], []).append((bill, line))
    total = ZERO
    for pairs in by_item.values():
        total += _post(context, change, room, pairs)
    context.records.change("room", room["id"], {change["kind"]: change["new_area"]})
    values = {"difference": total, "approved_by": context.user_id, "approved_at": context.now}
    context.records.change("area_change", change_id, values)
    return total


def _affected(context: Any, change: Row) -> list[Row]:
    table, item = context.table("receivable"), context.table("fee_item")
    by_area = select(item.c.id).where(item.c.basis == change["kind"])
    found: list[Row] = context.records.find(
        "receivable",
        (table.c.room_id == change["room"])
        & (table.c.kind == "cyclic")
        & (table.c.state != "void")
        & (table.c.period_to >= change["effective_on"])
        & table.c.fee_item_id.in_(by_area),
        sort=("id",),
        lock=True,
    )
    return found


def _line(context: Any, change: Row, bill: Row) -> Row:
    terms = terms_of(context.records.get("fee_item", bill["fee_item"]))
    first = max(change["effective_on"], bill["period_from"])
    months, raw = difference_of(
        terms,
        starts_of(context, bill),
        Period(bill["period_from"], bill["period_to"]),
        bill["snapshot"],
        first,
    )
    area = exact(change["new_area"]) - exact(change["old_area"])
    return {
        "area_change": change["id"],
        "bill": bill["id"],
        "fee_item": bill["fee_item"],
        "period_from": first,
        "period_to": bill["period_to"],
        "months": round(Decimal(months.numerator) / months.denominator, 8),
        "difference": round_money(raw * area, terms.rounding),
    }


def starts_of(context: Any, bill: Row) -> date:
    """Return the day from which the bill's cycles are counted."""
    fee = bill["room_fee"]
    first: date = bill["period_from"]
    return context.records.get("room_fee", fee)["starts_on"] if fee else first


def difference_of(
    terms: Terms, starts_on: date, period: Period, snapshot: Mapping[str, Any], first: date
) -> tuple[Fraction, Fraction]:
    """Return (months, Σ price × months × coefficient) of a bill's days from `first` on.

    Prices are those of the bill's own snapshot: an area change never brings a new price.
    """
    pieces, prices = [], []
    for piece in snapshot["pieces"]:
        whole = Period(date.fromisoformat(piece["from"]), date.fromisoformat(piece["to"]))
        before, after = whole.within(whole.start, first - DAY), whole.within(first, whole.end)
        for cut, price in ((before, Fraction(0)), (after, Fraction(str(piece["price"])))):
            if cut is not None:
                pieces.append(cut)
                prices.append(price)
    shares = split_months(period, _slots(terms, starts_on, period), pieces, terms.proration)
    months = sum((s for s, p in zip(shares, pieces, strict=True) if p.start >= first), Fraction(0))
    raw = sum((s * p for s, p in zip(shares, prices, strict=True)), Fraction(0))
    return months, raw * Fraction(str(snapshot.get("coefficient") or 1))


def _slots(terms: Terms, starts_on: date, period: Period) -> list[Period]:
    if terms.cycle.months and terms.anchor == "calendar":
        return calendar_slots(period.start, period.end)
    anchor, index = anchor_of(terms.cycle, terms.anchor, starts_on), 0
    while nth_start(terms.cycle, anchor, index + 1) <= period.start:
        index += 1
    return slots(terms.cycle, anchor, index)


def _post(context: Any, change: Row, room: Row, pairs: list[tuple[Row, Row]]) -> Decimal:
    """Bill or credit one item's differences; return their sum."""
    drafts = [(b, line) for b, line in pairs if b["state"] == "draft"]
    for bill, line in drafts:
        _recompute(context, change, bill, line)
    fixed = [(b, line) for b, line in pairs if b["state"] == "published"]
    total = sum((line["difference"] for _, line in fixed), ZERO)
    further, outcome = None, "credited"
    if total > 0:
        further, outcome = _further_bill(context, change, room, fixed, total)["id"], "billed"
    elif total < 0:
        payer = fixed[0][0]["payer"]
        credit(context, payer, room["estate"], "credit", -total, context.today,
               area_change=change["id"])  # fmt: skip
    for _, line in fixed:
        extra = {"outcome": outcome, "further_bill": further}
        context.records.create("area_change_line", line | extra)
    return total


def _further_bill(
    context: Any, change: Row, room: Row, pairs: list[tuple[Row, Row]], total: Decimal
) -> Row:
    item = context.records.get("fee_item", pairs[0][0]["fee_item"])
    first = min(line["period_from"] for _, line in pairs)
    last = max(line["period_to"] for _, line in pairs)
    return make_bill(
        context,
        item=item,
        room=room,
        payer=room["payer"] or pairs[0][0]["payer"],
        kind="difference",
        amount=total,
        period=(first, last),
        quantity=change["new_area"] - change["old_area"],
        note=change["no"],
        snapshot={
            "area_change": change["no"],
            "old_area": str(change["old_area"]),
            "new_area": str(change["new_area"]),
            "bills": [bill["no"] for bill, _ in pairs],
        },
    )


def _recompute(context: Any, change: Row, bill: Row, line: Row) -> None:
    amount = bill["amount"] + line["difference"]
    taxed = split_tax(amount, bill["tax_rate"])
    snapshot = bill["snapshot"] | {"area_change": change["no"], "area": str(change["new_area"])}
    values = {"amount": amount, "net": taxed.net, "tax": taxed.tax, "snapshot": snapshot}
    context.records.change("receivable", bill["id"], values)
    context.records.create("area_change_line", line | {"outcome": "recomputed"})
