"""Shares of a room: never more than the whole at any time; the primary owner pays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.extension import EventContext, Invalid, Problem, after
from plugins.estate.texts import say_

WHOLE = Decimal(100)  # percent


def largest_total(shares: Iterable[tuple[Decimal, date, date | None]]) -> Decimal:
    """Return the most that shares (percent, first day, last day or None) add up to on a day.

    The total only rises on a first day, so those days are enough.
    """
    kept = list(shares)
    return max(
        (
            sum((s for s, first, last in kept if first <= day and not _over(last, day)), Decimal(0))
            for _, day, _ in kept
        ),
        default=Decimal(0),
    )


def _over(last: date | None, day: date) -> bool:
    return last is not None and last < day


@after("room_owner", "create")
@after("room_owner", "change")
def check_shares(context: EventContext) -> None:
    """Refuse shares of more than the whole room, and let the payer follow the primary owner.

    Raises:
        Invalid: the shares exceed 100% on some day.
    """
    room_id = context.values["room"]
    # Two clerks who register a share each at once must wait for one another.
    room = context.records.get("room", room_id, lock=True)
    table = context.table("room_owner")
    rows = context.records.find("room_owner", table.c.room_id == room_id)
    total = largest_total((r["share"], r["start_on"], r["end_on"]) for r in rows)
    if total > WHOLE:
        message = say_("The shares of %(room)s would add up to %(total)s%%.")
        params = {"room": room["full_no"], "total": f"{total.normalize():f}"}
        raise Invalid([Problem(message, params, "share")])
    _follow_primary(context, room, rows)


def _follow_primary(
    context: EventContext, room: Mapping[str, Any], rows: list[dict[str, Any]]
) -> None:
    """A tenant or company that pays by agreement stays; an owner who pays is followed."""
    mine = context.values
    if not mine["primary"] or mine["end_on"] is not None or room["state"] == "closed":
        return
    changes: dict[str, Any] = {}
    owners = {row["owner"] for row in rows}
    if room["payer"] != mine["owner"] and (room["payer"] is None or room["payer"] in owners):
        changes["payer"] = mine["owner"]
    if room["state"] == "unsold":
        changes["state"] = "sold"
    if changes:
        context.records.change("room", room["id"], changes)
