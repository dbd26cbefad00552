"""Collection rates in percent (rules.md 11, W43-W47).

Prepayments and deposits are no part of any of these figures. A rate of nothing is None,
shown as "—": neither 0 % nor 100 %.
"""

from __future__ import annotations

from decimal import Decimal

from plugins.charging.amounts import exact, round_money


def percentage(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """Return part ÷ whole in percent, to 0.01; None when the whole is not positive."""
    return round_money(exact(part) * 100 / exact(whole)) if whole > 0 else None


def current_rate(
    billed: Decimal, received: Decimal, reduced: Decimal = Decimal(0)
) -> Decimal | None:
    """當期收繳率: received for current bills ÷ current receivable, net of reductions (W43, W47)."""
    return percentage(received, billed - reduced)


def arrears_rate(recovered: Decimal, still_owed: Decimal) -> Decimal | None:
    """清欠率: recovered arrears ÷ (recovered + still owed) (W44)."""
    return percentage(recovered, recovered + still_owed)


def household_rate(charged: int, owing: int) -> Decimal | None:
    """戶收繳率: households that owe nothing ÷ charged households (W45)."""
    return percentage(charged - owing, charged)


def overall_rate(
    received: Decimal, recovered: Decimal, billed: Decimal, opening_arrears: Decimal
) -> Decimal | None:
    """綜合收繳率: all received ÷ (current + opening arrears) (W46)."""
    return percentage(received + recovered, billed + opening_arrears)
