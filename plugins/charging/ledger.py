"""The one place that moves money on bills: allocations are rows, sums follow (rules.md 8).

`received`, `reduced`, `open` and `pay_state` of a bill are written here and when a run is
published, nowhere else; each change has its row in allocation or reduction_line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Select,
    Table,
    Update,
    bindparam,
    case,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)

from engine.extension import Conflict

Row = dict[str, Any]
ZERO = Decimal("0.00")
LEDGER = (
    "id", "no", "kind", "estate_id", "room_id", "payer_id", "fee_item_id", "scope_unit_id",
    "period_from", "due_on", "months", "amount", "reduced", "received", "open", "late_fixed",
    "late_received", "late_reduced",
)  # fmt: skip
"""What moving money needs of a bill; how it was computed is long, and not for this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to one bill; negative amounts take back."""

    bill: int
    principal: Decimal = ZERO  # received
    late_fee: Decimal = ZERO  # late fee received
    reduced: Decimal = ZERO
    late_reduced: Decimal = ZERO
    late_fixed: Decimal = ZERO  # late fee that becomes fixed


def lock_bills(context: Any, which: Any) -> list[Row]:
    """Return some published bills as rows of LEDGER's columns, locked in the order of their ids.

    With them `item_priority` and `item_order`: how their fee items want to be paid.
    Always that order: two payments of one payer then wait for, and never block, each other.
    """
    return locked(context, locking(context.table("receivable"), context.table("fee_item"), which))


def locked(context: Any, statement: Select[Any], given: Row | None = None) -> list[Row]:
    """Do the same with a statement of `locking`, for who keeps one."""
    return [dict(row) for row in context.connection.execute(statement, given).mappings()]


def locking(bill: Table, item: Table, which: ColumnElement[bool]) -> Select[Any]:
    """Return the statement of `lock_bills`."""
    return (
        select(
            *(bill.c[name] for name in LEDGER),
            item.c.priority.label("item_priority"),
            item.c.allocation_order.label("item_order"),
        )
        .join(item, item.c.id == bill.c.fee_item_id)
        .where(which, bill.c.state == "published")
        .order_by(bill.c.id)
        .with_for_update(of=bill)
    )


def payable(bill: Any) -> Any:
    """Keep bills with principal or a fixed late fee left to pay."""
    return or_(bill.c.open > 0, bill.c.late_fixed > bill.c.late_received + bill.c.late_reduced)


def apply_changes(context: Any, changes: Sequence[Change], on: date) -> None:
    """Write the sums of several bills in one statement.

    Raises:
        Conflict: a bill is no longer published, or has not that much open.
    """
    if not changes:
        return
    done = context.connection.execute(
        _applying(context.table("receivable")), _given(context, changes, on)
    )
    _must_be_all(done.rowcount, changes)


def post_changes(
    context: Any, kind: str, changes: Sequence[Change], on: date, **links: int
) -> None:
    """Write the sums of several bills and the allocation of each, in one statement.

    Raises:
        Conflict: a bill is no longer published, or has not that much open.
    """
    if not changes:
        return
    bill, allocation = context.table("receivable"), context.table("allocation")
    statement = _settling(bill, allocation, tuple(links))
    given = _given(context, changes, on) | {"given_kind": kind, "given_by": context.user_id}
    given |= {f"given_{name}": value for name, value in links.items()}
    _must_be_all(context.connection.execute(statement, given).scalar_one(), changes)


def _given(context: Any, changes: Sequence[Change], on: date) -> Row:
    given: Row = {name: [getattr(c, name) for c in changes] for name in _CHANGED}
    bills = [c.bill for c in changes]
    return given | {"given_bill": bills, "given_day": on, "given_now": context.now}


def _must_be_all(count: int, changes: Sequence[Change]) -> None:
    if count != len(changes):
        raise Conflict("A bill was paid, reduced or voided by somebody else in the meantime.")


_CHANGED = ("principal", "late_fee", "reduced", "late_reduced", "late_fixed")


@lru_cache(maxsize=4)  # a table for each catalog in use; building it costs what running it does
def _applying(bill: Table) -> Update:
    given = _changes("given")
    received, reduced = bill.c.received + given.c.principal, bill.c.reduced + given.c.reduced
    left = bill.c.amount - reduced - received
    day = func.coalesce(bill.c.settled_on, bindparam("given_day", type_=Date()))
    return (
        update(bill)
        .where(bill.c.id == given.c.bill, bill.c.state == "published", left >= 0, received >= 0)
        .values(
            received=received,
            reduced=reduced,
            open=left,
            late_received=bill.c.late_received + given.c.late_fee,
            late_reduced=bill.c.late_reduced + given.c.late_reduced,
            late_fixed=bill.c.late_fixed + given.c.late_fixed,
            pay_state=case((left <= 0, "paid"), (received > 0, "part"), else_="unpaid"),
            settled_on=case((left <= 0, day), else_=null()),
            version=bill.c.version + 1,
            updated_at=bindparam("given_now", type_=bill.c.updated_at.type),
        )
    )


def _changes(name: str) -> Any:
    arrays: list[Any] = [bindparam("given_bill", type_=ARRAY(BigInteger()))]
    arrays += [bindparam(name, type_=ARRAY(Numeric())) for name in _CHANGED]
    rows = func.unnest(*arrays).table_valued("bill", *_CHANGED, with_ordinality="place", name=name)
    return rows.render_derived()


@lru_cache(maxsize=16)
def _settling(bill: Table, allocation: Table, links: tuple[str, ...]) -> Select[Any]:
    applied = _applying(bill).returning(bill.c.id, bill.c.scope_unit_id).cte("applied")
    part, c = _changes("part"), allocation.c
    now, by = (
        bindparam("given_now", type_=c.created_at.type),
        bindparam("given_by", type_=Integer()),
    )
    values: Row = {
        "receivable_id": part.c.bill,
        "amount": part.c.principal,
        "late_fee": part.c.late_fee,
        "kind": bindparam("given_kind", type_=c.kind.type),
        "on_date": bindparam("given_day", type_=c.on_date.type),
        "is_reversed": literal(False),
        "scope_unit_id": applied.c.scope_unit_id,
        "created_at": now,
        "updated_at": now,
        "created_by": by,
        "updated_by": by,
    }
    values |= {f"{n}_id": bindparam(f"given_{n}", type_=BigInteger()) for n in links}
    rows = (
        select(*values.values())
        .select_from(part.join(applied, applied.c.id == part.c.bill))
        .where(or_(part.c.principal != 0, part.c.late_fee != 0))
        .order_by(part.c.place)
    )
    written = insert(allocation).from_select(list(values), rows).cte("written")
    return select(func.count()).select_from(applied).add_cte(written)


def allocate_rows(
    context: Any, kind: str, changes: Iterable[Change], on: date, units: dict[int, int | None],
    **links: Any,
) -> None:  # fmt: skip
    """Write the allocation of each change; `units` maps a bill to the org unit that owns it."""
    stamps = {
        "kind": kind, "on_date": on, "is_reversed": False,
        "created_at": context.now, "updated_at": context.now,
        "created_by": context.user_id, "updated_by": context.user_id,
        **{f"{name}_id": value for name, value in links.items()},
    }  # fmt: skip
    rows = [
        stamps
        | {
            "receivable_id": c.bill,
            "amount": c.principal,
            "late_fee": c.late_fee,
            "scope_unit_id": units.get(c.bill),
        }
        for c in changes
        if c.principal or c.late_fee
    ]
    if rows:
        context.connection.execute(insert(context.table("allocation")), rows)


def units_of(bills: Iterable[Row]) -> dict[int, int | None]:
    """Return which org unit owns each bill."""
    return {bill["id"]: bill["scope_unit_id"] for bill in bills}


def items_of(context: Any, bills: Iterable[Row]) -> dict[int, Row]:
    """Return name, priority and allocation_order of some bills' fee items by id."""
    wanted = sorted({bill["fee_item_id"] for bill in bills})
    if not wanted:
        return {}
    c = context.table("fee_item").c
    query = select(c.id, c.name, c.priority, c.allocation_order).where(c.id.in_(wanted))
    return {row["id"]: dict(row) for row in context.connection.execute(query).mappings()}


def allocations_of(context: Any, bills: Collection[int]) -> Select[Any]:
    """Return the query of allocations that count: no reversals, none reversed."""
    table = context.table("allocation")
    return select(table).where(
        table.c.receivable_id.in_(bills), table.c.kind != "reversal", ~table.c.is_reversed
    )
