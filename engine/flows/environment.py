"""A record as the formulas of a flow see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.expressions import compile_python, holds
from engine.metadata import Formula
from engine.records import RecordEnvironment, Workspace, read_paths
from engine.records.plans import Path
from engine.storage.joins import link_target


class FlowEnvironment(RecordEnvironment):
    """Reads any path over links: a flow's text need not be known when the catalog is made."""

    def __init__(self, work: Workspace, entity: str, values: Mapping[str, Any]) -> None:
        super().__init__(work, entity, values)
        self._known: dict[Path, Any] = {}

    def value(self, path: Path) -> Any:
        """Return the value at a path; None where a link on the way is empty."""
        if len(path) == 1 or path[0] in self._given:
            return super().value(path)
        target_id = self._values.get(path[0])
        if target_id is None:
            return None
        if path not in self._known:
            target = link_target(self._work.catalog, self._entity, path[0])
            found = read_paths(self._work, target, target_id, (path[1:],))
            self._known[path] = found.get(path[1:])
        return self._known[path]

    def run(self, formula: Formula) -> Any:
        """Evaluate a formula."""
        return compile_python(formula.typed)(self)

    def holds(self, formula: Formula) -> bool:
        """Tell whether a condition holds; unknown counts as no."""
        return holds(self.run(formula))


def unit_of(work: Workspace, entity: str, record: dict[str, Any]) -> int | None:
    """Return the org unit that owns a record."""
    found = record.get("scope_unit")
    return found if isinstance(found, int) else None
