"""Lock out who guesses passwords: by the login typed, whether or not it exists."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from engine.access.tables import wy_login_failure as failures


def is_locked(
    connection: Connection, login: str, *, allowed: int, lock: timedelta, now: datetime
) -> bool:
    """Tell whether so many sign-ins failed that the login has to wait.

    Counted by name, so that an answer never tells whether an account exists.
    """
    query = select(failures.c.failures).where(
        failures.c.login == _key(login), failures.c.last_at > now - lock
    )
    return (connection.scalar(query) or 0) >= allowed


def record_failure(connection: Connection, login: str, *, lock: timedelta, now: datetime) -> None:
    """Count one more failure; after a pause of `lock` the count begins anew."""
    fresh = insert(failures).values(login=_key(login), failures=1, last_at=now)
    counted = func.least(failures.c.failures + 1, 1_000_000)
    again = case((failures.c.last_at > now - lock, counted), else_=1)
    connection.execute(
        fresh.on_conflict_do_update(
            index_elements=[failures.c.login],
            set_={"failures": again, "last_at": now},
        )
    )


def forget_failures(connection: Connection, login: str) -> None:
    """Begin anew: the right password was given, or an administrator lets him in."""
    connection.execute(delete(failures).where(failures.c.login == _key(login)))


def _key(login: str) -> str:
    return login.strip().lower()[:128]
