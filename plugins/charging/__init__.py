"""Charging: fee items, bills, the counter, late fees, closes (rules.md 1-11).

Importing the package registers its actions and listeners.
"""

from plugins.charging import (
    area_changes,
    bank_files,
    closes,
    deposits,
    gifts,
    items,
    notices,
    offsetting,
    one_off,
    reductions,
    refunds,
    reversals,
    runs,
    top_ups,
)

__all__ = [
    "area_changes",
    "bank_files",
    "closes",
    "deposits",
    "gifts",
    "items",
    "notices",
    "offsetting",
    "one_off",
    "reductions",
    "refunds",
    "reversals",
    "runs",
    "top_ups",
]
