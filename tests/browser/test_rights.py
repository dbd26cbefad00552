"""Whoever looks after rights sees them work at once, and can say why."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Person


def test_a_right_that_is_taken_away_is_gone_with_the_next_page(
    person: Callable[..., Person],
) -> None:
    admin, cashier = person("admin"), person("cashier.nh")
    assert cashier.go("/s/charging.counter") == 200
    _let_cashiers_take(admin, allowed=False)
    try:
        assert cashier.go("/s/charging.counter") == 403
        cashier.go("/")
        expect(cashier.page.get_by_role("main").get_by_role("link", name="收費台")).to_have_count(0)
    finally:
        _let_cashiers_take(admin, allowed=True)
    assert cashier.go("/s/charging.counter") == 200


def _let_cashiers_take(admin: Person, *, allowed: bool) -> None:
    admin.go("/admin/rights?role=cashier")
    admin.page.locator('input[name=right][value="payment.take"]').set_checked(allowed)
    admin.page.get_by_role("button", name="儲存").click()
    expect(admin.page.get_by_text("項權限").first).to_be_visible()


def test_a_person_is_told_why_he_may_see_a_record(person: Callable[..., Person]) -> None:
    clerk = person("estate_clerk.th")
    clerk.go("/e/room/?sort=id")
    row = clerk.page.get_by_role("row").nth(1).get_by_role("link").first
    room = str(row.get_attribute("href"))
    assert clerk.go(f"{room}/why") == 200
    main = clerk.page.get_by_role("main")
    expect(main.get_by_text("可以。")).to_be_visible()
    expect(main.get_by_text("您在該單位有「房產管理員」角色")).to_be_visible()
