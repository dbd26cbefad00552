"""Read ids of records."""

from __future__ import annotations

import re
from typing import Any

from engine.fieldtypes.base import InvalidValue
from engine.fieldtypes.reading import read_word

LARGEST_INT = 2**31 - 1
LARGEST_KEY = 2**63 - 1


def read_id(raw: Any, largest: int = LARGEST_KEY) -> int:
    """Return the id that a form, a cell or JSON gave.

    Raises:
        InvalidValue: not a whole number from 1 to the largest.
    """
    number = _number(raw)
    if number is None or not 0 < number <= largest:
        raise InvalidValue("Pick a record from the list.")
    return number


def _number(raw: Any) -> int | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, float):
        return int(raw) if raw.is_integer() else None
    if isinstance(raw, str):
        raw = read_word(raw) or ""
        return int(raw) if re.fullmatch("[0-9]{1,19}", raw) else None
    return raw if isinstance(raw, int) else None
