"""The metadata that jobs run over: the release in force, read again when there is a newer one."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.diagnostics import InvalidMetadata
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.storage import Tables, latest_release, sources_of, tables_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """A catalog with its tables."""

    catalog: Catalog
    tables: Tables


class Catalogs:
    """Remembers the release in force; one per process."""

    def __init__(self) -> None:
        self.forget_lock()
        self._known: tuple[int, Served] | None = None

    def forget_lock(self) -> None:
        """Begin with a lock that is free: a thread that held it is not in a forked child."""
        self._lock = threading.Lock()

    def current(self, connection: Connection) -> Served:
        """Return the metadata in force; loads it when it changed.

        If this version of the engine does not understand it, the one before stays; that is
        told once.

        Raises:
            LookupError: no metadata was ever applied to this database.
            InvalidMetadata: not understood, and there is none before.
        """
        latest = latest_release(connection)
        if latest is None:
            raise LookupError("no metadata has been applied to this database")
        with self._lock:
            if self._known is None or self._known[0] != latest.id:
                before = self._known
                if before is not None:
                    # Pooled connections keep plans that a changed column makes useless.
                    connection.engine.dispose()
                self._known = (latest.id, self._load(connection, latest.id, before))
            return self._known[1]

    def _load(
        self, connection: Connection, release: int, before: tuple[int, Served] | None
    ) -> Served:
        try:
            catalog = catalog_from_texts(sources_of(connection, release))
        except InvalidMetadata as invalid:
            if before is None:
                raise
            message = "release %s cannot be worked with; the one before stays:\n%s"
            log.error(message, release, invalid)
            return before[1]
        return Served(catalog, tables_of(catalog))
