"""Late fees of real bills: computed as of a date, fixed when paid (rules.md 7).

Nothing is stored while a fee only runs. When a payment touches a bill, what has accrued by
then is fixed as a late_fee row; later days are computed from there on, so that a new rate
never changes what was settled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select

from plugins.charging.late_fees import Paid, Policy, Rate, late_fee
from plugins.charging.ledger import ZERO, allocations_of

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LateFee:
    """One bill's late fee as of a date."""

    accrued: Decimal  # since the beginning, fixed or not
    new: Decimal  # of that: not fixed yet
    open: Decimal  # accrued − received − reduced
    since: date  # first day that is not fixed yet


def late_fees_as_of(context: Any, bills: Sequence[Row], as_of: date) -> dict[int, LateFee]:
    """Return the late fee of each bill (column rows of receivable) as of a date."""
    ids = [b["id"] for b in bills if b["due_on"] < as_of or b["late_fixed"]]
    if not ids:
        return {b["id"]: _none(b) for b in bills}
    policies = _policies(context, {b["fee_item_id"] for b in bills})
    paid, fixed_to = _paid(context, ids), _fixed_to(context, ids)
    found = {}
    for bill in bills:
        rules = policies.get(bill["fee_item_id"], [])
        if bill["id"] in ids and rules:
            history = paid.get(bill["id"], [])
            found[bill["id"]] = _of(bill, rules, history, fixed_to.get(bill["id"]), as_of)
        else:
            found[bill["id"]] = _none(bill)
    return found


def _none(bill: Row) -> LateFee:
    left = bill["late_fixed"] - bill["late_received"] - bill["late_reduced"]
    return LateFee(bill["late_fixed"], ZERO, max(left, ZERO), bill["due_on"] + timedelta(1))


def _of(
    bill: Row, rules: list[Row], paid: list[Paid], fixed_to: date | None, as_of: date
) -> LateFee:
    since = (fixed_to or bill["due_on"]) + timedelta(1)
    new = ZERO
    if as_of >= since:
        new = _until(bill, rules, paid, as_of)
        new -= _until(bill, rules, paid, fixed_to) if fixed_to else ZERO
    new = max(new, ZERO)
    accrued = bill["late_fixed"] + new
    left = accrued - bill["late_received"] - bill["late_reduced"]
    return LateFee(accrued, new, max(left, ZERO), since)


def _until(bill: Row, rules: list[Row], paid: list[Paid], day: date) -> Decimal:
    return late_fee(bill["amount"], bill["due_on"], day, policy_of(rules, bill["due_on"]), paid)


def policy_of(rules: Sequence[Row], due_on: date) -> Policy:
    """Return the policy of a bill: rates by their days, grace and caps as on the due date."""
    ordered = sorted(rules, key=lambda r: r["effective_from"])
    in_force = [r for r in ordered if r["effective_from"] <= due_on] or ordered[:1]
    terms = in_force[-1]
    return Policy(
        rates=[Rate(r["effective_from"], r["daily_rate"]) for r in ordered],
        grace_days=terms["grace_days"],
        grace_shifts=bool(terms["grace_shifts"]),
        cap_percent=terms["cap_percent"],
        cap_amount=terms["cap_amount"],
        fixed_fee=terms["fixed_fee"] or ZERO,
    )


def _policies(context: Any, items: set[int]) -> dict[int, list[Row]]:
    table = context.table("late_fee_rule")
    query = select(table).where(table.c.fee_item_id.in_(items))
    found: dict[int, list[Row]] = {}
    for row in context.connection.execute(query).mappings():
        found.setdefault(row["fee_item_id"], []).append(dict(row))
    return found


def _paid(context: Any, ids: Sequence[int]) -> dict[int, list[Paid]]:
    """Return what lowered each bill's principal, by day: allocations and reductions."""
    found: dict[int, list[Paid]] = {}
    for row in context.connection.execute(allocations_of(context, ids)).mappings():
        found.setdefault(row["receivable_id"], []).append(Paid(row["on_date"], row["amount"]))
    line, head = context.table("reduction_line"), context.table("reduction")
    reduced = (
        select(line.c.receivable_id, line.c.amount, head.c.applied_on)
        .join(head, head.c.id == line.c.reduction_id)
        # one that is being put in force is approved, and in force from no day yet
        .where(line.c.receivable_id.in_(ids), head.c.state == "approved")
        .where(head.c.applied_on.is_not(None))
    )
    for row in context.connection.execute(reduced):
        found.setdefault(row.receivable_id, []).append(Paid(row.applied_on, row.amount))
    return found


def _fixed_to(context: Any, ids: Sequence[int]) -> dict[int, date]:
    table = context.table("late_fee")
    query = (
        select(table.c.receivable_id, func.max(table.c.to_date))
        .where(table.c.receivable_id.in_(ids))
        .group_by(table.c.receivable_id)
    )
    return {row[0]: row[1] for row in context.connection.execute(query)}


def fix_late_fees(
    context: Any, bills: Sequence[Row], fees: dict[int, LateFee], as_of: date, payment: int | None
) -> dict[int, Decimal]:
    """Write what has accrued on bills that are being paid; return the amounts by bill."""
    return fix_by_payment(context, bills, fees, as_of, {bill["id"]: payment for bill in bills})


def fix_by_payment(
    context: Any,
    bills: Sequence[Row],
    fees: dict[int, LateFee],
    as_of: date,
    payments: Mapping[int, int | None],
) -> dict[int, Decimal]:
    """Do the same for bills that different payments fix; `payments` maps a bill to its own."""
    rows = [
        _row(context, bill, payments[bill["id"]], fees[bill["id"]].since, as_of,
             fees[bill["id"]].new)
        for bill in bills
        if fees[bill["id"]].new
    ]  # fmt: skip
    return _write(context, rows)


def catch_up(context: Any, bills: Sequence[Row], payment: int) -> dict[int, Decimal]:
    """Fix what was missed while a payment counted that is now reversed (rules.md 9).

    What was fixed stays: it had accrued, and later payments may have paid it. But days after
    the reversed payment were fixed on too low a principal; the difference is written here, so
    that the fee is the one of a bill that had never been paid. Returns the amounts by bill.
    """
    ids = [bill["id"] for bill in bills]
    policies = _policies(context, {bill["fee_item_id"] for bill in bills})
    paid, fixed_to = _paid(context, ids), _fixed_to(context, ids)
    rows = []
    for bill in bills:
        rules, to = policies.get(bill["fee_item_id"]), fixed_to.get(bill["id"])
        if rules and to:
            due = _until(bill, rules, paid.get(bill["id"], []), to)
            if due > bill["late_fixed"]:
                since = bill["due_on"] + timedelta(1)
                rows.append(_row(context, bill, payment, since, to, due - bill["late_fixed"]))
    return _write(context, rows)


def _row(
    context: Any, bill: Row, payment: int | None, since: date, to: date, amount: Decimal
) -> Row:
    return {
        "receivable_id": bill["id"],
        "payment_id": payment,
        "from_date": since,
        "to_date": to,
        "principal": bill["open"],
        "days": (to - since).days + 1,
        "amount": amount,
        "scope_unit_id": bill["scope_unit_id"],
        "created_at": context.now,
        "updated_at": context.now,
        "created_by": context.user_id,
        "updated_by": context.user_id,
    }


def _write(context: Any, rows: list[Row]) -> dict[int, Decimal]:
    if rows:
        context.connection.execute(insert(context.table("late_fee")), rows)
    return {row["receivable_id"]: row["amount"] for row in rows}
