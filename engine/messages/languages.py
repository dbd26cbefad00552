"""Each reader is told in his own language, whoever causes the message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from engine.access.tables import wy_preference
from engine.records import Workspace
from engine.wording import translator

_MEMO = "messages.languages"
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the interface, put into words for each reader."""

    message: str  # an English msgid
    params: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    def in_(self, language: str) -> str:
        """Return it in a language."""
        text = translator(language)(self.message)
        return text % self.params if self.params else text


def languages_of(work: Workspace, users: Iterable[int]) -> Mapping[int, str]:
    """Return which language each person reads: his choice, else the company's own.

    One statement for all of them, and none for those this piece of work has asked about.
    """
    known: dict[int, str] = work.memo.setdefault(_MEMO, {})
    new = sorted({user for user in users if user not in known})
    if new:
        product = work.catalog.product
        known.update(dict.fromkeys(new, product.default_language))
        chosen = select(wy_preference.c.user_id, wy_preference.c.value).where(
            wy_preference.c.user_id.in_(new), wy_preference.c.name == "language"
        )
        for row in work.connection.execute(chosen):
            if row.value in product.languages:
                known[row.user_id] = row.value
    return known
