"""Going on from the last row seen, whatever the order and however deep."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from engine.extension import Invalid

_KINDS: dict[str, Callable[[Any], Any]] = {
    "n": Decimal,
    "d": date.fromisoformat,
    "t": datetime.fromisoformat,
    "c": time.fromisoformat,
}


def cursor_of(keys: Sequence[Any], record_id: int) -> str:
    """Return a token for a row: its sort keys and its id."""
    packed = [[_kind(k), None if k is None else _plain(k)] for k in keys]
    text = json.dumps([packed, record_id], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "b"
    for kind, types in (("n", (int, Decimal)), ("t", datetime), ("d", date), ("c", time)):
        if isinstance(value, types):
            return kind
    return "s"


def _plain(value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read(token: str, length: int) -> tuple[list[Any], int]:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        packed, record_id = json.loads(text)
        keys = [None if v is None else _KINDS.get(k, lambda x: x)(v) for k, v in packed]
        if len(keys) != length:
            raise ValueError(f"{len(keys)} keys for {length} columns")
        return keys, int(record_id)
    except (ValueError, TypeError, ArithmeticError, binascii.Error) as error:
        raise Invalid("The page token is not one of this list.") from error


def after_condition(
    token: str,
    order: list[tuple[ColumnElement[Any], bool]],
    tie: ColumnElement[Any],
    tie_descends: bool,
) -> ColumnElement[bool]:
    """Return the condition for the rows after a token; empty values stand last.

    Raises:
        Invalid: the token is not one that this order gave.
    """
    keys, record_id = _read(token, len(order))
    condition: ColumnElement[bool] = tie < record_id if tie_descends else tie > record_id
    for (column, down), key in reversed(list(zip(order, keys, strict=True))):
        same = column.is_(None) if key is None else column == key
        condition = or_(_beyond(column, key, down), and_(same, condition))
    return condition if order else and_(true(), condition)


def _beyond(column: ColumnElement[Any], key: Any, down: bool) -> ColumnElement[bool]:
    if key is None:
        return false()
    return or_(column < key if down else column > key, column.is_(None))
