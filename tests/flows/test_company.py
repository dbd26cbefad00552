"""The fixture itself: every scenario stands on it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.records import RecordService
from tests.flows.company import PEOPLE, catalog, catalog_with
from tests.flows.conftest import NewRequest, Work


def test_everybody_is_there(people: Mapping[str, int]) -> None:
    assert set(PEOPLE) <= set(people)


def test_a_request_is_a_draft_of_its_unit(new_request: NewRequest, work: Work) -> None:
    made = new_request("ann", amount=500, lines=["paper", {"item": "ink", "qty": 2, "price": 3}])

    found = RecordService(work("gus")).get("request", made)
    assert (found["state"], found["amount"], found["total"]) == ("draft", 500, 6)
    assert found["scope_unit"] == 3


def test_catalogs_are_made_once() -> None:
    assert catalog() is catalog()
    assert catalog_with() is catalog_with()
