"""Taking money: one payment, several ways, many bills, one receipt (checklist R03-04)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, Table, any_, bindparam, or_, text

from engine.extension import Invalid, Problem
from plugins.charging.allocation import Allocated, OpenBill, allocate, skipped_older
from plugins.charging.deposit_ledger import deposits_follow
from plugins.charging.late_fee_ledger import LateFee, fix_late_fees, late_fees_as_of
from plugins.charging.ledger import (
    ZERO,
    Change,
    locked,
    locking,
    payable,
    post_changes,
)
from plugins.charging.offsetting import open_bills
from plugins.charging.posting import must_be_open
from plugins.charging.prepayments import credit

Row = dict[str, Any]
WAYS = ("cash", "card", "transfer", "wechat", "alipay", "cheque", "debit", "prepaid", "deposit")


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which part of a payment was made."""

    way: str
    amount: Decimal
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the cashier took, from whom, and for what."""

    payer: int
    estate: int
    ways: Sequence[Way]
    room: int | None = None  # with it, open bills of the room count too, whoever owes them
    bills: Sequence[int] | None = None  # None: all open ones, oldest first
    paid_on: date | None = None  # None: today
    order: str = ""  # '' as each fee item says, or principal_first, late_fee_first
    channel: str = "counter"
    request_key: str = ""  # a second request of the same key finds the first payment
    skipping: str = "warn"  # 'refuse': an older bill of the same item may not be left out
    note: str = ""

    @property
    def total(self) -> Decimal:
        """Return the sum of all ways."""
        return sum((w.amount for w in self.ways), ZERO)


@dataclass(frozen=True, slots=True)
class Taken:
    """A posted payment, with what the cashier should be told."""

    payment: Row
    receipt: Row | None = None
    skipped: Sequence[OpenBill] = field(default=())  # older bills that were left out
    repeated: bool = False  # the request had been posted before; nothing was done


def take_payment(context: Any, request: Request) -> Taken:
    """Post a payment: allocations, fixed late fees, surplus to the prepayment, a receipt.

    One transaction; bills are locked in the order of their ids. What is open is read under
    the lock, so two cashiers can never take one bill twice.

    Raises:
        Invalid: nothing is paid, a way is wrong, or (option) an older bill was skipped.
        Refused: the day or month is closed.
    """
    _check(request)
    on = request.paid_on or context.today
    found = _same_request(context, request.request_key)
    if found:
        return Taken(found, repeated=True)
    must_be_open(context, request.estate, on, till=context.user_id)
    rows = _candidates(context, request)
    fees = late_fees_as_of(context, rows, on)
    bills = open_bills(rows, fees)
    spread, skipped = _spread(request, bills)
    payment = _create(context, request, on, spread)
    _settle(context, payment, rows, fees, spread, on)
    if spread.surplus:
        kind = "surplus" if spread.parts else "top_up"  # who pays no bill pays in advance
        credit(context, request.payer, request.estate, kind, spread.surplus, on,
               payment=payment["id"])  # fmt: skip
    return Taken(payment, _receipt(context, payment), skipped)


def _check(request: Request) -> None:
    problems = [
        Problem("The amount must be more than 0.", field=f"ways.{n}.amount")
        for n, way in enumerate(request.ways)
        if way.amount <= 0 or way.way not in WAYS
    ]
    if not request.ways:
        problems.append(Problem("Say how it was paid.", field="ways"))
    if problems:
        raise Invalid(problems)


def _same_request(context: Any, key: str) -> Row | None:
    if not key:
        return None
    lock = text("SELECT pg_advisory_xact_lock(hashtext(:key))")
    context.connection.execute(lock, {"key": f"payment {key}"})
    table = context.table("payment")
    found = context.records.find("payment", table.c.request_key == key)
    return found[0] if found else None


def _candidates(context: Any, request: Request) -> list[Row]:
    """Return the payer's open bills, locked; of the chosen ones and the room's too."""
    beside = "room" if request.room is not None else ""
    if request.bills is not None:
        beside = "bills"  # The unchosen ones are read too, to notice what was skipped.
    statement = _owed(context.table("receivable"), context.table("fee_item"), beside)
    given: Row = {"payer": request.payer, "estate": request.estate}
    given |= {"room": request.room, "bills": list(request.bills or ())}
    return locked(context, statement, given)


@lru_cache(maxsize=12)
def _owed(bill: Table, item: Table, beside: str) -> Select[Any]:
    payer, room, estate = (
        bindparam(name, type_=BigInteger()) for name in ("payer", "room", "estate")
    )
    ours = bill.c.payer_id == payer
    if beside == "bills":
        bills = bindparam("bills", type_=ARRAY(BigInteger()))
        ours = or_(ours, bill.c.id == any_(bills))
    elif beside == "room":
        ours = or_(ours, bill.c.room_id == room)
    return locking(bill, item, ours & (bill.c.estate_id == estate) & payable(bill))


def _spread(request: Request, bills: list[OpenBill]) -> tuple[Allocated, list[OpenBill]]:
    if request.bills is None:
        return allocate(request.total, bills, request.order), []
    chosen = [b for b in bills if b.id in set(request.bills)]
    if len(chosen) != len(set(request.bills)):
        raise Invalid("A chosen bill is paid, voided, or of another estate.")
    skipped = skipped_older(set(request.bills), bills)
    if skipped and request.skipping == "refuse":
        raise Invalid("Pay %(bill)s first: it is older.", bill=skipped[0].number)
    return allocate(request.total, chosen, request.order), skipped


def _create(context: Any, request: Request, on: date, spread: Allocated) -> Row:
    values: Mapping[str, Any] = {
        "estate": request.estate,
        "room": request.room,
        "payer": request.payer,
        "paid_on": on,
        "cashier": context.user_id,
        "channel": request.channel,
        "total": request.total,
        "applied": request.total - spread.surplus,
        "late_fee": sum((p.late_fee for p in spread.parts), ZERO),
        "surplus": spread.surplus,
        "request_key": request.request_key or None,
        "note": request.note or None,
        "ways": [
            {"way": w.way, "amount": w.amount, "reference": w.reference or None}
            for w in request.ways
        ],
    }
    made: Row = context.records.create("payment", values)
    return made


def _settle(
    context: Any, payment: Row, rows: list[Row], fees: dict[int, LateFee], spread: Allocated,
    on: date,
) -> None:  # fmt: skip
    parts = {p.bill: p for p in spread.parts}
    touched = [row for row in rows if row["id"] in parts]
    fixed = fix_late_fees(context, touched, fees, on, payment["id"])
    changes = [
        Change(
            bill=p.bill,
            principal=p.principal,
            late_fee=p.late_fee,
            late_fixed=fixed.get(p.bill, ZERO),
        )
        for p in spread.parts
    ]
    post_changes(context, "payment", changes, on, payment=payment["id"])
    deposits_follow(context, touched, changes, on)


def _receipt(context: Any, payment: Row) -> Row:
    made: Row = context.records.create(
        "receipt",
        {
            "estate": payment["estate"],
            "payment": payment["id"],
            "payer": payment["payer"],
            "issued_on": payment["paid_on"],
            "amount": payment["total"],
        },
    )
    return made
