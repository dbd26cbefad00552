"""Posting a bank file's lines: a thousand payments in some twenty statements (R03-05).

What each line pays is decided in memory, one line after the other, over bills that are
locked once; what is written is what `payments.take_payment` writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, literal, or_, select

from engine.extension import Invalid
from plugins.charging.allocation import Allocated, OpenBill, Part, allocate
from plugins.charging.deposit_ledger import deposits_follow
from plugins.charging.late_fee_ledger import fix_by_payment, late_fees_as_of
from plugins.charging.ledger import ZERO, Change, apply_changes, lock_bills, payable, units_of
from plugins.charging.offsetting import open_bills
from plugins.charging.posting import must_be_open
from plugins.charging.prepayments import credit
from plugins.charging.set_writing import insert_rows, update_rows

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Place:
    """The room a line is for, with who pays and who owns the payment."""

    room: int
    payer: int
    estate: int
    unit: int | None
    office_code: str  # of the numbers


@dataclass(frozen=True, slots=True)
class _Paid:
    """One line, and what it settles."""

    line: Row
    place: _Place
    spread: Allocated


def post_lines(context: Any, lines: Sequence[Row], on: date) -> int:
    """Post matched lines as payments dated `on`; return how many.

    Raises:
        Invalid: a room is gone or has no payer any more.
        Refused: the day or a month is closed.
    """
    places = _places(context, lines)
    for estate in sorted({place.estate for place in places.values()}):
        must_be_open(context, estate, on, till=context.user_id)
    bills = lock_bills(context, _candidates(context, list(places.values())))
    fees = late_fees_as_of(context, bills, on)
    paid = _spread(lines, places, bills, open_bills(bills, fees))
    payments = _payments(context, paid, on)
    _settle(context, paid, payments, bills, fees, on)
    for one, payment in zip(paid, payments, strict=True):
        if one.spread.surplus:
            kind = "surplus" if one.spread.parts else "top_up"
            credit(context, one.place.payer, one.place.estate, kind, one.spread.surplus, on,
                   payment=payment)  # fmt: skip
    update_rows(context, "bank_line", [
        {"id": one.line["id"], "state": "posted", "payment_id": payment}
        for one, payment in zip(paid, payments, strict=True)
    ])  # fmt: skip
    return len(paid)


def _places(context: Any, lines: Sequence[Row]) -> dict[int, _Place]:
    """Return where each room's payment belongs, of rooms the actor may see."""
    room, estate, office = context.table("room"), context.table("estate"), context.table("org_unit")
    wanted = {line["room"] for line in lines}
    query = (
        select(room.c.id, room.c.payer_id, room.c.estate_id, estate.c.unit_id, office.c.code)
        .join(estate, estate.c.id == room.c.estate_id)
        .outerjoin(office, office.c.id == estate.c.office_id)
        .where(room.c.id == _any_of(wanted), context.visible("room", room))
    )
    found = {row[0]: _Place(*row) for row in context.connection.execute(query)}
    if len(found) != len(wanted) or any(place.payer is None for place in found.values()):
        raise Invalid("A matched room is gone or has no payer any more: match again.")
    return found


def _candidates(context: Any, places: list[_Place]) -> Any:
    bill = context.table("receivable")
    ours = or_(
        bill.c.payer_id == _any_of({p.payer for p in places}),
        bill.c.room_id == _any_of({p.room for p in places}),
    )
    return ours & (bill.c.estate_id == _any_of({p.estate for p in places})) & payable(bill)


def _any_of(ids: set[int]) -> Any:
    """Return the ids as one array: a name for each of thousands would all be read again."""
    return any_(literal(sorted(ids), ARRAY(BigInteger())))


def _spread(
    lines: Sequence[Row], places: dict[int, _Place], rows: list[Row], opened: list[OpenBill]
) -> list[_Paid]:
    """Let each line pay what the lines before it have left open."""
    left = {bill.id: bill for bill in opened}
    of_payer: dict[tuple[str, int, int], set[int]] = {}
    for row in rows:
        for key in (("payer", row["payer_id"]), ("room", row["room_id"])):
            of_payer.setdefault((*key, row["estate_id"]), set()).add(row["id"])
    found = []
    for line in lines:
        place = places[line["room"]]
        ours = of_payer.get(("payer", place.payer, place.estate), set())
        ours = ours | of_payer.get(("room", place.room, place.estate), set())
        spread = allocate(line["amount"], [left[one] for one in ours], "")
        for part in spread.parts:
            bill = left[part.bill]
            left[part.bill] = replace(
                bill,
                principal=bill.principal - part.principal,
                late_fee=bill.late_fee - part.late_fee,
            )
        found.append(_Paid(line, place, spread))
    return found


