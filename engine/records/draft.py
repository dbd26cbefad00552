"""A record on its way into its table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.extension import Problem
from engine.metadata import Entity
from engine.records.environment import RecordEnvironment
from engine.records.plans import plan_of
from engine.records.workspace import Workspace


class Draft:
    """A record on its way into the table: its values, what was sent, what is wrong."""

    def __init__(
        self,
        work: Workspace,
        entity: str,
        *,
        old: Mapping[str, Any] | None = None,
        prefix: str = "",
        parent_link: str = "",
        parent: Draft | None = None,
    ) -> None:
        self.work = work
        self.plan = plan_of(work.catalog, entity)
        self.old = old
        self.values: dict[str, Any] = dict(old or {})
        self.sent: set[str] = set()
        self.refused: set[str] = set()  # sent, and not taken
        self.lines: dict[str, list[Draft]] = {}
        self.problems: list[Problem] = []
        self.prefix = prefix
        self.parent_link = parent_link  # of a line: filled in when its record is written
        self.parent = parent  # of a line: the draft of its record
        self.is_inside = False  # written, and known to be where its writer may have it

    @property
    def entity(self) -> Entity:
        """The entity of the record."""
        return self.plan.entity

    @property
    def is_new(self) -> bool:
        """Tell whether the record is being created."""
        return self.old is None

    def environment(self, asked: Mapping[str, Any] | None = None) -> RecordEnvironment:
        """Return the record as formulas see it now."""
        values = dict(self.values)
        for name, drafts in self.lines.items():
            values[name] = [draft.values for draft in drafts]
        return RecordEnvironment(self.work, self.entity.name, values, old=self.old, asked=asked)

    def environment_before(self) -> RecordEnvironment:
        """Return the record as formulas see what is stored."""
        return RecordEnvironment(self.work, self.entity.name, self.old or {}, old=self.old)

    def complain(self, message: str, field: str = "", code: str = "invalid", **params: Any) -> None:
        """Note a problem at a field of this record."""
        self.problems.append(Problem(message, params, self.prefix + field, code))

    def all_problems(self) -> Iterator[Problem]:
        """Yield the problems of the record and of its lines."""
        yield from self.problems
        for drafts in self.lines.values():
            for draft in drafts:
                yield from draft.all_problems()

    def changed(self) -> set[str]:
        """Return the names of the fields whose value differs from the stored one."""
        if self.old is None:
            return set(self.values)
        return {n for n, v in self.values.items() if n not in self.old or self.old[n] != v}
