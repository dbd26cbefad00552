"""Gifts: free months as periods with a bill of 0, so that no run charges them (W36)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.extension import ActionContext, Invalid, Problem, action
from plugins.charging.charges import PriceVersion, pieces_of, recurring_amount
from plugins.charging.one_off import make_bill, payer_of
from plugins.charging.periods import DAY, Period, add_months, calendar_slots
from plugins.charging.terms import AREAS, price_spans, terms_of

Row = dict[str, Any]


@action("charging.work_out_gift")
def work_out_gift(context: ActionContext) -> None:
    """Say what gifts that are handed in are worth, and that their days are free."""
    for gift_id in context.ids:
        gift, fee, period = _asked(context, gift_id)
        room = context.records.get("room", fee["room"])
        item = context.records.get("fee_item", fee["fee_item"])
        worth = _worth(context, item, fee, room, period)
        context.records.change("gift", gift["id"], {"worth": worth})


@action("charging.apply_gift")
def apply_gift(context: ActionContext) -> None:
    """Give the free months of approved gifts."""
    for gift_id in context.ids:
        apply(context, gift_id)


def _asked(context: Any, gift_id: int) -> tuple[Row, Row, Period]:
    """Return a gift, its room fee and its days.

    Raises:
        Invalid: a day of it is billed already.
    """
    gift = context.records.get("gift", gift_id, lock=True)
    fee = context.records.get("room_fee", gift["room_fee"], lock=True)
    period = Period(gift["period_from"], add_months(gift["period_from"], gift["months"]) - DAY)
    _must_be_free(context, fee, period)
    return gift, fee, period


def apply(context: Any, gift_id: int) -> Row:
    """Write the free period of one gift and return its bill of 0.

    Raises:
        Invalid: a day of it is billed already.
    """
    gift, fee, period = _asked(context, gift_id)
    room = context.records.get("room", fee["room"])
    item = context.records.get("fee_item", fee["fee_item"])
    worth = _worth(context, item, fee, room, period)
    bill = make_bill(
        context, item=item, room=room, payer=payer_of(room, fee["payer"]), kind="gift",
        amount=Decimal("0.00"), period=(period.start, period.end), room_fee=fee["id"],
        note=gift["no"], snapshot={"gift": gift["no"], "worth": str(worth)},
    )  # fmt: skip
    context.records.change("gift", gift_id, {"worth": worth, "approved_by": context.user_id})
    return bill


def _must_be_free(context: Any, fee: Row, period: Period) -> None:
    table = context.table("receivable")
    clash = context.records.find(
        "receivable",
        (table.c.room_fee_id == fee["id"])
        & (table.c.slot == 0)
        & (table.c.period_from <= period.end)
        & (table.c.period_to >= period.start),
        limit=1,
    )
    if clash:
        raise Invalid([
            Problem("Bill %(no)s covers these days already.", {"no": clash[0]["no"]}, "period_from")
        ])  # fmt: skip


def _worth(context: Any, item: Row, fee: Row, room: Row, period: Period) -> Decimal:
    """Return what the period would have cost; 0 for a formula, which only a run computes."""
    terms = terms_of(item)
    if terms.basis == "formula":
        return Decimal("0.00")
    prices = context.records.find("fee_price", f"fee_item == {item['id']}")
    spans = price_spans(prices, [room["estate"]], period.start, period.end)
    versions = [PriceVersion(s.since, s.price) for s in spans if s.price is not None]
    if fee["price"] is not None:
        versions = [PriceVersion(period.start, fee["price"])]
    if not versions:
        return Decimal("0.00")
    pieces = pieces_of(period, calendar_slots(period.start, period.end), versions, terms.proration)
    basis = room[terms.basis] if terms.basis in AREAS else fee["quantity"]
    return recurring_amount(
        pieces, (basis or 0) * (fee["coefficient"] or 1),
        months_per_price=terms.months_per_price, rounding=terms.rounding,
    )  # fmt: skip
