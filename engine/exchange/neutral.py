"""Texts that a spreadsheet would run as a formula, made harmless; and read back as they were."""

from __future__ import annotations

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # some read wide signs too
_MARK = "'"


def neutral(text: str) -> str:
    """Return the text for a CSV file: one that could start a formula gets a ' before it."""
    return _MARK + text if text.startswith(_STARTS) else text


def without_mark(text: str) -> str:
    """Take away the ' that `neutral` has put before a text."""
    return text[1:] if text[:1] == _MARK and text[1:].startswith(_STARTS) else text
