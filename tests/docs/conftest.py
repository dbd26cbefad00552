"""A reader of the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.reader import Reader


@pytest.fixture
def reader(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader with an empty folder and a database of his own."""
    found = Reader(tmp_path, database_url, monkeypatch)
    yield found
    found.close()
