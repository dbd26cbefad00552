"""From a table in a file to rows ready to be written, and all that is wrong with the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.exchange.importing.cells import CellReader
from engine.exchange.importing.drafting import Drafter, warm
from engine.exchange.importing.existing import match_existing
from engine.exchange.importing.links import resolve_links
from engine.exchange.importing.mapping import Plan, check_plan
from engine.exchange.importing.rows import Row
from engine.exchange.importing.table import Table
from engine.exchange.importing.targets import Target, targets_of
from engine.exchange.importing.uniqueness import Uniqueness
from engine.extension import NotFound, Refused
from engine.metadata import Entity
from engine.records import Workspace, is_allowed
from engine.storage.collector import collector_paused
from engine.wording import N_

Tell = Callable[[int, int, str], None]
STATES = ("create", "update", "same", "error")


PART = 5_000  # rows that are drafted, and then written, at a time


@dataclass
class Checked:
    """A file, understood."""

    entity: Entity
    plan: Plan
    table: Table
    targets: Mapping[str, Target]
    rows: list[Row] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows would do what."""
        found = Counter(row.state for row in self.rows)
        return {state: found[state] for state in STATES}

    @property
    def bad(self) -> list[Row]:
        """Return the rows with something wrong."""
        return [row for row in self.rows if row.state == "error"]

    def settle(self, rows: Sequence[Row] | None = None) -> None:
        """Give each row, or each of those, the state that its problems and its record say."""
        for row in self.rows if rows is None else rows:
            if row.problems:
                row.state = "error"
            elif row.state != "same":
                row.state = "create" if row.old is None else "update"


Take = Callable[[Checked, Sequence[Row]], None]


def entity_to_import(work: Workspace, name: str) -> Entity:
    """Return an entity whose records this actor may import.

    Raises:
        NotFound: there is none of that name.
        Refused: the right is missing, or such records are not made by hand.
    """
    entity = work.catalog.entities.get(name)
    if entity is None:
        raise NotFound("entity", name)
    if not is_allowed(work, name, "import"):
        raise Refused("You have no right to do this here.")
    if entity.written_by == "plugins":
        raise Refused("These records are written by the system only.")
    if entity.part_of:
        raise Refused("Lines are imported with the record they belong to.")
    if not any(is_allowed(work, name, action) for action in ("create", "change")):
        raise Refused("You have no right to do this here.")
    return entity


def check(
    work: Workspace,
    entity: Entity,
    table: Table,
    plan: Plan,
    tell: Tell | None = None,
    take: Take | None = None,
) -> Checked:
    """Work out what each row would do; nothing is written.

    With `take` it is called with the rows of each part of the file once they are settled,
    while there is more of it to check.

    Raises:
        Invalid: the plan itself is wrong.
    """
    targets = targets_of(work, entity)
    check_plan(plan, targets, len(table.heads))
    done = Checked(entity, plan, table, targets)
    with collector_paused():  # rows and drafts live on: walking them costs a third of the time
        done.rows = _read(work, done)
    say = tell or (lambda *_: None)
    total = len(done.rows)
    say(0, total, N_("Looking up linked records"))
    with collector_paused():
        resolve_links(work, entity.name, done.rows, targets, plan.paths)
    warm(work, entity, done.rows)
    _match(work, done)
    drafter, unique = Drafter(work, entity, targets), Uniqueness(work, entity)
    late = _is_matched_late(plan)
    for start in range(0, total, PART):
        rows = done.rows[start : start + PART]
        with collector_paused():
            drafter.make(rows)
            if not late:
                _settle(done, unique, rows, take)
        say(min(start + PART, total), total, N_("Checking rows"))
    if late:
        _late_match(work, done)
        with collector_paused():
            _settle(done, unique, done.rows, take)
    return done


def _settle(done: Checked, unique: Uniqueness, rows: Sequence[Row], take: Take | None) -> None:
    unique.check(rows)
    done.settle(rows)
    if take is not None:
        take(done, rows)


def _read(work: Workspace, done: Checked) -> list[Row]:
    reader = CellReader(work.style)
    rows = [Row(number, cells) for number, cells in done.table.rows]
    for column, path in sorted(done.plan.columns.items()):
        target = done.targets[path]
        if target.link:
            _leave_written(path, column, rows)
        else:
            reader.read_column(target, column, rows)
    for path, raw in done.plan.constants.items():
        _read_constant(reader, done.targets[path], raw, rows)
    return rows


def _leave_written(path: str, column: int, rows: Sequence[Row]) -> None:
    """Leave links as they are written; all are looked up at once, later."""
    for row in rows:
        raw = row.cells[column] if column < len(row.cells) else None
        if raw is not None and (raw.__class__ is not str or raw.strip()):
            row.given[path] = raw


def _read_constant(reader: CellReader, target: Target, raw: str, rows: Sequence[Row]) -> None:
    """Read what stands for a column that the file does not have."""
    alone = Row(0, [raw])
    if target.link:
        _leave_written(target.path, 0, [alone])
    else:
        reader.read_column(target, 0, [alone])
    for row in rows:
        row.given |= alone.given
        row.problems += alone.problems


def _match(work: Workspace, done: Checked) -> None:
    """Find the records that the rows are, and hold the rows against the mode."""
    plan = done.plan
    if plan.key and plan.mode != "create":
        match_existing(work, done.entity, [r for r in done.rows if r.is_good], plan.key)
    if plan.mode == "update" and all(name in plan.paths for name in plan.key):
        _must_exist(done.rows, plan.key)


def _must_exist(rows: Sequence[Row], key: Sequence[str]) -> None:
    for row in rows:
        if row.is_good and row.old is None:
            row.complain("There is no record with this key to be changed.", key[-1], "unknown")


def _is_matched_late(plan: Plan) -> bool:
    """Tell whether the key is known only once the rows are drafts."""
    return bool(plan.key) and plan.mode != "create" and not set(plan.key) <= set(plan.paths)


def _late_match(work: Workspace, done: Checked) -> None:
    """Match rows whose key is made by the system: a number from its parts, say."""
    plan = done.plan
    waiting = [r for r in done.rows if r.is_good and r.old is None and r.draft is not None]
    match_existing(work, done.entity, waiting, plan.key)
    found = [r for r in waiting if r.old is not None]
    for row in found:
        row.draft = None
    Drafter(work, done.entity, done.targets).make(found)
    if plan.mode == "update":
        _must_exist(done.rows, plan.key)
