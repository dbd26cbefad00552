"""What an unquoted word of YAML means here: far less than YAML 1.1 would have it mean."""

from __future__ import annotations

import re
from decimal import Decimal

# Eighteen digits fit a bigint; a longer row of digits is an identity number, so a text.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}\Z", re.ASCII)
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

Scalar = str | int | Decimal | bool | None


def plain_value(word: str) -> Scalar:
    """Read an unquoted word.

    Only `true` and `false` are yes/no values (`no`, `on` and `yes` are text), `007` and
    `2024-01-31` and `1e3` are text, and decimals never pass through binary floats.
    """
    if word in _WORDS:
        return _WORDS[word]
    if word[0] in "-0123456789":
        if _INTEGER.match(word):
            return int(word)
        if _DECIMAL.match(word):
            return Decimal(word)
    return word
