"""Reads what a page of docs/ tells its reader to write and to type.

The words after a fence's language say what becomes of the block; a reader sees none of them:

    yaml file=models/a.yaml                           the whole file
    yaml file=models/a.yaml end-of=entities           pasted at the end of that map
    yaml file=models/a.yaml instead-of=entities.a.no  in the place of what stands there
    console                                           commands after `$ ` and what they print

In what a command prints, `…` stands for any text.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
_FENCE = re.compile(r"^```(\S+)(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page."""

    language: str
    words: dict[str, str]
    text: str
    line: int  # where it stands in the page

    def commands(self) -> Iterator[tuple[str, str]]:
        """Return each command with what the page says it prints."""
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            command, _, printed = re.sub(r" *\\\n *", " ", part).partition("\n")
            yield command, printed


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page in order; `page` is its name below docs/."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [_block(found, text) for found in _FENCE.finditer(text)]


def _block(found: re.Match[str], text: str) -> Block:
    pairs = (word.partition("=") for word in shlex.split(found[2]))
    words = {name: value for name, _, value in pairs}
    return Block(found[1], words, found[3], text.count("\n", 0, found.start()) + 1)


def written(block: Block, before: str) -> str:
    """Return a file's text after the reader did what the block says."""
    if "end-of" in block.words:
        _, end = _span(before, block.words["end-of"])
        return before[:end] + block.text + before[end:]
    if "instead-of" in block.words:
        start, end = _span(before, block.words["instead-of"])
        return before[:start] + block.text + before[end:]
    return block.text


def _span(text: str, path: str) -> tuple[int, int]:
    """Return where the key of a path and all that belongs to it begins and ends.

    Raises:
        ValueError: it is not there.
    """
    start, end, indent, begin = 0, len(text), -1, 0
    for name in path.split("."):
        key = re.compile(rf"^( {{{indent + 1},}}){re.escape(name)}:", re.MULTILINE)
        found = key.search(text, start, end)
        if found is None:
            raise ValueError(f"there is no {path!r} in:\n{text}")
        indent, begin, start = len(found[1]), found.start(), found.end()
        end = min(end, _end(text, start, indent))
    return begin, end


def _end(text: str, start: int, indent: int) -> int:
    """Return where lines begin that are no deeper than `indent`."""
    # A list may stand as far left as its key, so `-` goes on with it.
    after = re.compile(rf"^ {{0,{indent}}}[^\s#-]", re.MULTILINE).search(text, start)
    return after.start() if after else len(text)


def fits(expected: str, printed: str) -> bool:
    """Tell whether what was printed is what the page shows."""
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("…"))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None
