"""The same change to many records: looked at first, then all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.extension import Conflict, Invalid, NotFound, Problem, Refused
from engine.records.reach import is_allowed
from engine.records.workspace import Workspace
from engine.records.writing import change

MAX_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What a bulk change would do, or did."""

    changed: tuple[int, ...]
    unchanged: tuple[int, ...]
    problems: Mapping[int, tuple[Problem, ...]]  # by record id

    @property
    def is_possible(self) -> bool:
        """Tell whether every record can be changed."""
        return not self.problems


def preview(
    work: Workspace, entity: str, ids: Sequence[int], values: Mapping[str, Any]
) -> BulkOutcome:
    """Say what a bulk change would do, and leave nothing behind."""
    with work.connection.begin_nested() as savepoint:
        outcome = _try_all(work, entity, ids, values)
        savepoint.rollback()
    work.memo.clear()
    return outcome


def bulk_change(
    work: Workspace, entity: str, ids: Sequence[int], values: Mapping[str, Any]
) -> BulkOutcome:
    """Set the same values in many records; None clears a field.

    Raises:
        Invalid: a record cannot take them (problems name it); then none is changed.
    """
    with work.connection.begin_nested() as savepoint:
        outcome = _try_all(work, entity, ids, values)
        if not outcome.is_possible:
            savepoint.rollback()
            raise Invalid(
                [
                    replace(p, field=f"{record_id}.{p.field}")
                    for record_id, problems in outcome.problems.items()
                    for p in problems
                ]
            )
    return outcome


def _try_all(
    work: Workspace, entity: str, ids: Sequence[int], values: Mapping[str, Any]
) -> BulkOutcome:
    wanted = _wanted(work, entity, ids, values)
    changed: list[int] = []
    same: list[int] = []
    problems: dict[int, tuple[Problem, ...]] = {}
    for record_id in wanted:
        try:
            with work.connection.begin_nested():
                done = change(work, entity, record_id, values)
            (changed if done["updated_at"] == work.now else same).append(record_id)
        except Invalid as wrong:
            problems[record_id] = wrong.problems
        except (Refused, Conflict) as wrong:
            problems[record_id] = (Problem(wrong.message, wrong.params),)
        except NotFound:
            problems[record_id] = (Problem("There is no such record, or you may not see it."),)
    return BulkOutcome(tuple(changed), tuple(same), problems)


def _wanted(
    work: Workspace, entity: str, ids: Sequence[int], values: Mapping[str, Any]
) -> list[int]:
    if not is_allowed(work, entity, "bulk"):
        raise Refused("You have no right to do this here.")
    wanted = sorted(set(ids))
    if not wanted:
        raise Invalid("Choose at least one record.")
    if len(wanted) > MAX_AT_ONCE:
        raise Invalid("At most %(most)s records at once.", most=MAX_AT_ONCE)
    if not values:
        raise Invalid("Say what is to be changed.")
    return wanted
