"""Price changes: an approved one becomes a version of the fee item's price."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from engine.extension import ActionContext, Invalid, Problem, action
from plugins.charging.periods import DAY
from plugins.charging.terms import price_spans

Row = dict[str, Any]


@action("charging.note_old_price")
def note_old_price(context: ActionContext) -> None:
    """Write into price changes that are handed in what the price is until then."""
    for change_id in context.ids:
        change = _free(context, change_id)
        old = price_on(context, change, change["effective_from"] - DAY)
        context.records.change("price_change", change_id, {"old_price": old})


@action("charging.make_price_version")
def make_price_version(context: ActionContext) -> None:
    """Make the price versions of approved price changes."""
    for change_id in context.ids:
        change = _free(context, change_id)
        names = ("fee_item", "estate", "price", "effective_from", "reference")
        made = context.records.create(
            "fee_price", {name: change[name] for name in names} | {"note": change["no"]}
        )
        done = {"price_version": made["id"], "approved_by": context.user_id}
        context.records.change("price_change", change_id, done)


def _free(context: Any, change_id: int) -> Row:
    """Return a price change whose day has no version yet.

    Raises:
        Invalid: there is one.
    """
    change: Row = context.records.get("price_change", change_id, lock=True)
    price = context.table("fee_price")
    same = (
        (price.c.fee_item_id == change["fee_item"])
        & price.c.estate_id.is_not_distinct_from(change["estate"])
        & (price.c.effective_from == change["effective_from"])
    )
    if context.records.find("fee_price", same, limit=1):
        raise Invalid([Problem("There is a price for that day already.", field="effective_from")])
    return change


def price_on(context: Any, change: Row, day: date) -> Decimal | None:
    """Return the price of a change's fee item and estate on a day; None if there is none."""
    prices = context.records.find("fee_price", f"fee_item == {change['fee_item']}")
    if change["estate"] is not None:
        spans = price_spans(prices, [change["estate"]], day, day)
        return next((span.price for span in spans), None)
    of_group = [p for p in prices if p["estate"] is None and p["effective_from"] <= day]
    last = max(of_group, key=lambda p: p["effective_from"], default=None)
    return None if last is None else last["price"]
