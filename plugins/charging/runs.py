"""Billing runs once they are computed: check, publish, void (checklist R03-01)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, select, update

from engine.extension import (
    ActionContext,
    ActionResult,
    Conflict,
    JobContext,
    Refused,
    action,
    job,
)
from plugins.charging.billing_sql import draft_bills_of
from plugins.charging.offsetting import offset_run
from plugins.charging.posting import months_must_be_open

Row = dict[str, Any]
JOB = "charging.publish_run"
MOST_AT_ONCE = 50_000  # bills for which a person waits


@action("charging.check_run")
def check_run(context: ActionContext) -> ActionResult:
    """Mark computed runs as checked by this person."""
    for run_id in context.ids:
        _move(context, run_id, ("draft",), {"state": "checked", "checked_by_id": context.user_id})
    return ActionResult("Checked.")


@action("charging.publish_run")
def publish_run(context: ActionContext) -> ActionResult:
    """Publish checked runs: their bills are owed from now on; prepayments pay what they can.

    Who publishes very many does not wait for it; it is one transaction all the same.
    """
    made = 0
    for run_id in context.ids:
        if context.records.get("bill_run", run_id, lock=True)["bills"] > MOST_AT_ONCE:
            number = context.enqueue(JOB, {"run": run_id}, key=f"publish bill_run {run_id}")
            return ActionResult("Publishing in the background.", redirect=f"/jobs/{number}")
        made += publish(context, run_id)
    return ActionResult("%(bills)s bills published.", {"bills": made})


@job(JOB, label="Publish a billing run")
def publish_in_background(context: JobContext) -> Row:
    """Publish one large run as who pressed the button; he must still have the right to."""
    run_id = context.arguments["run"]
    context.require("bill_run", "publish")
    publish(context, run_id)
    return {"url": f"/e/bill_run/{run_id}"}


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
            context, run_id, ("draft", "computing", "checked", "published"),
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
