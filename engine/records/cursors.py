"""Going on from the last row seen, whatever the order and however deep."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, false, literal, or_, true
from sqlalchemy import types as sql

from engine.extension import Invalid

_KINDS: dict[str, Callable[[Any], Any]] = {
    "n": Decimal,
    "d": date.fromisoformat,
    "t": datetime.fromisoformat,
    "c": time.fromisoformat,
}

_TYPES: tuple[tuple[type, type], ...] = (
    (bool, sql.Boolean),
    (datetime, sql.DateTime),
    (date, sql.Date),
    (time, sql.Time),
)
WRONG_TOKEN = "The page token is not one of this list."


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


def _fits(column: ColumnElement[Any], key: Any) -> bool:
    """Tell whether a key can be compared with a column: tokens come from outside."""
    kind = column.type
    if isinstance(key, Decimal):
        is_number = isinstance(kind, sql.Numeric | sql.Integer)
        return is_number and key.is_finite() and -400 < key.adjusted() < 400
    if isinstance(key, str):
        return isinstance(kind, sql.String) and "\0" not in key
    for value, wanted in _TYPES:
        if isinstance(key, value):
            return isinstance(kind, wanted) and not _is_naive(key)
    return False


def _is_naive(key: Any) -> bool:
    return isinstance(key, datetime) and key.tzinfo is None


def _read(token: str, length: int) -> tuple[list[Any], int]:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        packed, record_id = json.loads(text)
        keys = [None if v is None else _KINDS.get(k, lambda x: x)(v) for k, v in packed]
        if len(keys) != length:
            raise ValueError(f"{len(keys)} keys for {length} columns")
        if isinstance(record_id, bool) or not 0 < int(record_id) < 2**63:
            raise ValueError(f"{record_id!r} is no record's number")
        return keys, int(record_id)
    except (ValueError, TypeError, ArithmeticError, RecursionError, binascii.Error) as error:
        raise Invalid(WRONG_TOKEN) from error


def after_condition(
    token: str,
    order: list[tuple[ColumnElement[Any], bool]],
    tie: ColumnElement[Any],
    tie_descends: bool,
) -> ColumnElement[bool]:
    """Return the condition for the rows after a token.

    Empty values stand where the database puts them: last going up, first going down.

    Raises:
        Invalid: the token is not one that this order gave.
    """
    keys, record_id = _read(token, len(order))
    for (column, _), key in zip(order, keys, strict=True):
        if key is not None and not _fits(column, key):
            raise Invalid(WRONG_TOKEN)
    condition: ColumnElement[bool] = tie < record_id if tie_descends else tie > record_id
    for (column, down), key in reversed(list(zip(order, keys, strict=True))):
        value = None if key is None else literal(key, column.type)
        same = column.is_(None) if value is None else column == value
        condition = or_(_beyond(column, value, down), and_(same, condition))
    return condition if order else and_(true(), condition)


def _beyond(column: ColumnElement[Any], key: Any, down: bool) -> ColumnElement[bool]:
    if key is None:
        return column.is_not(None) if down else false()
    return column < key if down else or_(column > key, column.is_(None))
