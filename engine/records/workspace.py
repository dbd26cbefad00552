"""What a piece of work stands on: whose it is, over which metadata, in which transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.access import Actor
from engine.fieldtypes import Format
from engine.metadata import Catalog
from engine.storage import Tables


def _untranslated(message: str) -> str:
    return message


@dataclass(frozen=True, slots=True)
class Shown:
    """One record that an approval shows to somebody, above his own rights."""

    entity: str
    record_id: int
    hide: frozenset[str]  # fields he does not see
    is_own: bool  # he has a right to read such records; only the row rules keep him from this one


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """One actor's transaction over one catalog; made per request, per job, per command."""

    catalog: Catalog
    tables: Tables
    connection: Connection
    actor: Actor
    now: datetime  # aware; the same for everything in this piece of work
    language: str = "zh_Hant"
    request_id: str = ""
    ip: str = ""
    translate: Callable[[str], str] = field(default=_untranslated, compare=False)
    trusted: bool = False  # plugin code: the button's right was asked, no other is
    by_flow: bool = False  # an approval itself writes: it alone may while it is running
    shown: Shown | None = None  # read this one record only, whatever one's rights
    memo: dict[Any, Any] = field(default_factory=dict, compare=False)  # lives as long as the work

    @property
    def local_now(self) -> datetime:
        """The moment of this work in the company's zone."""
        return self.now.astimezone(ZoneInfo(self.catalog.product.time_zone))

    @property
    def today(self) -> date:
        """The date in the company's zone."""
        return self.local_now.date()

    @property
    def style(self) -> Format:
        """How values are read from and written for this reader."""
        product = self.catalog.product
        return Format(self.language, product.currency, product.time_zone)

    def as_trusted(self) -> Workspace:
        """Return the same work as plugin code does it: rows are still ruled, rights not asked."""
        return replace(self, trusted=True)

    def as_flow(self) -> Workspace:
        """Return the same work as an approval does it: in the person's name, with no limit.

        Who approves need not have a right to what the decision changes.
        """
        unlimited = replace(self.actor, is_system=True)
        return replace(self, actor=unlimited, trusted=True, by_flow=True)

    def message(self, text: str, **params: Any) -> str:
        """Say an English msgid in the reader's language."""
        if not text:
            return ""  # gettext keeps the catalogue's own header under the empty text
        said = self.translate(text)
        return said % params if params else said
