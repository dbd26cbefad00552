"""Reductions: amount, percentage or late fee of open bills (checklist R03-07)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from engine.extension import (
    ActionContext,
    ActionResult,
    Conflict,
    Invalid,
    Problem,
    Refused,
    action,
)
from plugins.charging.amounts import spread
from plugins.charging.late_fee_ledger import fix_late_fees, late_fees_as_of
from plugins.charging.ledger import ZERO, Change, apply_changes, lock_bills
from plugins.charging.posting import must_be_open
from plugins.charging.settlements import reduction_amount

Row = dict[str, Any]


@action("charging.work_out_reduction")
def work_out_reduction(context: ActionContext) -> None:
    """Work out the lines and the total of reductions that are handed in, and check them."""
    for reduction_id in context.ids:
        work_out(context, reduction_id)


def work_out(context: Any, reduction_id: int) -> Row:
    """Fill in percentages and the total; return the record.

    Raises:
        Invalid: no line, or a line exceeds what is open.
    """
    head = context.records.get("reduction", reduction_id, lock=True)
    lines = _lines(context, reduction_id)
    if not lines:
        raise Invalid([Problem("Choose at least one bill.", field="lines")])
    bills = _bills(context, lines)
    _must_be_of_the_estate(context, head, bills)
    for line, amount in zip(lines, _worked_out(head, lines, bills), strict=True):
        if amount != line["amount"]:
            line["amount"] = amount
            context.records.change("reduction_line", line["id"], {"amount": amount})
    _check_lines(context, lines, bills)
    total = sum((line["amount"] + line["late_fee"] for line in lines), ZERO)
    changed: Row = context.records.change("reduction", reduction_id, {"total": total})
    return changed


def _must_be_of_the_estate(context: Any, head: Row, bills: dict[int, Row]) -> None:
    """Refuse bills that another office than the room's may be answerable for."""
    estate = context.records.get("room", head["room"])["estate"]
    if any(bill["estate_id"] != estate for bill in bills.values()):
        raise Invalid([Problem("A bill is of another estate.", field="lines")])


def _worked_out(head: Row, lines: list[Row], bills: dict[int, Row]) -> list[Decimal]:
    """Return each line's principal: as typed, by percentage, or as a discount on many months."""
    chosen = [bills[line["receivable"]] for line in lines]
    if head["kind"] == "percent":
        return [reduction_amount(bill["open"], head["percent"]) for bill in chosen]
    if head["kind"] != "volume":
        return [line["amount"] for line in lines]
    months = sum((bill["months"] or ZERO for bill in chosen), ZERO)
    if months < head["from_months"]:
        raise Invalid([
            Problem("The discount is for %(wanted)s months and more; %(given)s are chosen.",
                    {"wanted": head["from_months"], "given": months.normalize()}, "from_months")
        ])  # fmt: skip
    total = reduction_amount(sum((bill["open"] for bill in chosen), ZERO), head["percent"])
    return spread(total, [bill["open"] for bill in chosen])


def _lines(context: Any, reduction_id: int) -> list[Row]:
    found: list[Row] = context.records.find(
        "reduction_line", f"reduction == {reduction_id}", sort=("id",)
    )
    return found


def _bills(context: Any, lines: list[Row]) -> dict[int, Row]:
    bill = context.table("receivable")
    rows = lock_bills(context, bill.c.id.in_([line["receivable"] for line in lines]))
    if len(rows) != len(lines):
        raise Invalid([Problem("A bill is not published any more.", field="lines")])
    return {row["id"]: row for row in rows}


def _check_lines(context: Any, lines: list[Row], bills: dict[int, Row]) -> None:
    fees = late_fees_as_of(context, list(bills.values()), context.today)
    problems = []
    for number, line in enumerate(lines):
        bill = bills[line["receivable"]]
        most = {"amount": bill["open"], "late_fee": fees[bill["id"]].open}
        problems += [
            Problem("Only %(open)s is open.", {"open": most[name]}, f"lines.{number}.{name}")
            for name in most
            if line[name] > most[name]
        ]
        if not line["amount"] and not line["late_fee"]:
            problems.append(Problem("Say how much.", field=f"lines.{number}.amount"))
    if problems:
        raise Invalid(problems)


