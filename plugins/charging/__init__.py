"""Charging: fee items, bills, the counter, late fees, closes (rules.md 1-11)."""

from plugins.charging import pending  # noqa: F401  # registers actions
