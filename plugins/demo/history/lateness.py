"""Late fees in whole numbers: what plugins.charging.late_fees says, quick enough for a demo.

A test holds every late fee of the history against the product's own rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from plugins.demo.history.books import Bill

RATE_UNITS = 10**7  # a daily rate has seven decimals


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule in force during the whole history: a daily rate in units, days, caps."""

    rate: int
    grace: int
    cap_percent: int | None
    cap_fen: int | None


def rules_of(rows: Iterable[dict[str, Any]], first: date) -> dict[int, Rule]:
    """Return the rule of each fee item, as in force when the books begin."""
    found: dict[int, Rule] = {}
    for row in sorted(rows, key=lambda r: r["effective_from"]):
        if row["effective_from"] <= first:
            percent, amount = row["cap_percent"], row["cap_amount"]
            found[row["fee_item"]] = Rule(
                int(row["daily_rate"] * RATE_UNITS),
                row["grace_days"],
                None if percent is None else int(percent),
                None if amount is None else int(amount * 100),
            )
    return found


def accrued(bill: Bill, rule: Rule | None, day: int) -> int:
    """Return a bill's late fee since the beginning as of a day, fen."""
    if rule is None:
        return 0
    grace_end = bill.due + rule.grace
    if day <= grace_end:
        return 0
    raw, principal, start = 0, bill.amount, bill.due + 1
    for on, fen in bill.lowered:
        if on > grace_end:  # what was paid within the grace never bore a fee
            until = min(on, day)
            raw += principal * (until - start + 1)
            start = until + 1
        principal -= fen
    raw = (raw + principal * (day - start + 1)) * rule.rate
    if rule.cap_percent is not None:
        raw = min(raw, bill.amount * rule.cap_percent * (RATE_UNITS // 100))
    if rule.cap_fen is not None:
        raw = min(raw, rule.cap_fen * RATE_UNITS)
    return (raw * 2 + RATE_UNITS) // (RATE_UNITS * 2)
