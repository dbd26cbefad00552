"""The pages of docs/how-to/ are followed to the letter, by somebody who did the tutorial."""

from __future__ import annotations

import re

import pytest

from engine.cli._sample import DEMO_PASSWORD
from tests.docs.pages import DOCS, blocks_of
from tests.docs.reader import Reader
from tests.web.company_app import sign_in


def _is_typed(page: str) -> bool:
    return any(b.language == "console" and "not-run" not in b.words for b in blocks_of(page))


PAGES = sorted(
    page for path in (DOCS / "how-to").glob("*.md") if _is_typed(page := f"how-to/{path.name}")
)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_true(lending: Reader, page: str) -> None:
    lending.follow(page)


def test_the_print_of_the_page_is_a_pdf(lending: Reader) -> None:
    lending.follow("how-to/prints.md")
    client = sign_in(lending.app.test_client(), "customer_service.bj", DEMO_PASSWORD)

    answer = client.get("/print/loan_slip?ids=1", follow_redirects=True)

    assert answer.content_type == "application/pdf"
    assert answer.get_data().startswith(b"%PDF")


def test_every_page_is_in_the_list_of_pages() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (DOCS / "how-to" / "README.md").read_text()))

    assert listed == {p.name for p in (DOCS / "how-to").glob("*.md")} - {"README.md"}
