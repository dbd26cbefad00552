"""Read what people type and paste: full-width signs, odd blanks, spreadsheet cells."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import Any

from engine.fieldtypes.base import InvalidValue

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0xFFE5: 0xA5, 0x3000: 0x20}
_WIDE_WORDS = {wide: narrow for wide, narrow in _WIDE.items() if chr(narrow).isalnum()}
_INVISIBLE = dict.fromkeys((0x200B, 0x2060, 0xFEFF))  # pasted along from chats and web pages
_LARGEST = 10**30  # of a whole number that still may be a code
_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# The database refuses NUL and lone surrogates; bidi overrides make a text read as another.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def halfwidth(text: str) -> str:
    """Return the text with every full-width sign as its ASCII one, `￥` as `¥`."""
    return text if text.isascii() else text.translate(_WIDE)


def halfwidth_words(text: str) -> str:
    """Return the text with full-width letters and digits narrowed; punctuation stays."""
    return text if text.isascii() else text.translate(_WIDE_WORDS)


def is_blank(raw: Any) -> bool:
    """Tell whether a form, a cell or JSON gave nothing."""
    return raw is None or (isinstance(raw, str) and not _stripped(raw))


def read_text(raw: Any) -> str | None:
    """Return trimmed text that may have several lines, each ended by a line feed.

    A number or a date from a spreadsheet becomes the text a person saw in the cell.

    Raises:
        InvalidValue: a list or the like, or signs no one can print.
    """
    if _is_clean(raw):
        return str(raw)
    if is_blank(raw):
        return None
    text = _BREAK.sub("\n", _stripped(_cell_text(raw)))
    if _UNPRINTABLE.search(text):
        raise InvalidValue("This contains a sign that cannot be printed. Type the text again.")
    return text


def read_line(raw: Any) -> str | None:
    """Return trimmed text of one line.

    Raises:
        InvalidValue: also when there is a tab or a line break inside.
    """
    if _is_clean(raw):
        return str(raw)
    text = read_text(raw)
    if text is not None and re.search(r"[\t\n]", text):
        raise InvalidValue("Write this on one line, without tabs.")
    return text


def read_word(raw: Any) -> str | None:
    """Return text of one line, narrow and without any blanks: for numbers, dates, codes."""
    text = read_line(raw)
    return None if text is None else re.sub(r"\s", "", halfwidth(text))


def _is_clean(raw: Any) -> bool:
    """Tell whether nothing of a text is to be altered: most are so, and files have millions."""
    return raw.__class__ is str and raw.isprintable() and raw != "" and " " not in (raw[0], raw[-1])


def _stripped(text: str) -> str:
    return (text if text.isascii() else text.translate(_INVISIBLE)).strip()


def _cell_text(raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | date | time):
        raise InvalidValue("Enter a text.")
    if isinstance(raw, float | Decimal):
        return _number_text(Decimal(repr(raw)) if isinstance(raw, float) else raw)
    if isinstance(raw, int) and abs(raw) > _LARGEST:
        raise InvalidValue("Enter a text.")
    return str(raw)


def _number_text(number: Decimal) -> str:
    if not number.is_finite():
        raise InvalidValue("Enter a text.")
    if abs(number) >= Decimal(10) ** 15:
        # A spreadsheet keeps 15 digits; of a longer number it has lost the last ones.
        raise InvalidValue("The spreadsheet has rounded this number. Format the column as text.")
    return f"{number:f}".removesuffix(".0")
