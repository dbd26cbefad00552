"""Computing a billing run: at once, or estate by estate in the background (R03-01).

A large run is a job of one transaction for each estate, or for a few small ones. Its progress
is on the screen of background work, and after a failure it goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, literal, select

from engine.extension import ActionContext, ActionResult, Conflict, JobContext, More, action, job
from plugins.charging.billing_due import estates_in_reach
from plugins.charging.billing_sql import draft_bills_of, run_item
from plugins.charging.missing_readings import skip_missing_readings
from plugins.charging.terms import Reach, Terms, price_spans, terms_of

Row = dict[str, Any]
JOB = "charging.compute_run"
MOST_AT_ONCE = 10_000  # room fees for which a person waits
ROOMS_OF_PART = 40_000  # estates are put together up to so many: each statement costs 20 ms to say


@action("charging.generate_run")
def generate_run(context: ActionContext) -> ActionResult:
    """Compute a draft run: new bills, and a reason for each that could not be made.

    A second press computes it again; the run's own drafts are replaced.
    """
    bills = skipped = 0
    for run_id in context.ids:
        run = context.records.get("bill_run", run_id, lock=True)
        if run["state"] == "computing" or _is_large(context, _reach(run)):
            number = _leave(context, run)
            return ActionResult("Computing in the background.", redirect=f"/jobs/{number}")
        done = generate(context, run_id)
        bills, skipped = bills + done["bills"], skipped + done["skipped"]
    return ActionResult(
        "%(bills)s bills made, %(skipped)s skipped.", {"bills": bills, "skipped": skipped}
    )


def _is_large(context: Any, reach: Reach) -> bool:
    fee, room = context.table("room_fee"), context.table("room")
    inside = (
        select(fee.c.id)
        .join(room, room.c.id == fee.c.room_id)
        .where(room.c.estate_id.in_(estates_in_reach(context, reach)))
        .limit(MOST_AT_ONCE + 1)
    )
    count = context.connection.execute(select(func.count()).select_from(inside.subquery()))
    return bool(count.scalar_one() > MOST_AT_ONCE)


def _leave(context: Any, run: Row) -> int:
    """Leave the computation to the background; return its job, or the one that is at it."""
    values = {"state": "computing", "generated_at": None}
    context.records.change("bill_run", run["id"], values)
    arguments = {"run": run["id"], "language": context.language}
    number: int = context.enqueue(JOB, arguments, key=f"bill_run {run['id']}")
    return number


@job(JOB, label="Compute a billing run")
def compute_run(context: JobContext) -> Row | More:
    """Compute the next estate of a run; whoever voids the run stops it."""
    asked = dict(context.arguments)
    run = context.records.get("bill_run", asked["run"], lock=True)
    if run["state"] != "computing":
        return {"url": f"/e/bill_run/{run['id']}"}
    if "left" not in asked:
        _forget_drafts(context, run["id"])
        estates = estates_in_reach(context, _reach(run))
        asked |= {"left": _parts(context, estates), "estates": len(estates)}
    elif asked["left"]:
        estates, *asked["left"] = asked["left"]
        _compute(context, run, estates)
    if asked["left"]:
        done = asked["estates"] - sum(map(len, asked["left"]))
        following = context.records.get("estate", asked["left"][0][0])
        return More(asked, done, asked["estates"], following["name"])
    _keep_totals(context, run["id"], state="draft")
    context.progress(asked["estates"], asked["estates"])
    return {"url": f"/e/bill_run/{run['id']}"}


def _parts(context: Any, estates: Sequence[int]) -> list[list[int]]:
    """Return the estates in their order, small ones together."""
    room = context.table("room")
    counted = select(room.c.estate_id, func.count()).where(room.c.estate_id.in_(estates))
    rooms = dict(context.connection.execute(counted.group_by(room.c.estate_id)).all())
    parts: list[list[int]] = []
    filled = ROOMS_OF_PART
    for estate in estates:
        size = rooms.get(estate, 0)
        if filled + size > ROOMS_OF_PART:
            parts.append([])
            filled = 0
        parts[-1].append(estate)
        filled += size
    return parts


def generate(context: Any, run_id: int) -> Row:
    """Compute one draft run in this transaction and return its record.

    Raises:
        Conflict: the run is no draft any more.
        Invalid: a fee item's formula is wrong.
    """
    run = context.records.get("bill_run", run_id, lock=True)
    if run["state"] != "draft":
        raise Conflict("The run is no longer a draft.")
    _forget_drafts(context, run_id)
    _compute(context, run, estates_in_reach(context, _reach(run)))
    return _keep_totals(context, run_id)


def _compute(context: Any, run: Row, estates: Sequence[int]) -> None:
    """Bill some estates of a run, item by item; bill numbers go on after those it has."""
    reach = _reach(run)
    numbered = _count_bills(context, run["id"])
    for item in _items(context, run["id"]):
        terms = terms_of(item)
        if terms.kind == "metered":
            skip_missing_readings(context, reach, terms, estates)
            continue
        spans = _spans(context, terms, reach, estates)
        numbered += run_item(context, reach, terms, spans, numbered).bills


def _count_bills(context: Any, run_id: int) -> int:
    bill = context.table("receivable")
    count = select(func.count()).where(bill.c.bill_run_id == run_id)
    return int(context.connection.execute(count).scalar_one())


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
    """Return the run's fee items by code; a run that names none takes all there are."""
    chosen = context.records.find("bill_run_item", f"bill_run == {run_id}")
    if not chosen:
        wanted = "kind in ('cyclic', 'metered') and state == 'enabled'"
        all_items: list[Row] = context.records.find("fee_item", wanted, sort=("code",))
        for item in all_items:
            context.records.create("bill_run_item", {"bill_run": run_id, "fee_item": item["id"]})
        return all_items
    found = [context.records.get("fee_item", line["fee_item"]) for line in chosen]
    return sorted((f for f in found if f["state"] == "enabled"), key=lambda f: f["code"])


def _spans(context: Any, terms: Terms, reach: Reach, estates: Sequence[int]) -> Any:
    prices = context.records.find("fee_price", f"fee_item == {terms.id}")
    # A year and a bit around the window: no cycle is longer than 12 months or 730 days.
    first, last = reach.days(terms)
    return price_spans(
        prices,
        estates,
        first.replace(year=first.year - 2, day=1),
        last.replace(year=last.year + 2, day=1),
    )


def _keep_totals(context: Any, run_id: int, **more: Any) -> Row:
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
            **more,
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
