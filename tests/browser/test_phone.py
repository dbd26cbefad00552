"""A cashier with nothing but a phone."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.browser.conftest import Person

SMALL = """() => [...document.querySelectorAll(
    'main button, main a.btn, main .cards a, main .picks a, main .shortcuts a, main a.kpi, '
    + 'main input:not([type=hidden]):not([type=checkbox]):not([type=radio]):not([type=file]), '
    + 'main select, .tabbar a, .tabbar button, .topbar button, .topbar a')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.visually-hidden'))
  .map(e => [(e.closest('.ts-control, .q') || e).getBoundingClientRect(), e])
  .filter(([r]) => r.width > 1 && (r.height < 43.5 || r.width < 43.5))
  .map(([r, e]) => `${Math.round(r.width)}×${Math.round(r.height)} ${e.outerHTML.slice(0, 120)}`)"""
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"


def fits_a_thumb(page: Page) -> None:
    """Expect no sideways scroll, and nothing to press that is smaller than 44 pixels."""
    assert not page.evaluate(WIDE), f"{page.url} scrolls sideways"
    small = page.evaluate(SMALL)
    assert not small, f"{page.url}:\n" + "\n".join(small)


def test_a_part_payment_is_taken_on_a_phone(person: Callable[..., Person]) -> None:
    cashier = person("cashier.nh", phone=True)  # whose day no other test closes
    page = cashier.page
    fits_a_thumb(page)
    cashier.go("/e/receivable/?view=overdue")
    fits_a_thumb(page)
    room = page.locator(".cards a b").first.inner_text().strip()

    page.get_by_role("navigation", name="快捷").get_by_role("link", name="收費台").click()
    page.wait_for_load_state("networkidle")
    fits_a_thumb(page)
    page.get_by_label("房號、姓名、電話或車牌").fill(room)
    page.get_by_role("main").get_by_role("button", name="搜尋").click()
    page.wait_for_load_state("networkidle")
    found = page.get_by_role("list", name="找到的房間").get_by_role("link")
    if found.count():  # of several estates; a single room is open already
        found.first.click()
        page.wait_for_load_state("networkidle")
    fits_a_thumb(page)

    page.get_by_label("微信支付", exact=True).fill("1.00")
    expect(page.get_by_text("收款後尚欠")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="收款", exact=True).click()
    expect(page.get_by_role("main").get_by_text("¥1.00").first).to_be_visible()
    fits_a_thumb(page)
    assert not cashier.troubles


def test_the_office_reads_arrears_on_a_phone(person: Callable[..., Person]) -> None:
    head = person("office_head.th", phone=True)
    for path in (
        "/", "/e/room/", "/s/charging.ageing", "/s/charging.progress",
        f"/search?q={quote('3棟1單元502')}", "/e/dunning/new", "/inbox/",
    ):  # fmt: skip
        assert head.go(path) == 200
        fits_a_thumb(head.page)
    assert not head.troubles
