"""Batch payments from a bank's file: match, look, confirm (checklist R03-05)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from engine.extension import ActionContext, ActionResult, Invalid, action
from plugins.charging.bank_posting import post_lines

Row = dict[str, Any]


@action("charging.match_bank_file")
def match_bank_file(context: ActionContext) -> ActionResult:
    """Find the room of each line; lines without one say why."""
    for file_id in context.ids:
        match(context, file_id)
    return ActionResult("Matched.")


def match(context: Any, file_id: int) -> Row:
    """Match the lines of a file that are not posted, by room number within its unit.

    A room a person has chosen stays. Returns the file with its counts.
    """
    head = context.records.get("bank_file", file_id, lock=True)
    lines = context.records.find("bank_line", f"bank_file == {file_id}", sort=("position",))
    rooms = _rooms(context, head["unit"], {plain(line["room_no"]) for line in lines})
    for line in lines:
        if line["state"] != "posted":
            context.records.change("bank_line", line["id"], _matched(context, line, rooms))
    counts = {"matched": 0, "unmatched": 0}
    for line in context.records.find("bank_line", f"bank_file == {file_id}"):
        counts["matched" if line["state"] in ("matched", "posted") else "unmatched"] += 1
    total = sum(line["amount"] for line in lines)
    changed: Row = context.records.change(
        "bank_file", file_id, {"state": "matched", "total": total, **counts}
    )
    return changed


def plain(room_no: str | None) -> str:
    """Return a room number without blanks and zeros in front of its parts: 3-1-0502 = 3-1-502."""
    parts = (room_no or "").replace(" ", "").replace("－", "-").split("-")
    return "-".join(part.lstrip("0") or part for part in parts)


def _rooms(context: Any, unit: int, wanted: set[str]) -> dict[str, list[Row]]:
    room, estate, org = (context.table(n) for n in ("room", "estate", "org_unit"))
    below = select(org.c.id).where(org.c.id == unit).cte("below", recursive=True)
    below = below.union(select(org.c.id).where(org.c.parent_id == below.c.id))
    numbers = func.regexp_replace(room.c.full_no, "(^|-)0+([0-9])", r"\1\2", "g")
    query = (
        select(room.c.id, room.c.payer_id, numbers.label("number"))
        .join(estate, estate.c.id == room.c.estate_id)
        .where(estate.c.unit_id.in_(select(below.c.id)), numbers.in_(sorted(wanted)))
        .where(room.c.state != "closed", context.visible("room", room))
    )
    found: dict[str, list[Row]] = {}
    for row in context.connection.execute(query).mappings():
        found.setdefault(row["number"], []).append(dict(row))
    return found


def _matched(context: Any, line: Row, rooms: dict[str, list[Row]]) -> Row:
    if line["room"]:
        found = [context.records.get("room", line["room"])]
        payer = found[0]["payer"]
    else:
        found = rooms.get(plain(line["room_no"]), [])
        payer = found[0]["payer_id"] if found else None
    problem = None
    if not found:
        problem = context.message("No room of that number.")
    elif len(found) > 1:
        problem = context.message("Several rooms have that number: choose one.")
    elif payer is None:
        problem = context.message("The room has no payer.")
    if problem:
        return {"state": "unmatched", "problem": problem}
    return {"state": "matched", "problem": None, "room": found[0]["id"]}


@action("charging.confirm_bank_file")
def confirm_bank_file(context: ActionContext) -> ActionResult:
    """Post the matched lines; a second press posts only what was matched since."""
    posted = sum(confirm(context, file_id) for file_id in context.ids)
    return ActionResult("%(count)s payments posted.", {"count": posted})


def confirm(context: Any, file_id: int) -> int:
    """Post one file's matched lines and return how many.

    Raises:
        Invalid: nothing is matched.
    """
    head = context.records.get("bank_file", file_id, lock=True)
    where = f"bank_file == {file_id} and state == 'matched'"
    lines = context.records.find("bank_line", where, sort=("position",))
    if not lines:
        raise Invalid("No line is matched.")
    post_lines(context, lines, head["paid_on"])
    left = context.records.find("bank_line", f"bank_file == {file_id} and state != 'posted'")
    if not left:
        context.records.change("bank_file", file_id, {"state": "confirmed"})
    return len(lines)
