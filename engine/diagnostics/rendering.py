"""Findings as text with a caret, and as JSON for editors."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable

from engine.diagnostics.model import Diagnostic

_LONGEST = 300  # characters of a sentence or a source line; more is somebody's trick or accident


def as_text(found: Iterable[Diagnostic], line_of: Callable[[str, int], str | None]) -> str:
    """Render findings for a terminal, sorted by place.

    `line_of(file, line)` gives the source line, or None when it cannot be read.
    """
    return "\n".join(_block(d, line_of(d.at.file, d.at.line)) for d in sorted(found))


def _block(finding: Diagnostic, source: str | None) -> str:
    word = "" if finding.is_error else "warning: "
    lines = [f"{finding.at}: {word}{finding.code}: {_short(finding.message)}"]
    if source is not None:
        shown, before = _excerpt(source, finding.at.column - 1)
        lines.append(f"{finding.at.line:>6} | {shown}")
        lines.append(" " * 7 + "| " + " " * _width(before) + "^")
    if finding.hint:
        lines.append(f"  hint: {_short(finding.hint)}")
    return "\n".join(lines) + "\n"


def _excerpt(source: str, column: int) -> tuple[str, str]:
    """Return what to show of a line, and the part of it before the caret."""
    start = column - _LONGEST // 2 if len(source) > _LONGEST and column > _LONGEST // 2 else 0
    shown = _harmless(source.rstrip()[start : start + _LONGEST])
    return shown, _harmless(source[start:column])


def _short(text: str) -> str:
    text = _harmless(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _harmless(text: str) -> str:
    # An escape sequence in a file must not steer the terminal that shows it.
    return "".join("\ufffd" if unicodedata.category(c) == "Cc" and c != "\t" else c for c in text)


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
