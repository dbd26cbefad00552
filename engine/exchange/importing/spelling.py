"""When two spellings mean the same: width, case, blanks, brackets, Traditional and Simplified."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from opencc import OpenCC

from engine.storage import normalized

_BRACKETS = re.compile(r"[(\[{【（〔].*?[)\]}】）〕]")
_SIGNS = re.compile(r"[\s*＊:：,，。、·._/\\\-－—#＃'\"“”「」]+")
_CORE = re.compile(r"(-?)([a-z]*)(\d+)")


@lru_cache(maxsize=1)
def _simplifier() -> Any:
    return OpenCC("t2s")


@lru_cache(maxsize=50_000)
def simplified(text: str) -> str:
    """Return the text in Simplified signs."""
    return text if text.isascii() else str(_simplifier().convert(text))


def as_text(raw: Any) -> str:
    """Return what a person saw in a cell."""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    return "" if raw is None else str(raw).strip()


@lru_cache(maxsize=50_000)
def folded(text: str) -> str:
    """Return the one spelling by which records are recognized."""
    return simplified(normalized(unicodedata.normalize("NFKC", text)).strip())


@lru_cache(maxsize=50_000)
def core(text: str) -> tuple[str, ...]:
    """Return the numbers of a spelling: '9號樓', '９棟' and '9' share theirs, as do '5層' and '5F'.

    Letters and a minus before a number belong to it ('B1' is not '1'); leading zeros do not.
    Empty when there is no digit: a name is no number.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return tuple(
        f"{minus}{letters}{digits.lstrip('0') or '0'}"
        for minus, letters, digits in _CORE.findall(plain)
    )


@lru_cache(maxsize=20_000, typed=True)  # typed: True and 1 are equal, and are spelled otherwise
def heading(text: Any) -> str:
    """Return the one spelling by which column heads are recognized: without units and signs."""
    plain = unicodedata.normalize("NFKC", as_text(text))
    without = _SIGNS.sub("", _BRACKETS.sub("", plain))
    return simplified((without or _SIGNS.sub("", plain)).lower())
