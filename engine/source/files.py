"""Where texts come from: a folder, or a map that a release or a test keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """Named files; names are relative with forward slashes."""

    def read(self, name: str) -> bytes | None:
        """Return the content; None when there is no such file."""

    def size_bytes(self, name: str) -> int:
        """Return how long the content is, without reading it; 0 when there is none."""

    def matching(self, pattern: str) -> list[str]:
        """Return the names that match a pattern with `*`, `**` and `?`, sorted."""

    def has_folder(self, name: str) -> bool:
        """Tell whether some file stands below that folder."""


class Folder:
    """The files of a project on disk; nothing outside its root is ever read."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def _path(self, name: str) -> Path | None:
        path = (self.root / name).resolve()
        return path if path.is_file() and path.is_relative_to(self.root) else None

    def read(self, name: str) -> bytes | None:
        """Return the content; None when there is no such file, or a link leads outside."""
        path = self._path(name)
        return path.read_bytes() if path else None

    def size_bytes(self, name: str) -> int:
        """Return the size on disk."""
        path = self._path(name)
        return path.stat().st_size if path else 0

    def matching(self, pattern: str) -> list[str]:
        """Return the matching names, sorted."""
        try:
            found = [p.relative_to(self.root).as_posix() for p in self.root.glob(pattern)]
        except ValueError:  # such as 'a**b'
            return []
        return sorted(name for name in found if self._path(name))

    def has_folder(self, name: str) -> bool:
        """Tell whether the folder exists."""
        return (self.root / name).is_dir()


class TextFiles:
    """Files kept in memory."""

    def __init__(self, texts: Mapping[str, str | bytes]) -> None:
        self.texts = texts

    def read(self, name: str) -> bytes | None:
        """Return the content as bytes."""
        found = self.texts.get(name)
        return found.encode() if isinstance(found, str) else found

    def size_bytes(self, name: str) -> int:
        """Return the length in bytes."""
        return len(self.read(name) or b"")

    def matching(self, pattern: str) -> list[str]:
        """Return the matching names, sorted."""
        wanted = re.compile(_as_regex(pattern))
        return sorted(name for name in self.texts if wanted.fullmatch(name))

    def has_folder(self, name: str) -> bool:
        """Tell whether some name begins with the folder's."""
        return any(one.startswith(f"{name}/") for one in self.texts)


def _as_regex(pattern: str) -> str:
    signs = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return "".join(signs.get(part) or re.escape(part) for part in parts)
