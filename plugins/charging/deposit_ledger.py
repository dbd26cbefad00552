"""A deposit is held as far as its bill is paid (rules.md 9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, func, update

from plugins.charging.ledger import Change


def deposits_follow(
    context: Any, bills: Sequence[dict[str, Any]], changes: Sequence[Change], on: date
) -> None:
    """Raise or lower what is held of the deposits whose bills were paid or reversed.

    `bills` are the rows that the changes are of; most are no deposits, and cost nothing here.

    Raises:
        IntegrityError: a reversal would leave less than 0, for the deposit is settled.
    """
    pledges = {bill["id"] for bill in bills if bill["kind"] == "deposit"}
    moved = {c.bill: c.principal for c in changes if c.principal and c.bill in pledges}
    if not moved:
        return
    table = context.table("deposit")
    deposits = context.records.find(
        "deposit", table.c.receivable_id.in_(sorted(moved)), sort=("id",), lock=True
    )
    for deposit in deposits:
        held = table.c.held + moved[deposit["receivable"]]
        statement = (
            update(table)
            .where(table.c.id == deposit["id"])
            .values(
                held=held,
                taken_on=func.coalesce(table.c.taken_on, on),
                state=case((held > 0, "held"), else_="due"),
                version=table.c.version + 1,
                updated_at=context.now,
            )
        )
        context.connection.execute(statement)
