"""Each code has a small project, the exact text we say of it, and a paragraph of help.

After a message is changed on purpose: `python -m tests.errors.test_every_diagnostic_code`
writes the texts anew; read the difference before you commit it.
"""

from __future__ import annotations

import ast
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import plugins
from tests.errors.golden_project import FOLDER, findings_of

ROOT = FOLDER.parents[1]
PACKAGES = ("source", "expressions", "loading")
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


def _codes() -> Iterator[str]:
    """Every text in the code that looks like a code is one."""
    for package in PACKAGES:
        for file in (ROOT / "engine" / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
                if isinstance(value, str) and KEBAB.fullmatch(value):
                    yield value


CODES = sorted(set(_codes()))
PAIRS = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@pytest.fixture(autouse=True)
def _paths_left_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(plugins, "__path__", list(plugins.__path__))


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_project_and_its_exact_text(code: str, tmp_path: Path) -> None:
    text, codes = findings_of(code, tmp_path)

    assert code in codes
    assert text == (FOLDER / f"{code}.txt").read_text()


def test_every_code_has_its_paragraph() -> None:
    headings = re.findall(r"^### ([a-z0-9-]+)$", (ROOT / "docs/errors.md").read_text(), re.M)

    assert sorted(headings) == CODES


def test_no_project_is_left_over() -> None:
    assert PAIRS == CODES


def test_no_text_speaks_python() -> None:
    forbidden = re.compile(r"\b(None|dict|KeyError|Traceback|NoneType|tuple|regex|libyaml)\b")
    for code in set(CODES) - {"broken-plugin"}:
        text = (FOLDER / f"{code}.txt").read_text()
        said = [line for line in text.splitlines() if not re.match(r" *\d+ \|", line)]
        found = forbidden.findall("\n".join(said))

        assert not found or code.startswith("formula"), (code, found)


if __name__ == "__main__":
    for one in CODES:
        with tempfile.TemporaryDirectory() as folder:
            (FOLDER / f"{one}.txt").write_text(findings_of(one, Path(folder))[0])
