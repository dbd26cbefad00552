"""What commands share about the project they work on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from engine.diagnostics import Diagnostic, as_text

F = TypeVar("F", bound=Callable[..., Any])


def root_option(command: F) -> F:
    """Add `--root`: the folder of models.yaml, by default the current one."""
    kind = click.Path(exists=True, file_okay=False, path_type=Path)
    text = "The folder of models.yaml."
    return click.option("--root", type=kind, default=Path(), help=text)(command)


def echo_findings(found: list[Diagnostic], root: Path) -> None:
    """Write findings with their source lines to standard error."""
    click.echo(as_text(found, SourceLines(root)), err=True, nl=False)


class SourceLines:
    """Reads source lines; each file once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, list[str]] = {}

    def __call__(self, file: str, line: int) -> str | None:
        """Return a line counted from 1, None when it cannot be read."""
        if file not in self._files:
            self._files[file] = _lines_of(self._root / file)
        lines = self._files[file]
        return lines[line - 1] if line <= len(lines) else None


def _lines_of(path: Path) -> list[str]:
    try:
        return path.read_bytes().decode("utf-8-sig", errors="replace").split("\n")
    except OSError:
        return []
