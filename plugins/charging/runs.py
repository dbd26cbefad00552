"""Billing runs: compute, check, publish, void (checklist R03-01)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, delete, func, literal, select, update

from engine.extension import ActionContext, ActionResult, Conflict, Refused, action
from plugins.charging.billing_due import estates_in_reach
from plugins.charging.billing_sql import draft_bills_of, run_item
from plugins.charging.offsetting import offset_run
from plugins.charging.posting import months_must_be_open
from plugins.charging.terms import Reach, Terms, price_spans, terms_of

Row = dict[str, Any]


@action("charging.generate_run")
def generate_run(context: ActionContext) -> ActionResult:
    """Compute a draft run: new bills, and a reason for each that could not be made.

    A second press computes it again; the run's own drafts are replaced.
    """
    totals = [generate(context, run_id) for run_id in context.ids]
    bills, skipped = (sum(t[n] for t in totals) for n in ("bills", "skipped"))
    return ActionResult("%(bills)s bills made, %(skipped)s skipped.", _counts(bills, skipped))


def _counts(bills: int, skipped: int) -> dict[str, int]:
    return {"bills": bills, "skipped": skipped}


def generate(context: Any, run_id: int) -> Row:
    """Compute one draft run and return its record.

    Raises:
        Conflict: the run is no draft any more.
        Invalid: a fee item's formula is wrong.
    """
    run = context.records.get("bill_run", run_id, lock=True)
    if run["state"] != "draft":
        raise Conflict("The run is no longer a draft.")
    _forget_drafts(context, run_id)
    reach = _reach(run)
    estates = estates_in_reach(context, reach)
    numbered = 0
    for item in _items(context, run_id):
        terms = terms_of(item)
        done = run_item(context, reach, terms, _spans(context, terms, reach, estates), numbered)
        numbered += done.bills
    return _keep_totals(context, run_id)


def _reach(run: Row) -> Reach:
    return Reach(
        run_id=run["id"],
        run_no=run["no"],
        unit_id=run["unit"],
        estate_id=run["estate"],
        building_id=run["building"],
        bill_from=run["bill_from"],
        bill_to=run["bill_to"],
    )


def _forget_drafts(context: Any, run_id: int) -> None:
    bill, skip = context.table("receivable"), context.table("bill_skip")
    context.connection.execute(delete(skip).where(skip.c.bill_run_id == run_id))
    context.connection.execute(delete(bill).where(draft_bills_of(bill, run_id)))


def _items(context: Any, run_id: int) -> list[Row]:
    """Return the run's fee items by code; a run that names none takes all recurring ones."""
    chosen = context.records.find("bill_run_item", f"bill_run == {run_id}")
    if not chosen:
        wanted = "kind == 'cyclic' and state == 'enabled'"
        all_items: list[Row] = context.records.find("fee_item", wanted, sort=("code",))
        for item in all_items:
            context.records.create("bill_run_item", {"bill_run": run_id, "fee_item": item["id"]})
        return all_items
    found = [context.records.get("fee_item", line["fee_item"]) for line in chosen]
    return sorted((f for f in found if f["state"] == "enabled"), key=lambda f: f["code"])


def _spans(context: Any, terms: Terms, reach: Reach, estates: list[int]) -> Any:
    prices = context.records.find("fee_price", f"fee_item == {terms.id}")
    # A year and a bit around the window: no cycle is longer than 12 months or 730 days.
    first, last = reach.days(terms)
    return price_spans(
        prices,
        estates,
        first.replace(year=first.year - 2, day=1),
        last.replace(year=last.year + 2, day=1),
    )


def _keep_totals(context: Any, run_id: int) -> Row:
    bills = _by_item(context, "receivable", run_id, "amount")
    skips = _by_item(context, "bill_skip", run_id)
    for line in context.records.find("bill_run_item", f"bill_run == {run_id}"):
        count, amount = bills.get(line["fee_item"], (0, 0))
        skipped, _ = skips.get(line["fee_item"], (0, 0))
        values = {"bills": count, "amount": amount, "skipped": skipped}
        context.records.change("bill_run_item", line["id"], values)
    changed: Row = context.records.change(
        "bill_run",
        run_id,
        {
            "bills": sum(count for count, _ in bills.values()),
            "amount": sum(amount for _, amount in bills.values()),
            "skipped": sum(count for count, _ in skips.values()),
            "generated_at": context.now,
        },
    )
    return changed


