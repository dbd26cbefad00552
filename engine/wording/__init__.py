"""The interface's texts in its languages, with or without a web request around them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

__all__ = ["LOCALES", "N_", "TRANSLATIONS", "translator"]

LOCALES = ("zh_Hant", "zh_Hans", "en")
TRANSLATIONS = Path(__file__).parent / "translations"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a text translated later
    """Mark a text for extraction where it is only stored."""
    return message


@cache
def translator(language: str) -> Callable[[str], str]:
    """Return what says an English msgid in a language; an unknown msgid comes back as it is.

    A product may have labels in languages that the interface has not; it then says English.
    """
    if language not in LOCALES:
        return str
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo").open("rb") as stream:
        known = GNUTranslations(stream)
    # gettext keeps the catalogue's own header under the empty text
    return lambda message: known.gettext(message) if message else ""
