"""The metadata that jobs run over: the release in force, read again when there is a newer one."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.storage import Tables, latest_release, sources_of, tables_of


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

        Raises:
            LookupError: no metadata was ever applied to this database.
            InvalidMetadata: this version of the engine does not understand it.
        """
        latest = latest_release(connection)
        if latest is None:
            raise LookupError("no metadata has been applied to this database")
        with self._lock:
            if self._known is None or self._known[0] != latest.id:
                if self._known is not None:
                    # Pooled connections keep plans that a changed column makes useless.
                    connection.engine.dispose()
                catalog = catalog_from_texts(sources_of(connection, latest.id))
                self._known = (latest.id, Served(catalog, tables_of(catalog)))
            return self._known[1]
