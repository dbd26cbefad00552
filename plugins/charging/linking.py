"""Linking a fee item to many rooms by filter (checklist R01-11)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    Integer,
    Select,
    any_,
    case,
    cast,
    func,
    literal,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from engine.extension import ActionContext, ActionResult, Preview, action
from plugins.charging import sql_parts as sql


@action("charging.link_rooms")
def link_rooms(context: ActionContext) -> ActionResult:
    """Say how many rooms a filter finds, or link them all in one statement."""
    asked = context.asked
    item = context.records.get("fee_item", asked["fee_item"])
    if context.is_preview:
        return ActionResult(preview=preview(context, item, asked))
    rooms = rooms_to_link(context, item, asked)
    fee = context.table("room_fee")
    names = ["room_id", "fee_item_id", "starts_on", "price", "quantity", "scope_unit_id",
             "version", "created_at", "updated_at", "created_by", "updated_by"]  # fmt: skip
    statement = insert(fee).from_select(names, rooms).on_conflict_do_nothing()
    made = list(context.connection.execute(statement.returning(fee.c.id)).scalars())
    context.keep_history("room_fee", fee.c.id == any_(literal(made, ARRAY(BigInteger()))))
    return ActionResult("%(count)s rooms are linked.", {"count": len(made)})


_REASONS = {
    "closed": "The room is closed",
    "linked": "It has this fee item already",
    "no_day": "It is not handed over, and no first day was given",
}


def preview(context: Any, item: dict[str, Any], asked: Any) -> Preview:
    """Count the rooms that would be linked, and the others by why they would not."""
    room = context.table("room")
    reason = _reason(context, item, asked).label("reason")
    found = select(reason, func.count()).where(*_filter(context, asked)).group_by(reason)
    counted = {row[0]: row[1] for row in context.connection.execute(found.select_from(room))}
    left_out = [(text, counted[key]) for key, text in _REASONS.items() if key in counted]
    return Preview(counted.get(None, 0), left_out)


def rooms_to_link(context: Any, item: dict[str, Any], asked: Any) -> Select[Any]:
    """Return the new room_fee rows: the rooms of the filter that nothing speaks against."""
    room, estate, fee = (context.table(n) for n in ("room", "estate", "room_fee"))
    user = literal(context.user_id, Integer())
    now = literal(context.now)
    return (
        select(
            room.c.id, literal(item["id"]), _first_day(room, item, asked.get("starts_on")),
            literal(asked.get("price"), fee.c.price.type), literal(1), estate.c.unit_id,
            literal(1), now, now, user, user,
        )
        .join(estate, estate.c.id == room.c.estate_id)
        .where(*_filter(context, asked), _reason(context, item, asked).is_(None))
    )  # fmt: skip


def _filter(context: Any, asked: Any) -> list[Any]:
    room = context.table("room")
    filters: list[tuple[str, Any]] = [
        ("building", room.c.building_id.__eq__),
        ("kind", room.c.kind.__eq__),
        ("area_from", room.c.charge_area.__ge__),
        ("area_to", room.c.charge_area.__le__),
    ]
    wanted = [rule(asked[n]) for n, rule in filters if asked.get(n) is not None]
    return [room.c.estate_id == asked["estate"], context.visible("room", room), *wanted]


def _reason(context: Any, item: dict[str, Any], asked: Any) -> Any:
    """Return why a room is not linked; NULL for those that are.

    A room that was not handed over has no first day of its own.
    """
    room, fee = context.table("room"), context.table("room_fee")
    starts = _first_day(room, item, asked.get("starts_on"))
    running = (
        select(fee.c.id)
        .where(fee.c.room_id == room.c.id, fee.c.fee_item_id == item["id"])
        .where((fee.c.ends_on.is_(None)) | (fee.c.ends_on >= starts))
        .correlate(room)
    )
    return case(
        (room.c.state == "closed", "closed"),
        (running.exists(), "linked"),
        (starts.is_(None), "no_day"),
        else_=null(),
    )


def _first_day(room: Any, item: dict[str, Any], given: date | None) -> Any:
    if given is not None:
        return cast(literal(given, Date()), Date())
    handed = room.c.handed_over_on
    return case(
        (literal(item["handover_rule"]) == "next_day", sql.days_later(handed, 1)),
        (
            literal(item["handover_rule"]) == "next_month",
            sql.months_later(sql.month_start(handed), 1),
        ),
        else_=handed,
    )
