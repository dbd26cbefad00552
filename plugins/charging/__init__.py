"""Charging: fee items, bills, the counter, late fees, closes (rules.md 1-11).

Importing the package registers its actions and listeners.
"""

from plugins.charging import (
    area_changes,
    arrears_screens,
    bank_files,
    closes,
    collection_screens,
    computing,
    counter_screen,
    deposits,
    gifts,
    items,
    linking,
    metering,
    notices,
    offsetting,
    one_off,
    pools,
    reductions,
    refunds,
    reversals,
    runs,
    top_ups,
    unused,
)

__all__ = [
    "area_changes",
    "arrears_screens",
    "bank_files",
    "closes",
    "collection_screens",
    "computing",
    "counter_screen",
    "deposits",
    "gifts",
    "items",
    "linking",
    "metering",
    "notices",
    "offsetting",
    "one_off",
    "pools",
    "reductions",
    "refunds",
    "reversals",
    "runs",
    "top_ups",
    "unused",
]
