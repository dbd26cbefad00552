"""Databases on the run's server: each a copy of one that was filled once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text

Fill = Callable[[Engine], None]


@dataclass(frozen=True)
class Server:
    """The server, at a database nobody works in; all that is made begins with the run's name."""

    url: URL
    run: str

    def at(self, name: str) -> str:
        """Return the URL of a database."""
        return self.url.set(database=name).render_as_string(hide_password=False)

    def copy(self, template: str) -> str:
        """Make a database of the caller's own; return its name."""
        name = f"{self.run}_{secrets.token_hex(4)}"
        self._say(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is in it."""
        self._say(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def drop_all(self) -> None:
        """Remove what this run made."""
        with self._connected() as connection:
            found = "SELECT datname FROM pg_database WHERE starts_with(datname, :run)"
            names = connection.scalars(text(found), {"run": self.run}).all()
        for name in names:
            self.drop(name)

    def filled(self, key: str, template: str, fill: Fill) -> str:
        """Return the name of a database that `fill` filled, once for all workers of the run."""
        name = f"{self.run}_t_{key}"
        with self._connected() as connection:
            connection.execute(text("SELECT pg_advisory_lock(hashtext(:name))"), {"name": name})
            known = text("SELECT 1 FROM pg_database WHERE datname = :name")
            if connection.scalar(known, {"name": name}) is None:
                made = self.copy(template)
                self._fill(made, fill)
                # Under its name only when it is whole: `fill` may fail.
                connection.execute(text(f'ALTER DATABASE "{made}" RENAME TO "{name}"'))
        return name

    def _fill(self, name: str, fill: Fill) -> None:
        url = self.url.set(database=name)
        fill(create_engine(url, poolclass=NullPool))
        # A session that is just ending would keep the template from being copied.
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        self._say(f"{ending}'{name}'")

    def _say(self, statement: str) -> None:
        with self._connected() as connection:
            connection.execute(text(statement))

    def _connected(self) -> Connection:
        server = create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        return server.connect()


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Connection]:
    """Give a transaction that leaves nothing behind; far cheaper than a database."""
    with engine.connect() as opened, opened.begin() as transaction:
        yield opened
        transaction.rollback()