@action("charging.reduce_bills")
def reduce_bills(context: ActionContext) -> None:
    """Put approved reductions in force: their bills owe less from today on."""
    for reduction_id in context.ids:
        apply(context, reduction_id)


def apply(context: Any, reduction_id: int) -> None:
    """Apply one approved reduction (W35).

    Raises:
        Invalid: the bills have meanwhile less open than the reduction.
        Refused: the month is closed.
    """
    head = context.records.get("reduction", reduction_id, lock=True)
    must_be_open(context, context.records.get("room", head["room"])["estate"], context.today)
    lines = _lines(context, reduction_id)
    bills = _bills(context, lines)
    _check_lines(context, lines, bills)
    context.records.change(
        "reduction",
        reduction_id,
        {"applied_on": context.today, "approved_by": context.user_id},
    )
    late = [bills[line["receivable"]] for line in lines if line["late_fee"]]
    fees = late_fees_as_of(context, late, context.today) if late else {}
    fixed = fix_late_fees(context, late, fees, context.today, None)
    apply_changes(context, [
        Change(bill=line["receivable"], reduced=line["amount"], late_reduced=line["late_fee"],
               late_fixed=fixed.get(line["receivable"], ZERO))
        for line in lines
    ], context.today)  # fmt: skip


@action("charging.revoke_reduction")
def revoke_reduction(context: ActionContext) -> ActionResult:
    """Take reductions back, as long as nobody has paid relying on them."""
    for reduction_id in context.ids:
        revoke(context, reduction_id, str(context.asked["decision"]))
    return ActionResult("Revoked.")


def revoke(context: Any, reduction_id: int, decision: str) -> None:
    """Revoke one reduction in force.

    Raises:
        Refused: a bill was paid after it was applied, or the month is closed.
        Conflict: it is no longer in force.
    """
    head = context.records.get("reduction", reduction_id, lock=True)
    must_be_open(context, context.records.get("room", head["room"])["estate"], context.today)
    lines = _lines(context, reduction_id)
    bills = _bills(context, lines)
    allocation = context.table("allocation")
    relied = select(allocation.c.id).where(
        allocation.c.receivable_id.in_(list(bills)),
        allocation.c.on_date >= head["applied_on"],
        allocation.c.created_at > head["updated_at"],
        ~allocation.c.is_reversed,
    )
    if context.connection.execute(relied.limit(1)).first():
        raise Refused("A bill was paid since: reverse that payment first.")
    move_state(context, "reduction", reduction_id, "approved", "revoked",
               revoked_on=context.today, decision=decision)  # fmt: skip
    apply_changes(context, [
        Change(bill=line["receivable"], reduced=-line["amount"], late_reduced=-line["late_fee"])
        for line in lines
    ], context.today)  # fmt: skip


def move_state(
    context: Any, entity: str, record_id: int, old: str, new: str, **values: Any
) -> None:
    """Change a document's state if it is still the expected one.

    Raises:
        Conflict: it is not; somebody else was faster.
    """
    table = context.table(entity)
    statement = update(table).where(table.c.id == record_id, table.c.state == old)
    moved = context.connection.execute(
        statement.values(
            state=new, version=table.c.version + 1, updated_at=context.now,
            updated_by=context.user_id, **values,
        )
    )  # fmt: skip
    if moved.rowcount != 1:
        raise Conflict("Somebody else has decided on this already.")


def reduce_for_refund(context: Any, room: int, amounts: dict[int, Decimal], reason: str) -> Row:
    """Write down as reduced what is given back of paid bills, as a document of its own.

    The bills' sums are not touched: the caller moves received and reduced together.
    """
    made: Row = context.records.create(
        "reduction",
        {
            "room": room,
            "kind": "amount",
            "reason": reason,
            "total": sum(amounts.values(), ZERO),
            "lines": [{"receivable": b, "amount": a} for b, a in sorted(amounts.items())],
        },
    )
    # The refund was decided on: this only writes down what it means for the bills.
    move_state(context, "reduction", made["id"], "draft", "approved",
               applied_on=context.today, approved_by_id=context.user_id)  # fmt: skip
    return made
