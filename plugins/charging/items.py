"""Fee items: their formulas are checked when saved; enabling needs a price."""

from __future__ import annotations

from typing import Any

from engine.extension import (
    ActionContext,
    ActionResult,
    EventContext,
    Invalid,
    Problem,
    action,
    before,
)
from plugins.charging.billing_pricing import FORMULA_NAMES

Row = dict[str, Any]


@before("fee_item", "create")
@before("fee_item", "change")
def check_formula(event: EventContext) -> None:
    """Refuse a formula that is wrong or uses an unknown name (rules.md 2).

    Raises:
        Invalid: at the field `formula`, with the place in the text.
    """
    values: Row = {**(event.old or {}), **event.values}
    formula = values.get("formula")
    if values.get("basis") != "formula" or not formula:
        return
    try:
        event.formula("room", str(formula), dict.fromkeys(FORMULA_NAMES))
    except Invalid as wrong:
        raise Invalid(
            [Problem(p.message, p.params, "formula", p.code) for p in wrong.problems]
        ) from wrong


@action("charging.enable_item")
def enable_item(context: ActionContext) -> ActionResult:
    """Enable fee items that can be charged."""
    for item_id in context.ids:
        item = context.records.get("fee_item", item_id, lock=True)
        if needs_price(item) and not context.records.find(
            "fee_price", f"fee_item == {item_id}", limit=1
        ):
            raise Invalid("Give '%(name)s' a price first.", name=item["name"])
        context.records.change("fee_item", item_id, {"state": "enabled"})
    return ActionResult("Enabled.")


def needs_price(item: Row) -> bool:
    """Tell whether the item is charged by a dated price; one with tiers has its own."""
    if item["kind"] not in ("cyclic", "metered") or item["tier_span"] != "none":
        return False
    return item["basis"] != "formula" or "price" in (item["formula"] or "")
