"""What of a payment was for days after somebody has left (W38)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.extension import EventContext, Invalid, Problem, before
from plugins.charging.amounts import exact, round_money
from plugins.charging.area_changes import difference_of, starts_of
from plugins.charging.periods import DAY, Period
from plugins.charging.refunds import refundable
from plugins.charging.terms import terms_of

Row = dict[str, Any]


@before("refund", "create")
@before("refund", "change")
def fill_in(context: EventContext) -> None:
    """Work a refund's lines and amount out of the last day that is charged.

    Lines that were sent stay as they are.

    Raises:
        Invalid: the payment has paid for nothing beyond that day.
    """
    sent = context.values
    last, payment = _date(sent.get("last_day")), _number(sent.get("payment"))
    if last is None or sent.get("lines"):
        return
    if payment is None and context.old:
        payment = context.old["payment"]
    if payment is None:
        return
    lines = unused_lines(context, payment, last)
    if not lines:
        raise Invalid([Problem("Nothing was paid for days after that one.", field="last_day")])
    sent["lines"] = lines
    sent["amount"] = sum((line["amount"] for line in lines), Decimal(0))


def unused_lines(context: Any, payment: int, last: date) -> list[Row]:
    """Return bill and amount of what a payment has paid for days after `last`."""
    found = []
    for bill_id, left in sorted(refundable(context, payment).items()):
        bill = context.records.get("receivable", bill_id)
        amount = min(unused_amount(context, bill, last), left)
        if amount > 0:
            found.append({"receivable": bill_id, "amount": amount})
    return found


def unused_amount(context: Any, bill: Row, last: date) -> Decimal:
    """Return the share of a recurring bill's days after `last`, at its own prices."""
    if bill["kind"] != "cyclic" or bill["period_to"] <= last:
        return Decimal(0)
    terms = terms_of(context.records.get("fee_item", bill["fee_item"]))
    period = Period(bill["period_from"], bill["period_to"])
    given = (terms, starts_of(context, bill), period, bill["snapshot"])
    _, whole = difference_of(*given, period.start)
    _, rest = difference_of(*given, max(last + DAY, period.start))
    share = rest / whole if whole else Fraction(0)
    return round_money(exact(bill["amount"]) * share, terms.rounding)


def _date(value: Any) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value or ""))
    except ValueError:
        return None  # the engine says so


def _number(value: Any) -> int | None:
    return int(value) if str(value or "").isdecimal() else None
