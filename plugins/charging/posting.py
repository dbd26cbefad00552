"""Closed days and months take no postings (rules.md 10)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, cast, func, select

from engine.extension import Refused


def must_be_open(context: Any, estate: int, on: date, *, till: int | None = None) -> None:
    """Refuse to post on a day that is closed for the estate's office.

    `till` is the cashier whose money it moves: with it his day close counts too.

    Raises:
        Refused: the month, or the cashier's day, is closed; says which.
    """
    place, month, day = (context.table(n) for n in ("estate", "month_close", "cashier_day"))
    office = select(place.c.office_id).where(place.c.id == estate).scalar_subquery()
    query = select(month.c.id).where(
        month.c.unit_id == office, month.c.month == on.replace(day=1), month.c.state == "closed"
    )
    # Locked in share mode, so that a close at this moment waits for this posting or stops it.
    if context.connection.execute(query.with_for_update(read=True, of=month)).first():
        raise Refused("%(month)s is closed for this office.", month=f"{on:%Y-%m}")
    if till is None:
        return
    query = select(day.c.id).where(
        day.c.unit_id == office,
        day.c.cashier_id == till,
        day.c.day == on,
        day.c.state == "closed",
    )
    if context.connection.execute(query.with_for_update(read=True, of=day)).first():
        raise Refused("The cashier's day %(day)s is closed: take it on another day.", day=on)


def months_must_be_open(context: Any, which: Any) -> None:
    """Refuse to publish or void bills dated in a closed month.

    `which` is a condition on the receivable table.

    Raises:
        Refused: one of them is; says which month.
    """
    bill, estate, month = (context.table(n) for n in ("receivable", "estate", "month_close"))
    dated_in = cast(func.date_trunc("month", bill.c.bill_on), Date())
    query = (
        select(month.c.month)
        .select_from(bill)
        .join(estate, estate.c.id == bill.c.estate_id)
        .join(month, (month.c.unit_id == estate.c.office_id) & (month.c.month == dated_in))
        .where(which, month.c.state == "closed")
        .limit(1)
    )
    found = context.connection.execute(query).scalar_one_or_none()
    if found is not None:
        raise Refused("%(month)s is closed for this office.", month=f"{found:%Y-%m}")