def _by_item(context: Any, entity: str, run_id: int, summed: str = "") -> dict[int, Any]:
    """Return (rows, sum) of a run's bills or skips by fee item."""
    table = context.table(entity)
    total = func.sum(table.c[summed]) if summed else literal(0)
    query = (
        select(table.c.fee_item_id, func.count(), total)
        .where(table.c.bill_run_id == run_id)
        .group_by(table.c.fee_item_id)
    )
    return {row[0]: (row[1], row[2]) for row in context.connection.execute(query)}


@action("charging.check_run")
def check_run(context: ActionContext) -> ActionResult:
    """Mark computed runs as checked by this person."""
    for run_id in context.ids:
        _move(context, run_id, ("draft",), {"state": "checked", "checked_by_id": context.user_id})
    return ActionResult("Checked.")


@action("charging.publish_run")
def publish_run(context: ActionContext) -> ActionResult:
    """Publish checked runs: their bills are owed from now on; prepayments pay what they can."""
    made = sum(publish(context, run_id) for run_id in context.ids)
    return ActionResult("%(bills)s bills published.", {"bills": made})


def publish(context: Any, run_id: int) -> int:
    """Publish one run and return how many bills it has.

    Raises:
        Conflict: somebody else has published or reopened it.
        Refused: a bill is dated in a closed month.
    """
    stamps = {"published_at": context.now, "published_by_id": context.user_id}
    _move(context, run_id, ("checked",), {"state": "published"} | stamps)
    bill = context.table("receivable")
    months_must_be_open(context, draft_bills_of(bill, run_id))
    statement = (
        update(bill)
        .where(draft_bills_of(bill, run_id))
        .values(
            state="published",
            open=bill.c.amount - bill.c.reduced - bill.c.received,
            published_at=context.now,
            updated_at=context.now,
            version=bill.c.version + 1,
        )
    )
    made = int(context.connection.execute(statement).rowcount)
    offset = offset_run(context, run_id)
    _stamp(context, "bill_run", run_id, {"offset": offset})
    return made


@action("charging.void_run")
def void_run(context: ActionContext) -> ActionResult:
    """Void runs of which nothing is paid or reduced; their periods can be billed again."""
    for run_id in context.ids:
        reason = str(context.asked["reason"])
        _move(
            context, run_id, ("draft", "checked", "published"),
            {"state": "void", "void_reason": reason},
        )  # fmt: skip
        bill = context.table("receivable")
        void_bills(context, (bill.c.bill_run_id == run_id) & (bill.c.state != "void"), reason)
    return ActionResult("Voided.")


@action("charging.void_bill")
def void_bill(context: ActionContext) -> ActionResult:
    """Void bills of which nothing is paid or reduced."""
    bill = context.table("receivable")
    void_bills(context, bill.c.id.in_(context.ids), str(context.asked["reason"]))
    return ActionResult("Voided.")


def void_bills(context: Any, which: Any, reason: str) -> int:
    """Void some bills, all or none.

    Raises:
        Refused: one of them is paid or reduced, also in part, or dated in a closed month.
    """
    bill = context.table("receivable")
    touched = case(
        ((bill.c.received != 0) | (bill.c.reduced != 0) | (bill.c.late_received != 0), bill.c.id)
    )
    locked = select(bill.c.id, touched.label("touched")).where(which).order_by(bill.c.id)
    rows = context.connection.execute(locked.with_for_update()).all()
    months_must_be_open(context, which & (bill.c.state == "published"))
    paid = sum(row.touched is not None for row in rows)
    if paid:
        raise Refused("%(count)s of the bills are paid or reduced: reverse that first.", count=paid)
    statement = (
        update(bill)
        .where(bill.c.id.in_(select(bill.c.id).where(which)), bill.c.state != "void")
        .values(
            state="void",
            open=0,
            slot=bill.c.id,
            void_reason=reason,
            updated_at=context.now,
            version=bill.c.version + 1,
        )
    )
    return int(context.connection.execute(statement).rowcount)


def _move(context: Any, run_id: int, states: tuple[str, ...], values: Row) -> None:
    """Change a run's state if it is still as expected, so that two clerks cannot both win."""
    run = context.table("bill_run")
    statement = update(run).where(run.c.id == run_id, run.c.state.in_(states))
    moved = context.connection.execute(
        statement.values(version=run.c.version + 1, updated_at=context.now, **values)
    )
    if moved.rowcount != 1:
        raise Conflict("Somebody else has changed the run's state.")


def _stamp(context: Any, entity: str, record_id: int, values: Row) -> None:
    table = context.table(entity)
    context.connection.execute(update(table).where(table.c.id == record_id).values(**values))
