"""The applied states of the metadata, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, text

from engine.storage.system_tables import wy_release

_KNOWN = text("SELECT to_regclass('wy_release') IS NOT NULL")
_BRIEF = [column for column in wy_release.columns if column.name != "sources"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One `apply` that did something; its texts are read with `sources_of`."""

    id: int
    applied_at: datetime
    author: str
    reason: str
    digest: str  # of the texts
    steps: tuple[Mapping[str, str], ...]  # each: text, kind, target, ddl
    restores: int | None  # the release a rollback went back to


def release_of(row: Row[Any]) -> Release:
    """Read a row of wy_release."""
    return Release(
        id=row.id,
        applied_at=row.applied_at,
        author=row.author,
        reason=row.reason,
        digest=row.digest,
        steps=tuple(row.steps),
        restores=row.restores,
    )


def releases(connection: Connection, limit: int = 50) -> list[Release]:
    """Return the latest releases, newest first; none before the first `apply`."""
    if not connection.scalar(_KNOWN):
        return []
    query = select(*_BRIEF).order_by(wy_release.c.id.desc()).limit(limit)
    return [release_of(row) for row in connection.execute(query)]


def latest_release(connection: Connection) -> Release | None:
    """Return the release in force."""
    return next(iter(releases(connection, limit=1)), None)


def sources_of(connection: Connection, release_id: int) -> dict[str, str]:
    """Return the full texts of a release by file name.

    Raises:
        KeyError: no such release.
    """
    query = select(wy_release.c.sources).where(wy_release.c.id == release_id)
    found: dict[str, str] | None = connection.scalar(query)
    if found is None:
        raise KeyError(f"no release {release_id}")
    return found
