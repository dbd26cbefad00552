"""One spelling for all spellings: what the search column holds and what is looked up in it.

'３棟1單元502', '3棟1單元502' and '3棟 1單元 502' are one, as are '3-1-0502' and '310502'.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_

SEARCH_COLUMN = "_search"
_WIDE = "".join(map(chr, range(0xFF01, 0xFF5F)))
_NARROW = "".join(map(chr, range(0x21, 0x7F)))
_DROPPED = " 　-/－／"
_BREAK = "|"  # between the fields, so that the end of one and the start of the next do not match

_KEPT = [
    (wide, narrow) for wide, narrow in zip(_WIDE, _NARROW, strict=True) if wide not in _DROPPED
]
_FROM = "".join(wide for wide, _ in _KEPT) + _DROPPED
_TO = "".join(narrow for _, narrow in _KEPT)
_TABLE = str.maketrans(dict(_KEPT) | dict.fromkeys(_DROPPED, None))


def normalized(text: str) -> str:
    """Return the text in the spelling that `_search` holds; equals SQL's `wy_search`."""
    return text.translate(_TABLE).lower()


def search_pattern(text: str) -> str:
    """Return the LIKE pattern (escaped with a backslash) that finds a typed text anywhere."""
    found = normalized(text)
    for special in "\\%_":
        found = found.replace(special, "\\" + special)
    return f"%{found}%"


def matches(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Return the condition that a `_search` column holds every word of what was typed."""
    words = text.split() or [""]
    return and_(*(column.like(search_pattern(word), escape="\\") for word in words))


def search_function_sql() -> str:
    """Return the statement that (re)defines `wy_search`."""
    pairs = f"'{_quoted(_FROM)}', '{_quoted(_TO)}'"
    return (
        "CREATE OR REPLACE FUNCTION wy_search(text) RETURNS text LANGUAGE sql"
        f" IMMUTABLE PARALLEL SAFE RETURN lower(translate($1, {pairs}))"
    )


def search_expression(columns: list[str]) -> str:
    """Return the generated column's expression over text columns, as quoted names."""
    parts = [f"coalesce({name}, '')" for name in columns]
    joined = f" || '{_BREAK}' || ".join(parts)
    return f"wy_search({joined})"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
