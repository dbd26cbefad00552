"""Prepayment accounts: a balance per payer and estate, never below 0 (rules.md 9)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text, update

from engine.extension import Refused

Row = dict[str, Any]
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext(:key))")


def account_of(
    context: Any, payer: int, estate: int, room: int | None = None, *, make: bool = True
) -> Row | None:
    """Return the payer's account, locked; made when there is none, or None without `make`."""
    where = f"payer == {payer} and estate == {estate} and "
    where += "room is None" if room is None else f"room == {room}"
    found = context.records.find("prepayment_account", where, lock=True)
    if not found and make:
        # Two payments of one payer at the same moment must not make two accounts.
        context.connection.execute(_LOCK, {"key": f"prepayment {payer} {estate} {room}"})
        found = context.records.find("prepayment_account", where, lock=True)
        if not found:
            values = {"payer": payer, "estate": estate, "room": room}
            made: Row = context.records.create("prepayment_account", values)
            return made
    return found[0] if found else None


def move(context: Any, account: int, kind: str, amount: Decimal, on: date, **links: Any) -> Decimal:
    """Put money in (positive) or take it out (negative); return the new balance.

    `links` names what it belongs to: payment, receivable, refund, area_change, note.

    Raises:
        Refused: the balance does not suffice.
    """
    table = context.table("prepayment_account")
    statement = (
        update(table)
        .where(table.c.id == account, table.c.balance + amount >= 0)
        .values(
            balance=table.c.balance + amount,
            version=table.c.version + 1,
            updated_at=context.now,
        )
        .returning(table.c.balance)
    )
    balance = context.connection.execute(statement).scalar_one_or_none()
    if balance is None:
        raise Refused("The prepayment does not suffice.")
    context.records.create(
        "prepayment_txn",
        {"account": account, "kind": kind, "amount": amount, "balance_after": balance,
         "on_date": on, **links},
    )  # fmt: skip
    return Decimal(balance)


def credit(context: Any, payer: int, estate: int, kind: str, amount: Decimal, on: date,
           **links: Any) -> int:  # fmt: skip
    """Put money on a payer's account, which is made when needed; return its id."""
    account = account_of(context, payer, estate)
    assert account is not None
    move(context, account["id"], kind, amount, on, **links)
    return int(account["id"])


def total_balance(context: Any, payer: int, estate: int) -> Decimal:
    """Return what a payer has prepaid in an estate."""
    table = context.table("prepayment_account")
    found = select(func.coalesce(func.sum(table.c.balance), 0)).where(
        table.c.payer_id == payer, table.c.estate_id == estate
    )
    return Decimal(context.connection.execute(found).scalar_one())
