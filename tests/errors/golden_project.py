"""Reads the small projects of this folder.

Text before the first `# file:` line is models/example.yaml; a manifest is added when none is
given. `# repeat: 3 text` stands for the text three times, `# bytes: 78 0a` for these bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from engine.cli._project import SourceLines
from engine.diagnostics import as_text
from engine.loading import check_project

FOLDER = Path(__file__).parent
MANIFEST = """\
product: {name: 物業}
roles:
  clerk: {label: 職員}
include: ['models/*.yaml']
"""


def findings_of(code: str, root: Path) -> tuple[str, set[str]]:
    """Return the rendered findings of a code's project, and the codes among them."""
    for name, content in _files((FOLDER / f"{code}.yaml").read_text()).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    _, found = check_project(root)
    text = as_text(found, _short(root))
    # What else is allowed grows with the product; a few names are enough to be sure.
    return re.sub(r"(allowed: (?:[^,\n]+, ){6}).+", r"\1…", text), {d.code for d in found}


def _short(root: Path) -> Callable[[str, int], str | None]:
    lines = SourceLines(root)

    def line_of(file: str, line: int) -> str | None:
        text = lines(file, line)
        return text if text is None or len(text) < 200 else None

    return line_of


def _files(text: str) -> dict[str, bytes]:
    files = {"models.yaml": MANIFEST.encode()}
    name, content = "models/example.yaml", b""
    for line in text.splitlines(keepends=True):
        head = re.match(r"# (file|repeat|bytes): (.*)\n", line)
        if head is None:
            content += line.encode()
        elif head[1] == "file":
            if content:
                files[name] = content
            name, content = head[2], b""
        elif head[1] == "repeat":
            count, what = head[2].split(" ", 1)
            content += what.encode() * int(count) + b"\n"
        else:
            content += bytes.fromhex(head[2])
    files[name] = content
    return files
