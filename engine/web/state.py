"""What this process serves: one catalog at a time, swapped in whole between two requests."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine

from engine.access import Rights
from engine.diagnostics import Diagnostic, InvalidMetadata
from engine.metadata import Catalog
from engine.storage.tables import Tables, tables_of

log = logging.getLogger(__name__)
T = TypeVar("T")
CHANNEL = "wuye_release"
_LONGEST_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A catalog with all that is made from it. Requests keep theirs to the end."""

    catalog: Catalog
    tables: Tables
    release: int = 0  # the id in wy_release; 0: not applied
    kept: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    # ^ whatever is compiled once per catalog: statements, forms, menus

    @property
    def rights(self) -> Rights:
        """Return the questions about rights for this catalog."""
        return Rights(self.catalog)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made for the key, making it the first time.

        Two threads may both make it; one of them is kept.
        """
        if key not in self.kept:
            self.kept.setdefault(key, make())
        found: T = self.kept[key]
        return found


def snapshot_of(catalog: Catalog, release: int = 0) -> Snapshot:
    """Make a snapshot; takes some milliseconds per entity."""
    return Snapshot(catalog, tables_of(catalog), release)


class InvalidRelease(InvalidMetadata):
    """The release in force cannot be served by this version of the engine."""

    def __init__(self, release: int, found: Iterable[Diagnostic]) -> None:
        super().__init__(found)
        self.release = release


class State:
    """Holds the current snapshot, and listens for a newer release.

    `load(known)` returns the current release as a snapshot, or None when it is the known
    one; it may raise, then the old one stays. One that is invalid is told of once, and stays
    passed over until there is a newer one.
    """

    def __init__(
        self, first: Snapshot, engine: Engine, load: Callable[[int], Snapshot | None]
    ) -> None:
        self._current = first
        self._seen = first.release  # the last one looked at
        self._engine = engine
        self._load = load
        self._lock = threading.Lock()
        self._listener: tuple[int, threading.Thread] | None = None
        self._stop = threading.Event()

    @property
    def engine(self) -> Engine:
        """Return the engine the application works with."""
        return self._engine

    @property
    def current(self) -> Snapshot:
        """Return the snapshot for a request that begins now."""
        return self._current

    def swap(self, snapshot: Snapshot) -> None:
        """Serve another snapshot from the next request on."""
        self._current = snapshot
        self._seen = snapshot.release

    def refresh(self) -> bool:
        """Load a newer release if there is one; return whether there was."""
        with self._lock:
            newer = self._look()
            if newer is None:
                return False
            self._current = newer
            self._seen = newer.release
            # Connections keep plans of statements; a column of another type makes them useless.
            self._engine.dispose()
        log.info("now serving release %s", newer.release)
        return True

    def _look(self) -> Snapshot | None:
        try:
            return self._load(self._seen)
        except InvalidRelease as invalid:
            self._seen = invalid.release
            message = "release %s cannot be served; %s is served on:\n%s"
            log.error(message, invalid.release, self._current.release, invalid)
            return None

    def listen(self) -> None:
        """Start listening in this process, once; a forked child starts its own thread."""
        if self._listener is not None and self._listener[0] == os.getpid():
            return
        with self._lock:
            if self._listener is not None and self._listener[0] == os.getpid():
                return
            self._stop = threading.Event()
            thread = threading.Thread(target=self._follow, name=CHANNEL, daemon=True)
            self._listener = (os.getpid(), thread)
            thread.start()

    def stop(self) -> None:
        """End the listening thread within a second; for tests."""
        self._stop.set()
        if self._listener is not None and self._listener[0] == os.getpid():
            self._listener[1].join(timeout=5)
        self._listener = None

    def _follow(self) -> None:
        pause = 0.1
        while not self._stop.is_set():
            try:
                self._listen_once()
                pause = 0.1
            except Exception:  # the edge of a thread: whatever breaks, it must listen again
                log.warning("lost the ear for new releases; again in %.1f s", pause, exc_info=True)
                self._stop.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _listen_once(self) -> None:
        url = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True, application_name="wuye ear") as connection:
            connection.execute(f"listen {CHANNEL}")
            self.refresh()  # what came while nobody listened
            while not self._stop.is_set():
                for _ in connection.notifies(timeout=1.0, stop_after=1):
                    self.refresh()
