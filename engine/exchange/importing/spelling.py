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
_CORE = re.compile(r"[a-z]+|\d+")


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
    """Return the numbers and letters of a spelling: '9號樓', '９棟' and '9' share theirs.

    Numbers lose their leading zeros. Empty when there is no digit: a name is no number.
    """
    parts = _CORE.findall(unicodedata.normalize("NFKC", text).lower())
    if not any(part.isdigit() for part in parts):
        return ()
    return tuple(part.lstrip("0") or "0" for part in parts)


def heading(text: Any) -> str:
    """Return the one spelling by which column heads are recognized: without units and signs."""
    plain = unicodedata.normalize("NFKC", as_text(text))
    without = _SIGNS.sub("", _BRACKETS.sub("", plain))
    return simplified((without or _SIGNS.sub("", plain)).lower())
