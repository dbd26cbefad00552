"""Changes of who may do what: each is written into the audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from engine.access.actor import Actor
from engine.extension import Refused
from engine.storage.system_tables import wy_audit


def require_administrator(actor: Actor) -> None:
    """Refuse all but administrators and the system.

    Raises:
        Refused: the actor is neither.
    """
    if not actor.is_unlimited:
        raise Refused("Only an administrator may change rights.")


def record_change(
    connection: Connection,
    actor: Actor,
    about: tuple[str, int],
    event: str,
    changes: Mapping[str, tuple[Any, Any]],
) -> None:
    """Write one change of rights into the audit trail; `about` is FAB's table and the id."""
    connection.execute(
        insert(wy_audit).values(
            entity=about[0],
            record_id=about[1],
            event=event,
            actor_id=actor.user_id,
            snapshot={name: new for name, (_, new) in changes.items()},
            changes={name: list(pair) for name, pair in changes.items()},
        )
    )


@contextmanager
def keeping_an_admin(connection: Connection) -> Iterator[None]:
    """Turn the database's refusal to lose the last administrator into a sentence.

    Raises:
        Refused: nobody would be left with the role Admin; nothing of the block is kept.
    """
    try:
        with connection.begin_nested():
            yield
    except IntegrityError as found:
        if getattr(getattr(found.orig, "diag", None), "constraint_name", "") != "wy_keep_an_admin":
            raise
        raise Refused("Nobody would be left with the role Admin.") from found
