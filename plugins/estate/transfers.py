"""The transfer of a room to a new owner (checklist R02-07): old shares end, new ones start."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.extension import (
    ActionContext,
    ActionResult,
    EventContext,
    Invalid,
    Problem,
    action,
    before,
)
from plugins.estate import incoming
from plugins.estate.texts import say_

Row = dict[str, Any]
ONE_DAY = timedelta(days=1)


@before("owner_change", "create")
def name_old_owner(context: EventContext) -> None:
    """Put the primary owner in as the old one when the whole room changes hands."""
    room = incoming.link(context, "room")
    if room is None or incoming.link(context, "old_owner") is not None:
        return
    if incoming.text(context, "extent") in ("", "whole"):
        primary = [row["owner"] for row in current_shares(context, room) if row["primary"]]
        if primary:
            context.values["old_owner"] = primary[0]


def current_shares(context: ActionContext | EventContext, room: int) -> list[Row]:
    """Return the shares of a room that have no end, the primary owner's first."""
    table = context.table("room_owner")
    where = (table.c.room_id == room) & table.c.end_on.is_(None)
    return sorted(context.records.find("room_owner", where), key=lambda row: not row["primary"])


@action("estate.start_transfer")
def start_transfer(context: ActionContext) -> ActionResult:
    """Draft a transfer of the chosen room and open it."""
    (room,) = context.ids
    draft = context.records.create(
        "owner_change",
        {
            "room": room,
            "extent": "whole",
            "new_owner": context.asked["new_owner"],
            "effective_on": context.asked["effective_on"],
            "reason": context.asked.get("reason"),
        },
    )
    return ActionResult("The transfer is drafted.", redirect=f"/e/owner_change/{draft['id']}")


@action("estate.approve_transfer")
def approve_transfer(context: ActionContext) -> None:
    """End the old shares the day before, start the new ones, and move the payer.

    Raises:
        Invalid: the date lies ahead, or the old owner has no share.
    """
    for number in sorted(context.ids):
        _approve(context, context.records.get("owner_change", number, lock=True))


def _approve(context: ActionContext, document: Row) -> None:
    room = context.records.get("room", document["room"], lock=True)
    _refuse_future(context, document["effective_on"])
    shares = current_shares(context, room["id"])
    taken = shares if document["extent"] == "whole" else _share_of_old_owner(shares, document)
    new = _new_share(context, document, shares, taken)
    for row in taken:
        end_share(context, row, document["effective_on"])
    context.records.create("room_owner", new)
    _move_payer(context, document, room, new["primary"])
    context.records.change(
        "owner_change",
        document["id"],
        {"approved_by": context.user_id, "approved_at": context.now},
    )


def _refuse_future(context: ActionContext, effective_on: date) -> None:
    if effective_on > context.today:
        message = say_("This takes effect on %(day)s and can be approved from then on.")
        raise Invalid([Problem(message, {"day": effective_on.isoformat()}, "effective_on")])


def _share_of_old_owner(shares: list[Row], document: Row) -> list[Row]:
    found = [row for row in shares if row["owner"] == document["old_owner"]]
    if not found:
        raise Invalid([Problem("The old owner has no share of this room.", {}, "old_owner")])
    return found


def _new_share(context: ActionContext, document: Row, shares: list[Row], taken: list[Row]) -> Row:
    """Return the new owner's share: a co-owner who buys more has one share, not two."""
    whole = document["extent"] == "whole"
    share = Decimal(100) if whole else sum((row["share"] for row in taken), Decimal(0))
    primary = whole or any(row["primary"] for row in taken)
    kept = [row for row in shares if row["owner"] == document["new_owner"] and row not in taken]
    for row in kept:
        end_share(context, row, document["effective_on"])
        share, primary = share + row["share"], primary or row["primary"]
    return {
        "room": document["room"],
        "owner": document["new_owner"],
        "share": share,
        "primary": primary,
        "start_on": document["effective_on"],
    }


def end_share(context: ActionContext, row: Row, new_from: date) -> None:
    """End a share on the day before the new one starts.

    Raises:
        Invalid: it began on that day or later.
    """
    if row["start_on"] >= new_from:
        message = say_("An owner holds a share since %(day)s only; change it after that day.")
        raise Invalid([Problem(message, {"day": row["start_on"].isoformat()}, "effective_on")])
    context.records.change("room_owner", row["id"], {"end_on": new_from - ONE_DAY})


def _move_payer(context: ActionContext, document: Row, room: Row, primary: bool) -> None:
    # The new share has moved the payer already if an owner paid; the document has the last word.
    moved = document["move_payer"] and primary
    payer = document["new_owner"] if moved else room["payer"]
    context.records.change("room", room["id"], {"payer": payer})
