"""docs/tutorial.md is followed to the letter."""

from __future__ import annotations

from tests.docs.reader import Reader


def test_the_tutorial_is_true(company: Reader) -> None:
    company.follow("tutorial.md")

    assert company.ask_database("select count(*) from loan where state = 'returned'") == 1
    events = company.ask_database(
        "select string_agg(event, ' ' order by id) from wy_audit where entity = 'loan'"
    )
    assert events == "create change"
