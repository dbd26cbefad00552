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
    select,
)
from sqlalchemy.dialects.postgresql import insert

from engine.extension import ActionContext, ActionResult, action
from plugins.charging import sql_parts as sql


@action("charging.link_rooms")
def link_rooms(context: ActionContext) -> ActionResult:
    """Count the rooms a filter finds, or link them all in one statement."""
    asked = context.asked
    item = context.records.get("fee_item", asked["fee_item"])
    rooms = rooms_to_link(context, item, asked)
    if asked.get("preview"):
        counted = select(func.count()).select_from(rooms.subquery())
        count = context.connection.execute(counted).scalar_one()
        return ActionResult("%(count)s rooms would be linked.", {"count": count})
    fee = context.table("room_fee")
    names = ["room_id", "fee_item_id", "starts_on", "price", "quantity", "scope_unit_id",
             "version", "created_at", "updated_at", "created_by", "updated_by"]  # fmt: skip
    statement = insert(fee).from_select(names, rooms).on_conflict_do_nothing()
    made = list(context.connection.execute(statement.returning(fee.c.id)).scalars())
    context.keep_history("room_fee", fee.c.id == any_(literal(made, ARRAY(BigInteger()))))
    return ActionResult("%(count)s rooms are linked.", {"count": len(made)})


def rooms_to_link(context: Any, item: dict[str, Any], asked: Any) -> Select[Any]:
    """Return the new room_fee rows: rooms of the filter without that item on their first day.

    A room that was not handed over has no first day of its own and is left out, unless a
    date was given.
    """
    room, estate, fee = (context.table(n) for n in ("room", "estate", "room_fee"))
    starts = _first_day(room, item, asked.get("starts_on"))
    running = (
        select(fee.c.id)
        .where(fee.c.room_id == room.c.id, fee.c.fee_item_id == item["id"])
        .where((fee.c.ends_on.is_(None)) | (fee.c.ends_on >= starts))
    )
    user = literal(context.user_id, Integer())
    now = literal(context.now)
    found = (
        select(
            room.c.id, literal(item["id"]), starts, literal(asked.get("price"), fee.c.price.type),
            literal(1), estate.c.unit_id, literal(1), now, now, user, user,
        )
        .join(estate, estate.c.id == room.c.estate_id)
        .where(room.c.estate_id == asked["estate"], room.c.state != "closed")
        .where(starts.is_not(None), ~running.exists(), context.visible("room", room))
    )  # fmt: skip
    filters: list[tuple[str, Any]] = [
        ("building", room.c.building_id.__eq__),
        ("kind", room.c.kind.__eq__),
        ("area_from", room.c.charge_area.__ge__),
        ("area_to", room.c.charge_area.__le__),
    ]
    return found.where(*(rule(asked[n]) for n, rule in filters if asked.get(n) is not None))


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
