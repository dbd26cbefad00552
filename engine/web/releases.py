"""The applied metadata: from where `apply` keeps it into what a process serves."""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from engine.access import ensure_access, sync_rights
from engine.diagnostics import InvalidMetadata
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.storage.apply import apply
from engine.storage.releases import latest_release, sources_of
from engine.web.state import InvalidRelease, Snapshot, snapshot_of


def newest_id(connection: Connection) -> int:
    """Return the id of the release in force; 0 when nothing was ever applied."""
    latest = latest_release(connection)
    return latest.id if latest is not None else 0


def newer_than(engine: Engine, known: int) -> Snapshot | None:
    """Return the release in force, ready to serve; None when it is the known one.

    Raises:
        InvalidRelease: this version of the engine does not understand it.
    """
    with engine.connect() as connection:
        newest = newest_id(connection)
        if newest in (0, known):
            return None
        sources = sources_of(connection, newest)
    try:
        return snapshot_of(catalog_from_texts(sources), newest)
    except InvalidMetadata as broken:
        raise InvalidRelease(newest, broken.found) from broken


def apply_with_rights(connection: Connection, catalog: Catalog, *, author: str) -> int:
    """Make tables and rights what a catalog says; return the release's id.

    Raises:
        PlanRefused: data would be lost.
    """
    ensure_access(connection)
    release = apply(connection, catalog, author=author)
    sync_rights(connection, catalog)
    return release.id
