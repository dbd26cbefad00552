"""Hide most of a person's data from those without the right to see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType


def mask(kind: str, text: str) -> str:
    """Return the text as a reader without the right sees it; '' stays ''.

    `kind` is a field's `mask`; '' masks nothing.

    Raises:
        ValueError: no such kind.
    """
    if kind and kind not in MASKS:
        raise ValueError(f"no mask {kind!r}; there are {', '.join(MASKS)}")
    return MASKS[kind](text) if kind and text else text


def _phone(text: str) -> str:
    if len(text) >= 11:
        return f"{text[:3]}****{text[-4:]}"
    return f"{text[:2]}****{text[-2:]}" if len(text) >= 7 else "****"


def _id_number(text: str) -> str:
    if len(text) >= 15:
        return _middle_hidden(text, 3, 4)
    return _middle_hidden(text, 1, 2) if len(text) >= 6 else "****"


def _middle_hidden(text: str, head: int, tail: int) -> str:
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]


def _name(text: str) -> str:
    # Always two stars: their number must not tell how long the name is.
    return text[0] + "**"


def _email(text: str) -> str:
    person, at, host = text.rpartition("@")
    return f"{person[0]}***@{host}" if at and person else "****"


def _all(text: str) -> str:
    return "****"


MASKS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"phone": _phone, "id_number": _id_number, "name": _name, "email": _email, "all": _all}
)
