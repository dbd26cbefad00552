"""Which changes of a column's type keep every value as it is."""

from __future__ import annotations

import re

_PARTS = re.compile(r"^(?P<base>[a-z ]+?)\s*(?:\((?P<limits>[\d,]+)\))?(?P<array>(?:\[\])*)$")
_WHOLE = {"smallint": 5, "integer": 10, "bigint": 19}  # with how many digits they need
_TEXTS = ("character varying", "character")


def widens(old: str, new: str) -> bool:
    """Tell whether every value of the old type is the same value in the new one.

    Types as `format_type` writes them. False for what is not known to.
    """
    was, now = _PARTS.match(old), _PARTS.match(new)
    if was is None or now is None or was["array"] != now["array"]:
        return old == new
    return _holds(was["base"], _limits(was["limits"]), now["base"], _limits(now["limits"]))


def _limits(text: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",")) if text else ()


def _holds(old: str, had: tuple[int, ...], new: str, has: tuple[int, ...]) -> bool:
    if old == new and had == has:
        return True
    if old in _TEXTS:
        return _holds_text(had, new, has)
    if old in _WHOLE and new in _WHOLE:
        return _WHOLE[old] <= _WHOLE[new]
    if new == "numeric":
        return _holds_number(old, had, has)
    return (old, new) == ("real", "double precision")


def _holds_text(had: tuple[int, ...], new: str, has: tuple[int, ...]) -> bool:
    if new == "text" or (new == "character varying" and not has):
        return True
    return new == "character varying" and bool(had) and had[0] <= has[0]


def _holds_number(old: str, had: tuple[int, ...], has: tuple[int, ...]) -> bool:
    if old not in (*_WHOLE, "numeric"):
        return False
    if not has:
        return True
    if old == "numeric" and not had:
        return False
    digits, scale = (had[0], had[1] if len(had) > 1 else 0) if had else (_WHOLE[old], 0)
    new_scale = has[1] if len(has) > 1 else 0
    return new_scale >= scale and has[0] - new_scale >= digits - scale
