"""Charging: fee items, bills, the counter, late fees, closes (rules.md 1-11).

Importing the package registers its actions and listeners.
"""

from plugins.charging import offsetting, pending, runs

__all__ = ["offsetting", "pending", "runs"]
