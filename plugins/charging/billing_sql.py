"""A billing run as one INSERT … SELECT per fee item (architecture decision 10).

One statement finds the due periods, prices them, writes the bills and writes why the others
were skipped. It can be repeated: what is billed already is left out, and the unique key
(room_fee, period_from, slot) holds against a run at the same moment.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Integer, Table, Text, case, cast, func, insert, literal, not_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as insert_unless

from plugins.charging import sql_parts as sql
from plugins.charging.billing_due import BillingContext, due_periods
from plugins.charging.billing_pricing import is_billable, priced, skip_reason
from plugins.charging.sql_parts import Sql
from plugins.charging.terms import PriceSpan, Reach, Terms


@dataclass(frozen=True, slots=True)
class Billed:
    """What a run did for one fee item."""

    bills: int
    skipped: int


def run_item(
    context: BillingContext,
    reach: Reach,
    terms: Terms,
    spans: Sequence[PriceSpan],
    numbered: int = 0,
) -> Billed:
    """Write the draft bills and the skips of one fee item.

    `spans` are the prices of every estate in reach (`terms.price_spans`); bill numbers go on
    after `numbered`. Periods that are billed already are no skips.

    Raises:
        Invalid: the item's formula is wrong.
    """
    rows = priced(context, terms, due_periods(context, reach, terms, spans))
    skips = _insert_skips(context, reach, terms, rows)
    bills = _insert_bills(context, reach, terms, rows, numbered)
    counted = bills.add_cte(skips).execution_options(preserve_rowcount=True)
    made = context.connection.execute(counted).rowcount
    skip = context.table("bill_skip").c
    count = select(func.count()).where(
        skip.bill_run_id == reach.run_id, skip.fee_item_id == terms.id
    )
    return Billed(made, context.connection.execute(count).scalar_one())


def _insert_skips(context: BillingContext, reach: Reach, terms: Terms, rows: CTE) -> CTE:
    c = rows.c
    values: dict[str, Any] = _engine_columns(context, c.unit_id) | {
        "bill_run_id": literal(reach.run_id),
        "room_id": c.room_id,
        "fee_item_id": literal(terms.id),
        "room_fee_id": c.room_fee_id,
        "period_from": c.first,
        "reason": skip_reason(rows),
        "detail": _detail(terms, rows),
    }
    skip = context.table("bill_skip")
    found = select(*(v.label(k) for k, v in values.items())).where(not_(is_billable(rows)))
    return insert(skip).from_select(list(values), found).cte("skips")


def _detail(terms: Terms, rows: CTE) -> Sql:
    """Say what a clerk needs to mend it."""
    days = func.concat(rows.c.first, "–", rows.c.last)
    return case(
        (rows.c.reason == "AREA_MISSING", literal(terms.basis)),
        (rows.c.reason == "FORMULA_INVALID", literal(terms.formula[:200])),
        else_=days,
    )


def _insert_bills(
    context: BillingContext, reach: Reach, terms: Terms, rows: CTE, numbered: int
) -> Any:
    bill = context.table("receivable")
    number = func.row_number().over(order_by=(rows.c.room_id, rows.c.first)) + numbered
    values: dict[str, Any] = {
        **_engine_columns(context, rows.c.unit_id),
        "no": literal(reach.run_no + "-") + func.lpad(cast(number, bill.c.no.type), 6, "0"),
        "bill_run_id": literal(reach.run_id),
        **_bill_values(terms, rows),
        **{name: literal(0) for name in _NOTHING_YET},
        "state": literal("draft"),
        "pay_state": literal("unpaid"),
        "snapshot": _snapshot(terms, rows),
    }
    found = select(*(v.label(k) for k, v in values.items())).where(is_billable(rows))
    return (
        insert_unless(bill)
        .from_select(list(values), found)
        .on_conflict_do_nothing(index_elements=["room_fee_id", "period_from", "slot"])
    )


def _bill_values(terms: Terms, rows: CTE) -> dict[str, Any]:
    c = rows.c
    return {
        "estate_id": c.estate_id,
        "room_id": c.room_id,
        "payer_id": c.payer_id,
        "fee_item_id": literal(terms.id),
        "room_fee_id": c.room_fee_id,
        "kind": literal("cyclic"),
        "period_from": c.first,
        "period_to": c.last,
        "slot": literal(0),
        "bill_on": c.bill_on,
        "due_on": sql.due_date(c.bill_on, terms.due),
        "price": case((c.low_price == c.high_price, c.low_price)),
        "quantity": func.round(c.basis, 4),
        "months": c.months,
        "amount": c.amount,
        **_tax(terms, c.amount),
    }


_NOTHING_YET = ("reduced", "received", "open", "late_fixed", "late_received", "late_reduced")


def _engine_columns(context: BillingContext, unit: Sql) -> dict[str, Any]:
    user, now = literal(context.user_id, Integer()), literal(context.now)
    return {
        "version": literal(1),
        "created_at": now,
        "updated_at": now,
        "created_by": user,
        "updated_by": user,
        "scope_unit_id": unit,
    }


def _tax(terms: Terms, amount: Sql) -> dict[str, Sql]:
    """Take apart a price that includes the tax (W57); net + tax is the amount."""
    net = func.round(amount * 100 / sql.number(100 + terms.tax_rate), 2)
    return {"tax_rate": sql.number(terms.tax_rate), "net": net, "tax": amount - net}


def _snapshot(terms: Terms, rows: CTE) -> Sql:
    """Keep what the amount was computed from (rules.md M6).

    Put together as text and read as JSON once: half the cost of building it from parts.
    """
    c = rows.c
    fixed = {
        "basis": terms.basis,
        "proration": terms.proration,
        "rounding": terms.rounding,
        "cycle": terms.cycle.months or f"{terms.cycle.days}d",
        **({"formula": terms.formula} if terms.formula else {}),
    }
    found = func.concat(
        json.dumps(fixed, ensure_ascii=False)[:-1],
        ', "area": ', _or_null(c.area), ', "coefficient": ', _or_null(c.coefficient),
        ', "days": ', sql.days_in(c.first, c.last), ', "raw": ', c.raw, ', "pieces": ', c.pieces,
        "}",
    )  # fmt: skip
    return cast(found, JSONB())


def _or_null(value: Sql) -> Sql:
    return func.coalesce(cast(value, Text()), "null")


def draft_bills_of(bill: Table, run_id: int) -> Any:
    """Keep a run's drafts, which a new computation replaces."""
    return (bill.c.bill_run_id == run_id) & (bill.c.state == "draft")
