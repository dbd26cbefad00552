"""Metered rooms that nobody has read: no bill, and a reason why (rules.md M5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, func, insert, literal, or_, select

from plugins.charging.periods import DAY, add_months
from plugins.charging.terms import Reach, Terms


def skip_missing_readings(context: Any, reach: Reach, terms: Terms, estates: Sequence[int]) -> None:
    """List the rooms of a metered item without a billed reading within its cycle.

    The cycle ends with the run's window. A reading that was typed in and never billed is no
    bill either: its number is named.
    """
    fee, room, estate = (context.table(n) for n in ("room_fee", "room", "estate"))
    first = min(reach.bill_from, add_months(reach.bill_to + DAY, -(terms.cycle.months or 1)))
    values = _skip_of(context, reach, terms, first)
    missing = (
        select(*(value.label(name) for name, value in values.items()))
        .select_from(fee)
        .join(room, room.c.id == fee.c.room_id)
        .join(estate, estate.c.id == room.c.estate_id)
        .where(
            fee.c.fee_item_id == terms.id,
            fee.c.starts_on <= reach.bill_to,
            or_(fee.c.ends_on.is_(None), fee.c.ends_on >= reach.bill_from),
            room.c.state != "closed",
            estate.c.id == any_(literal(list(estates), ARRAY(BigInteger()))),
            context.visible("room", room),
            ~_readings(context, room, terms, first, reach.bill_to, "posted").exists(),
        )
    )
    if reach.building_id is not None:
        missing = missing.where(room.c.building_id == reach.building_id)
    statement = insert(context.table("bill_skip")).from_select(list(values), missing)
    context.connection.execute(statement)


def _readings(context: Any, room: Any, terms: Terms, first: date, last: date, state: str) -> Any:
    reading = context.table("meter_charge").alias()
    return select(reading.c.no).where(
        reading.c.room_id == room.c.id,
        reading.c.fee_item_id == terms.id,
        reading.c.state == state,
        reading.c.read_on.between(first, last),
    )


def _drafted(context: Any, room: Any, terms: Terms, first: date, last: date) -> Any:
    """Return the number of a reading that waits to be billed, or NULL."""
    found = _readings(context, room, terms, first, last, "draft").correlate(room)
    return found.limit(1).scalar_subquery()


def _skip_of(context: Any, reach: Reach, terms: Terms, first: date) -> dict[str, Any]:
    """Return the columns of a line of the skip list."""
    fee, room, estate = (context.table(n) for n in ("room_fee", "room", "estate"))
    return {
        "bill_run_id": literal(reach.run_id),
        "room_id": room.c.id,
        "fee_item_id": literal(terms.id),
        "room_fee_id": fee.c.id,
        "period_from": literal(first),
        "reason": literal("READING_MISSING"),
        "detail": func.concat(
            first.isoformat(), "–", reach.bill_to.isoformat(),
            "; " + _drafted(context, room, terms, first, reach.bill_to),
        ),
        "scope_unit_id": estate.c.unit_id,
        "version": literal(1),
        "created_at": literal(context.now),
        "updated_at": literal(context.now),
        "created_by": literal(context.user_id),
        "updated_by": literal(context.user_id),
    }  # fmt: skip
