"""Metered charges: a reading becomes a bill (rules.md 5, W09-W14)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import extract, func, select

from engine.extension import ActionContext, ActionResult, Invalid, Problem, action
from plugins.charging.amounts import exact
from plugins.charging.ledger import ZERO
from plugins.charging.meters import usage, usage_charge
from plugins.charging.one_off import make_bill, payer_of
from plugins.charging.reductions import move_state
from plugins.charging.terms import price_spans
from plugins.charging.tiers import Tier, cumulative_charge, tiered_charge, widened

Row = dict[str, Any]


@action("charging.post_meter_charge")
def post_meter_charge(context: ActionContext) -> ActionResult:
    """Bill the chosen readings, in the order in which they were taken."""
    found = [context.records.get("meter_charge", one) for one in context.ids]
    for charge in sorted(found, key=lambda c: (c["read_on"], c["id"])):
        post(context, charge["id"])
    return ActionResult("Billed.")


def post(context: Any, charge_id: int) -> Row:
    """Bill one reading and return its record; a usage of 0 is kept but makes no bill (M5).

    Raises:
        Invalid: it does not follow on the last reading, or has no price.
        Conflict: somebody else has billed it.
        Refused: the month is closed.
    """
    charge = context.records.get("meter_charge", charge_id, lock=True)
    # Two readings of one meter at the same moment would both follow on the same last one.
    room = context.records.get("room", charge["room"], lock=True)
    item = context.records.get("fee_item", charge["fee_item"])
    earlier = _earlier(context, charge)
    _must_follow(charge, earlier)
    used = usage_of(charge)
    amount, how = _amount(context, charge, room, item, used)
    values: Row = {
        "usage": used,
        "amount": amount,
        "is_abnormal": _is_abnormal(used, earlier, room),
    }
    if amount:
        values["receivable_id"] = _bill(context, charge, room, item, values, how)["id"]
    move_state(context, "meter_charge", charge_id, "draft", "posted", **values)
    found: Row = context.records.get("meter_charge", charge_id)
    return found


def _earlier(context: Any, charge: Row) -> list[Row]:
    """Return the readings billed for that room and item, newest first."""
    table = context.table("meter_charge")
    same = (table.c.room_id == charge["room"]) & (table.c.fee_item_id == charge["fee_item"])
    if charge["meter"]:
        same &= table.c.meter == charge["meter"]
    found: list[Row] = context.records.find(
        "meter_charge", same & (table.c.state == "posted"), sort=("-read_on", "-id"), limit=3
    )
    return found


def _must_follow(charge: Row, earlier: list[Row]) -> None:
    """Refuse a reading before a later one, or one that leaves out or repeats usage."""
    if not earlier:
        return
    last = earlier[0]
    if last["read_on"] >= charge["read_on"]:
        raise Invalid([
            Problem("There is a reading of %(day)s already: correct it by a difference.",
                    {"day": last["read_on"]}, "read_on")
        ])  # fmt: skip
    dial = last["new_cur"] if last["replaced"] else last["cur"]
    if dial != charge["prev"]:
        raise Invalid([Problem("The last reading was %(dial)s.", {"dial": dial}, "prev")])


def usage_of(charge: Row) -> Decimal:
    """Return what a reading counted: two segments when the meter was replaced (W13).

    Raises:
        Invalid: the dial went back, or the adjustment makes it negative.
    """
    terms = {"ratio": charge["ratio"], "loss": charge["loss"] / 100}
    digits = charge["digits"] if charge["rollover"] else 0
    try:
        used = usage(charge["prev"], charge["cur"], dial_digits=digits, **terms)
        if charge["replaced"]:
            used += usage(charge["new_prev"], charge["new_cur"], **terms)
    except ValueError as wrong:
        raise Invalid([Problem("The reading is below the previous one.", field="cur")]) from wrong
    used += Decimal(charge["adjustment"])
    if used < 0:
        raise Invalid([Problem("The usage would be negative.", field="adjustment")])
    return used


def _amount(context: Any, charge: Row, room: Row, item: Row, used: Decimal) -> tuple[Decimal, Row]:
    """Return what a usage costs, and by which price or tiers."""
    if item["tier_span"] == "none":
        price = _price(context, charge, room, item)
        return usage_charge(used, price, item["rounding"]), {"price": str(price)}
    tiers = _tiers(context, charge, item)
    how: Row = {"tiers": [[t.up_to and str(t.up_to), str(t.price)] for t in tiers]}
    try:
        if item["tier_span"] == "period":
            return tiered_charge(used, tiers, item["rounding"]), how
        before = _used_this_year(context, charge)
        how["year_to_date"] = [str(before), str(before + used)]
        return cumulative_charge(before, before + used, tiers, item["rounding"]), how
    except ValueError as wrong:
        raise Invalid([Problem("The usage is beyond the last tier.", field="cur")]) from wrong


def _price(context: Any, charge: Row, room: Row, item: Row) -> Decimal:
    """Return the price on the day of the reading: a change applies to readings after it."""
    prices = context.records.find("fee_price", f"fee_item == {item['id']}")
    day = charge["read_on"]
    (span,) = price_spans(prices, [room["estate"]], day, day)
    if span.price is None:
        raise Invalid("There is no price for %(day)s.", day=day)
    return span.price


def _tiers(context: Any, charge: Row, item: Row) -> list[Tier]:
    rows = context.records.find("fee_tier", f"fee_item == {item['id']}")
    rows.sort(key=lambda r: (r["up_to"] is None, r["up_to"]))
    return widened([Tier(r["up_to"], r["price"]) for r in rows], charge["tier_factor"])


def _used_this_year(context: Any, charge: Row) -> Decimal:
    table = context.table("meter_charge")
    query = select(func.coalesce(func.sum(table.c.usage), 0)).where(
        table.c.room_id == charge["room"],
        table.c.fee_item_id == charge["fee_item"],
        table.c.state == "posted",
        extract("year", table.c.read_on) == charge["read_on"].year,
    )
    return Decimal(context.connection.execute(query).scalar_one())


def _is_abnormal(used: Decimal, earlier: list[Row], room: Row) -> bool:
    """Tell whether a usage is > 3 × the average of the last 3, or 0 while occupied."""
    if used == 0:
        return bool(room["state"] == "occupied")
    total = sum((one["usage"] for one in earlier), ZERO)
    return len(earlier) == 3 and exact(used) > 3 * Fraction(total) / 3


def _bill(context: Any, charge: Row, room: Row, item: Row, values: Row, how: Row) -> Row:
    names = ("prev", "cur", "new_prev", "new_cur", "ratio", "loss", "adjustment", "digits")
    readings = {name: str(charge[name]) for name in names if charge[name] is not None}
    return make_bill(
        context, item=item, room=room, payer=payer_of(room, None), kind="metered",
        amount=values["amount"], period=(charge["read_from"], charge["read_on"]),
        price=how.get("price"), quantity=values["usage"], note=charge["no"],
        snapshot={"meter_charge": charge["no"], "usage": str(values["usage"]),
                  "readings": readings, **how},
    )  # fmt: skip
