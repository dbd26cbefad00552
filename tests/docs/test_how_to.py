"""The pages of docs/how-to/ are followed to the letter, by somebody who did the tutorial."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import DOCS, blocks_of
from tests.docs.reader import Reader

PAGES = sorted(
    f"how-to/{path.name}"
    for path in (DOCS / "how-to").glob("*.md")
    if any(b.language == "console" and "not-run" not in b.words for b in blocks_of(f"how-to/{path.name}"))
)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_true(lending: Reader, page: str) -> None:
    lending.follow(page)


def test_every_page_is_in_the_list_of_pages() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (DOCS / "how-to" / "README.md").read_text()))

    assert listed == {p.name for p in (DOCS / "how-to").glob("*.md")} - {"README.md"}
