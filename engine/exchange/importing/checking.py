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
from engine.exchange.importing.uniqueness import check_unique
from engine.extension import NotFound, Refused
from engine.metadata import Entity
from engine.records import Workspace, is_allowed
from engine.storage.collector import collector_paused
from engine.wording import N_

Tell = Callable[[int, int, str], None]
STATES = ("create", "update", "same", "error")


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

    def settle(self) -> None:
        """Give each row the state that its problems and its record say."""
        for row in self.rows:
            if row.problems:
                row.state = "error"
            elif row.state != "same":
                row.state = "create" if row.old is None else "update"


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
    work: Workspace, entity: Entity, table: Table, plan: Plan, tell: Tell | None = None
) -> Checked:
    """Work out what each row would do; nothing is written.

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
    drafter = Drafter(work, entity, targets)
    for start in range(0, total, 2_000):
        with collector_paused():
            drafter.make(done.rows[start : start + 2_000])
        say(min(start + 2_000, total), total, N_("Checking rows"))
    _late_match(work, done)
    with collector_paused():
        check_unique(work, entity, done.rows)
    done.settle()
    return done


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


def _late_match(work: Workspace, done: Checked) -> None:
    """Match rows whose key is made by the system: a number from its parts, say."""
    plan = done.plan
    if not plan.key or plan.mode == "create" or all(name in plan.paths for name in plan.key):
        return
    waiting = [r for r in done.rows if r.is_good and r.old is None and r.draft is not None]
    match_existing(work, done.entity, waiting, plan.key)
    found = [r for r in waiting if r.old is not None]
    for row in found:
        row.draft = None
    Drafter(work, done.entity, done.targets).make(found)
    if plan.mode == "update":
        _must_exist(done.rows, plan.key)