def _payments(context: Any, paid: list[_Paid], on: date) -> list[int]:
    """Write payments, their ways and receipts; return the payments' ids in order."""
    numbers, receipts = _numbers(context, "payment", paid), _numbers(context, "receipt", paid)
    shared = {"paid_on": on, "channel": "bank_file", "refunded": ZERO, "state": "posted",
              "cashier_id": context.user_id}  # fmt: skip
    ids = insert_rows(context, "payment", [
        _payment(one, number) for one, number in zip(paid, numbers, strict=True)
    ], shared)  # fmt: skip
    insert_rows(context, "payment_way", [
        {"payment_id": payment, "amount": one.line["amount"], "reference": one.line["reference"]}
        for one, payment in zip(paid, ids, strict=True)
    ], {"way": "debit"}, trail=False)  # fmt: skip
    shared = {"issued_on": on, "kind": "receipt", "printed": 0, "state": "issued"}
    insert_rows(context, "receipt", [
        {"no": number, "estate_id": one.place.estate, "payment_id": payment,
         "payer_id": one.place.payer, "amount": one.line["amount"],
         "scope_unit_id": one.place.unit}
        for one, payment, number in zip(paid, ids, receipts, strict=True)
    ], shared)  # fmt: skip
    return ids


def _payment(one: _Paid, number: str) -> Row:
    amount: Decimal = one.line["amount"]
    return {
        "no": number,
        "estate_id": one.place.estate,
        "room_id": one.place.room,
        "payer_id": one.place.payer,
        "total": amount,
        "applied": amount - one.spread.surplus,
        "late_fee": sum((part.late_fee for part in one.spread.parts), ZERO),
        "surplus": one.spread.surplus,
        "request_key": f"bank-line-{one.line['id']}",
        "scope_unit_id": one.place.unit,
    }


def _numbers(context: Any, entity: str, paid: list[_Paid]) -> list[str]:
    """Take gap-free numbers, office by office, in the order of the lines."""
    codes = [one.place.office_code for one in paid]
    taken = {
        code: iter(context.next_numbers(
            entity, "no", codes.count(code), **{"estate.office.code": code}
        ))
        for code in sorted(set(codes))
    }  # fmt: skip
    return [next(taken[code]) for code in codes]


def _settle(
    context: Any, paid: list[_Paid], payments: list[int], bills: list[Row], fees: Any, on: date
) -> None:
    given = [
        (part, payment)
        for one, payment in zip(paid, payments, strict=True)
        for part in one.spread.parts
    ]
    first: dict[int, int] = {}  # the payment that fixes a bill's late fee
    for part, payment in given:
        first.setdefault(part.bill, payment)
    touched = [bill for bill in bills if bill["id"] in first]
    fixed = fix_by_payment(context, touched, fees, on, first)
    changes = _changes([part for part, _ in given], fixed)
    apply_changes(context, changes, on)
    units = units_of(bills)
    insert_rows(context, "allocation", [
        {"receivable_id": part.bill, "payment_id": payment, "amount": part.principal,
         "late_fee": part.late_fee, "scope_unit_id": units[part.bill]}
        for part, payment in given
    ], {"kind": "payment", "on_date": on, "is_reversed": False}, trail=False)  # fmt: skip
    deposits_follow(context, bills, changes, on)


def _changes(parts: list[Part], fixed: dict[int, Decimal]) -> list[Change]:
    """Add up what several lines give one bill."""
    found: dict[int, Change] = {}
    for part in parts:
        before = found.get(part.bill, Change(bill=part.bill, late_fixed=fixed.get(part.bill, ZERO)))
        found[part.bill] = replace(
            before,
            principal=before.principal + part.principal,
            late_fee=before.late_fee + part.late_fee,
        )
    return list(found.values())
