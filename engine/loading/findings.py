"""Where the findings of one run are gathered."""

from __future__ import annotations

from engine.diagnostics import Diagnostic, Place


class Findings:
    """A list that checks report to; nothing stops at the first."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []

    def report(
        self, at: Place, code: str, message: str, hint: str = "", severity: str = "error"
    ) -> None:
        """Add a finding."""
        self.found.append(Diagnostic(at, code, message, hint, severity))

    @property
    def has_errors(self) -> bool:
        """Tell whether something refuses the metadata."""
        return any(d.is_error for d in self.found)
