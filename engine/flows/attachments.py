"""Files that come with a decision: kept with its entry in the log, for who may see the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from engine.extension import Invalid, Problem
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_file as attached
from engine.storage.system_tables import wy_file as files
from engine.wording import N_

OWNER, FIELD = "wy_flow_case", "attachment"  # whose such a file is, beside those of records
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of an entry."""

    id: int
    name: str
    size_bytes: int


def keep(work: Workspace, case_id: int, seq: int, uploads: Sequence[int]) -> None:
    """Make fresh uploads part of an entry of the log.

    Raises:
        Invalid: at `attachments`; too many, or one that is not the actor's own for this case.
    """
    wanted = sorted(set(uploads))
    if not wanted:
        return
    if len(wanted) > MOST_FILES:
        most = {"most": MOST_FILES}
        problem = Problem("At most %(most)s files at once.", most, "attachments", "too_many")
        raise Invalid([problem])
    fresh = (files.c.record_id.is_(None), files.c.created_by == work.actor.user_id)
    mine = update(files).where(files.c.id.in_(wanted), files.c.entity == OWNER, *fresh)
    taken = work.connection.scalars(mine.values(record_id=case_id).returning(files.c.id)).all()
    if len(taken) != len(wanted):
        message = "This file is no longer there; choose it again."
        raise Invalid([Problem(message, {}, "attachments", "no-file")])
    rows = [{"file_id": one, "case_id": case_id, "seq": seq} for one in wanted]
    work.connection.execute(insert(attached), rows)


def must_be_none(uploads: Sequence[int]) -> None:
    """Refuse files that would stay with nothing.

    Raises:
        Invalid: at `attachments`; there are some.
    """
    if uploads:
        message = N_("This takes effect at once: files cannot come with it.")
        raise Invalid([Problem(message, {}, "attachments", "no_log")])


def files_of(work: Workspace, case_id: int) -> dict[int, list[Attached]]:
    """Return a case's files by the number of the entry they came with."""
    query = (
        select(attached.c.seq, files.c.id, files.c.name, files.c.size_bytes)
        .join(files, files.c.id == attached.c.file_id)
        .where(attached.c.case_id == case_id)
        .order_by(files.c.id)
    )
    found: dict[int, list[Attached]] = {}
    for row in work.connection.execute(query):
        found.setdefault(row.seq, []).append(Attached(row.id, row.name, row.size_bytes))
    return found
