"""Findings as text with a caret, and as JSON for editors."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable

from engine.diagnostics.model import Diagnostic


def as_text(found: Iterable[Diagnostic], line_of: Callable[[str, int], str | None]) -> str:
    """Render findings for a terminal, sorted by place.

    `line_of(file, line)` gives the source line, or None when it cannot be read.
    """
    return "\n".join(_block(d, line_of(d.at.file, d.at.line)) for d in sorted(found))


def _block(finding: Diagnostic, source: str | None) -> str:
    word = "" if finding.is_error else "warning: "
    lines = [f"{finding.at}: {word}{finding.code}: {finding.message}"]
    if source is not None:
        gutter = f"{finding.at.line:>6} | "
        lines.append(gutter + source.rstrip())
        lines.append(" " * 7 + "| " + " " * _width(source[: finding.at.column - 1]) + "^")
    if finding.hint:
        lines.append(f"  hint: {finding.hint}")
    return "\n".join(lines) + "\n"


def _width(text: str) -> int:
    """Count terminal cells; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def as_json(found: Iterable[Diagnostic]) -> str:
    """Render findings as a JSON list, sorted by place, for editors and CI."""
    rows = [
        {
            "file": d.at.file,
            "line": d.at.line,
            "column": d.at.column,
            "code": d.code,
            "severity": d.severity,
            "message": d.message,
            "hint": d.hint,
        }
        for d in sorted(found)
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)
