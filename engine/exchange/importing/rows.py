"""A row of a file on its way into a record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.extension import Problem
from engine.records import Draft


@dataclass(slots=True)
class Row:
    """What is known of one row so far."""

    number: int  # as the spreadsheet counts
    cells: list[Any]
    given: dict[str, Any] = field(default_factory=dict)  # path -> value; of a link, the id
    problems: list[Problem] = field(default_factory=list)
    old: dict[str, Any] | None = None  # the record it changes
    draft: Draft | None = None
    state: str = ""  # 'create', 'update', 'same' or 'error'
    record_id: int | None = None  # once it is written

    def complain(self, message: str, field: str = "", code: str = "invalid", **params: Any) -> None:
        """Note what is wrong with the row."""
        self.problems.append(Problem(message, params, field, code))

    @property
    def is_good(self) -> bool:
        """Tell whether nothing is wrong so far."""
        return not self.problems
