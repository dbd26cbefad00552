"""What a role does not see, it cannot reach by typing the address either."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.product import product

CATALOG = product()
ROLES = {
    "guard": "guard.chhy",
    "cashier": "cashier.th",
    "estate_clerk": "estate_clerk.th",
    "executive": "executive.g",
}


def post(person: Person, path: str) -> int:
    """Send a form by hand, with all that a real form carries."""
    token = person.page.locator("meta[name=csrf]").get_attribute("content")
    form = {"csrf_token": str(token), "ids": "1", "_request": path}
    answer = person.page.request.post(person.base + path, form=form, max_redirects=0)
    return answer.status


@pytest.mark.parametrize("role", sorted(ROLES))
def test_buttons_that_are_hidden_are_refused(person: Callable[..., Person], role: str) -> None:
    someone = person(ROLES[role])
    granted = CATALOG.roles[role]
    wrong = []
    for name, entity in CATALOG.entities.items():
        if entity.part_of:
            continue
        for button in entity.buttons:
            if _may(granted.name, name, button):
                continue
            path = f"/e/{name}/button/{button}"
            for status in (someone.page.request.get(f"{someone.base}{path}?ids=1").status,
                           post(someone, path)):  # fmt: skip
                wrong += [f"{path}: {status}"] if status not in (403, 404) else []

    assert not wrong, "\n".join(wrong)


def _may(role: str, entity: str, right: str) -> bool:
    """Tell whether a role, or one that it includes, has a right in the metadata."""
    roles, seen = [role], set()
    while roles:
        one = roles.pop()
        seen.add(one)
        roles += [r for r in CATALOG.roles[one].includes if r not in seen]
    rights = CATALOG.entity(entity).rights
    return any(right in rights.by_role[one].can for one in seen if one in rights.by_role)


def test_a_guard_finds_no_way_to_the_money(person: Callable[..., Person]) -> None:
    guard = person("guard.chhy")
    guard.go("/e/room/")
    expect(guard.page.get_by_role("link", name="新增", exact=True)).to_have_count(0)
    expect(guard.page.get_by_role("link", name=re.compile("收費台|收款單"))).to_have_count(0)
    for path in (
        "/e/room/new", "/e/payment/", "/e/receivable/", "/s/charging.counter",
        "/s/charging.ageing", "/e/room/import", "/admin/rights", "/print/receipt?ids=1",
    ):  # fmt: skip
        assert guard.go(path) in (403, 404), path
        expect(guard.page.get_by_role("main")).to_be_visible()
