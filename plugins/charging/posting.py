"""Closed days and months take no postings (rules.md 10)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Date, Integer, Select, Table, bindparam, cast, func, select

from engine.extension import Refused


def must_be_open(context: Any, estate: int, on: date, *, till: int | None = None) -> None:
    """Refuse to post on a day that is closed for the estate's office.

    `till` is the cashier whose money it moves: with it his day close counts too.

    Raises:
        Refused: the month, or the cashier's day, is closed; says which.
    """
    tables = (context.table(n) for n in ("estate", "month_close", "cashier_day"))
    given = {"estate": estate, "month": on.replace(day=1), "till": till, "day": on}
    found = context.connection.execute(_closed(*tables), given).one()
    if found.month is not None:
        raise Refused("%(month)s is closed for this office.", month=f"{on:%Y-%m}")
    if found.day is not None:
        raise Refused("The cashier's day %(day)s is closed: take it on another day.", day=on)


@lru_cache(maxsize=4)
def _closed(place: Table, month: Table, day: Table) -> Select[Any]:
    """Return what finds a closed month and a closed day, each by its id.

    Locked in share mode, so that a close at this moment waits for this posting or stops it.
    """
    estate = bindparam("estate", type_=BigInteger())
    office = select(place.c.office_id).where(place.c.id == estate).scalar_subquery()
    months = select(month.c.id).where(
        month.c.unit_id == office,
        month.c.month == bindparam("month", type_=Date()),
        month.c.state == "closed",
    )
    days = select(day.c.id).where(
        day.c.unit_id == office,
        day.c.cashier_id == bindparam("till", type_=Integer()),
        day.c.day == bindparam("day", type_=Date()),
        day.c.state == "closed",
    )
    return select(
        *(
            found.limit(1).with_for_update(read=True, of=table).scalar_subquery().label(name)
            for name, found, table in (("month", months, month), ("day", days, day))
        )
    )


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
