"""A plan: what would be done to the database, step by step, and how safe each step is."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


class Phase(enum.IntEnum):
    """When a statement runs; the statements of all steps are sorted by it."""

    PREPARE = 0  # functions
    RENAME = 1
    CLEAR = 2  # rules and generated columns that stand in the way
    SHAPE = 3  # tables, columns, types, defaults
    FILL = 4  # existing rows get a default
    REQUIRE = 5  # NOT NULL, generated columns
    RULE = 6  # checks and indexes
    LINK = 7  # foreign keys, once every table stands
    COMMENT = 8
    DROP = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change, as a person thinks of it."""

    sign: str  # '+' new, '~' altered, '-' gone
    kind: str  # 'table', 'column', 'type', 'required', 'default', 'index', 'check', 'link' …
    target: str  # 'room' or 'room.built_area'
    detail: str = ""  # 'numeric(14,2)', 'varchar(20) -> text'
    statements: tuple[tuple[Phase, str], ...] = ()
    safe: bool = True  # false: data may be lost or refused; needs allow_lossy
    possible: bool = True  # false: the data forbid it, allow_lossy or not
    why: str = ""
    rows: int = 0  # how many rows are in the way
    ids: tuple[int, ...] = ()  # the first five of them

    @property
    def ddl(self) -> str:
        """Return the statements in the order they run within the step."""
        ordered = sorted(self.statements, key=lambda one: one[0])
        return ";\n".join(sql for _, sql in ordered)

    def __str__(self) -> str:
        verdict = "safe" if self.safe else "lossy" if self.possible else "impossible"
        words = [self.sign, self.target, self.detail, verdict]
        line = " ".join(word for word in words if word)
        return f"{line}: {self.why}{self._where()}" if self.why else line

    def _where(self) -> str:
        if not self.rows:
            return ""
        ids = ", ".join(map(str, self.ids))
        more = ", …" if self.rows > len(self.ids) else ""
        return f" ({self.rows} rows: id {ids}{more})" if ids else f" ({self.rows} rows)"

    def as_json(self) -> dict[str, Any]:
        """Return the step as it is kept with the release."""
        return {"text": str(self), "kind": self.kind, "target": self.target, "ddl": self.ddl}


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between a catalog and a database."""

    steps: tuple[Step, ...]
    unused: tuple[str, ...] = ()  # tables and columns no longer described, kept with their data
    signatures: tuple[tuple[str, str], ...] = ()  # what wy_schema is to hold afterwards

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is to be done."""
        return not self.steps

    @property
    def lossy(self) -> tuple[Step, ...]:
        """Return the steps that need `allow_lossy`, the impossible ones among them."""
        return tuple(step for step in self.steps if not step.safe)

    @property
    def impossible(self) -> tuple[Step, ...]:
        """Return the steps that the data forbid whatever is allowed."""
        return tuple(step for step in self.steps if not step.possible)

    def statements(self) -> Iterator[str]:
        """Yield every statement in the order it must run."""
        every = [one for step in self.steps for one in step.statements]
        for _, sql in sorted(every, key=lambda one: one[0]):
            yield sql

    def __str__(self) -> str:
        lines = [str(step) for step in self.steps]
        lines += [f"  {name} unused: kept with its data" for name in self.unused]
        return "\n".join(lines) or "nothing to do"
