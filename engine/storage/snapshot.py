"""A record's values as JSON that loses nothing: decimals and times as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:
    """Return the value as JSON carries it; a decimal keeps its digits, as text.

    Raises:
        TypeError: JSON has no form for it.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    return _plain_many(value)


def _plain_many(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(one) for one in value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"no JSON form for {type(value).__name__}: {value!r}")


def to_json(value: Any) -> str:
    """Write a value as JSON text."""
    return json.dumps(value, ensure_ascii=False, default=plain)


def difference(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> dict[str, list[Any]]:
    """Return {field: [old, new]} of the fields that differ; a missing one counts as None."""
    old, new = before or {}, after or {}
    names = [*old, *(name for name in new if name not in old)]
    pairs = ((name, plain(old.get(name)), plain(new.get(name))) for name in names)
    return {name: [was, now] for name, was, now in pairs if was != now}
