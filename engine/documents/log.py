"""What was printed, kept: which copy of which record, by whom, and the digest of the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, text

from engine.documents.reading import among
from engine.metadata import Print
from engine.records import Workspace
from engine.storage.work_tables import wy_print

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('wuye print'), hashtext(:name))")
_SAME_PRINT = timedelta(hours=1)  # a viewer may fetch its paper again; later it is a new one


@dataclass(frozen=True, slots=True)
class Copies:
    """Which copy of each record a batch is."""

    numbers: dict[int, int]  # record -> 1 for the first print
    is_again: bool  # the same print, fetched again: it is in the log already


def take_copies(work: Workspace, one: Print, ids: Sequence[int], run: str) -> Copies:
    """Return the copy numbers of a batch.

    Holds every other batch of the same print until the transaction ends, so that no two
    papers of a record claim to be the same copy.
    """
    work.connection.execute(_LOCK, {"name": one.name})
    again = _printed_in(work, one, run) if run else {}
    if again and all(number in again for number in ids):
        return Copies({number: again[number] for number in ids}, is_again=True)
    table = wy_print
    query = (
        select(table.c.record_id, func.max(table.c.copy))
        .where(table.c.print == one.name, table.c.entity == one.entity)
        .where(among(table.c.record_id, ids))
        .group_by(table.c.record_id)
    )
    last = {row[0]: row[1] for row in work.connection.execute(query)}
    return Copies({number: last.get(number, 0) + 1 for number in ids}, is_again=False)


def _printed_in(work: Workspace, one: Print, run: str) -> dict[int, int]:
    table = wy_print
    query = select(table.c.record_id, table.c.copy).where(
        table.c.print == one.name,
        table.c.entity == one.entity,
        table.c.run == run,
        table.c.actor_id == work.actor.user_id,
        table.c.at > work.now - _SAME_PRINT,
    )
    return {row[0]: row[1] for row in work.connection.execute(query)}


def note(
    work: Workspace, one: Print, copies: Copies | None, *, documents: int, sha256: str, run: str
) -> None:
    """Write into the log what has been printed; a list is one row without a record."""
    common: dict[str, Any] = {
        "print": one.name, "entity": one.entity, "at": work.now, "actor_id": work.actor.user_id,
        "language": work.language, "run": run, "documents": documents, "sha256": sha256,
    }  # fmt: skip
    if copies is None:
        work.connection.execute(insert(wy_print), [common])
    elif not copies.is_again:
        rows = [{**common, "record_id": n, "copy": c} for n, c in copies.numbers.items()]
        work.connection.execute(insert(wy_print), rows)
