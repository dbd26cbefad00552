"""Write docs/reference/ from the code: `make reference`. Nothing in that folder is typed."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.loading import json_schema
from scripts.reference import NOTE, ROOT
from scripts.reference.commands import command_line, diagnostics, environment
from scripts.reference.extension import extension
from scripts.reference.formulas import filters, formulas
from scripts.reference.rest import rest
from scripts.reference.shapes import field_types_page, flow_page, shape_page

FOLDER = ROOT / "docs" / "reference"


def pages() -> dict[str, str]:
    """Return every page by file name."""
    schemas = json_schema()
    made = {
        "manifest.md": shape_page(
            "The manifest", "`models.yaml`, the root of a project.", schemas["manifest.schema.json"]
        ),
        "module.md": shape_page(
            "A module file", "One business area; `include` of the manifest names it.",
            schemas["module.schema.json"],
        ),
        "flow.md": flow_page(),
        "field-types.md": field_types_page(),
        "formulas.md": formulas(),
        "filters.md": filters(),
        "diagnostics.md": diagnostics(),
        "command-line.md": command_line(),
        "environment.md": environment(),
        "rest.md": rest(),
        "extension.md": extension(),
    }  # fmt: skip
    return {"README.md": _index(made), **made}


def _index(made: Mapping[str, str]) -> str:
    lines = [f"- [{_title(text)}]({name})" for name, text in made.items()]
    return NOTE + "# Reference\n\n" + "\n".join(lines) + "\n"


def _title(page: str) -> str:
    found = re.search(r"^# (.+)$", page, re.MULTILINE)
    return found[1] if found else ""


def main() -> None:
    """Write all pages, and remove what is no page any more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"docs/reference/{name}")


if __name__ == "__main__":
    main()
