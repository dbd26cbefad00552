"""A month in an office, in the browser, as the people whose work it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Person

People = Callable[..., Person]
EXAMPLES = Path(__file__).parents[2] / "examples"
ESTATE, BUILDING, NEW_BUILDING = "翠湖花園", "1棟", "9棟"
ITEM = "住宅物業服務費"
THIS_MONTH = date.today().replace(day=1)
MONTH_END = THIS_MONTH - timedelta(days=1)
MONTH = MONTH_END.replace(day=1)  # last month: its bills are due by now


def press(place: Page | Locator, name: str | re.Pattern[str]) -> None:
    """Press a button, or a link that looks like one, and wait for what follows."""
    exact = isinstance(name, str)
    found = place.get_by_role("button", name=name, exact=exact)
    found.or_(place.get_by_role("link", name=name, exact=exact)).first.click()
    page = place if isinstance(place, Page) else place.page
    page.wait_for_load_state("networkidle")


def look_up(place: Page | Locator, label: str, text: str) -> None:
    """Choose a linked record by typing a part of its name."""
    box = place.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.press_sequentially(text)
    page = place if isinstance(place, Page) else place.page
    page.get_by_role("option", name=text).first.click()


def says(page: Page, text: str | re.Pattern[str]) -> None:
    """Expect a sentence on the page."""
    expect(page.get_by_role("main").get_by_text(text).first).to_be_visible()


def fact(page: Page, label: str) -> str:
    """Return what the top of a record says beside a label."""
    row = page.locator("dl.facts > div").filter(has=page.get_by_text(label, exact=True))
    return row.locator("dd").inner_text().strip()


def amount(text: str) -> float:
    return float(re.sub(r"[^\d.-]", "", text) or "0")


@pytest.mark.slow
def test_a_month_from_the_workbook_to_the_arrears(person: People) -> None:
    clerk = person("estate_clerk.th")
    rooms_come_from_the_customers_workbook(clerk)
    rooms_are_made_by_pattern_but_never_twice(clerk)
    a_fee_item_gets_a_price(person("hq_finance.g"))
    accountant, head = person("accountant.th"), person("office_head.th")
    rooms_get_the_fee(accountant)
    run = the_month_is_billed(accountant, head)
    the_notices_are_printed(accountant)
    room = a_room_that_owes(accountant, run)
    cashier = person("cashier.th")
    payment = a_part_is_paid_in_two_ways(cashier, room)
    the_rest_and_more_is_paid(cashier, room)
    the_first_payment_is_reversed(cashier, payment, room)
    the_day_is_closed(cashier)
    the_arrears_are_read(head, room)


def rooms_come_from_the_customers_workbook(clerk: Person) -> None:
    page = clerk.page
    clerk.go("/e/room/")
    press(page, "匯出與匯入")
    press(page, "匯入")
    page.set_input_files("input[type=file]", EXAMPLES / "rooms_messy.xlsx")
    press(page, "下一步")

    # A head the system does not know is told once, by the person.
    page.get_by_label("樓棟").select_option(label="樓宇")
    press(page, "預覽")
    says(page, "套內面積不能大於建築面積")
    says(page, re.compile("沒有.*豪華大宅"))
    with page.expect_download() as download:
        page.get_by_role("link", name="下載有錯誤的行及原因").click()
    sheet = load_workbook(BytesIO(download.value.path().read_bytes())).active
    assert sheet is not None
    reasons = [row[-1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert sheet.cell(1, sheet.max_column).value == "原因"
    assert reasons and all(reasons)

    press(page, re.compile(r"匯入 \d+ 行"))
    says(page, "匯入完成")
    press(page, "開啟清單")
    clerk.go("/search?q=9-1-101")
    says(page, "9-1-0101")


def rooms_are_made_by_pattern_but_never_twice(clerk: Person) -> None:
    page = clerk.page
    clerk.go("/s/estate.generator")
    look_up(page, "樓盤", ESTATE)
    page.get_by_label("或新樓宇的棟號").fill("88")
    page.get_by_label("最高樓層").fill("5")
    page.get_by_label("跳過的樓層").fill("4")
    page.get_by_label("各房號的面積").fill("* = 88.50")
    press(page, "預覽")
    says(page, "88-1-0101")
    expect(page.get_by_text("88-1-0401")).to_have_count(0)
    press(page, "生成 16 個房間")
    says(page, "16")

    clerk.go("/s/estate.generator")
    look_up(page, "樓盤", ESTATE)
    look_up(page, "樓宇", "88")
    page.get_by_label("最高樓層").fill("5")
    press(page, "預覽")
    says(page, re.compile("16 個房號已存在"))
    expect(page.get_by_role("button", name=re.compile("^生成"))).to_have_count(0)


def a_fee_item_gets_a_price(finance: Person) -> None:
    page = finance.page
    finance.go("/e/fee_item/new")
    page.get_by_label("項目編碼").fill("ZZWY")
    page.get_by_label("項目名稱").fill(ITEM)
    page.get_by_role("tab", name="週期與到期").click()
    page.get_by_label("到期天數").fill("10")
    press(page, "儲存")
    press(page, "啟用")
    expect(page.locator("h1")).to_contain_text("啟用")

    page.locator("section").filter(has_text="價格版本").get_by_role("link", name="新增").click()
    page.get_by_label("單價").fill("2.8")
    page.get_by_label("生效日期").fill(f"{MONTH.year - 1}-01-01")
    press(page, "儲存")
    says(page, "已儲存。")


def rooms_get_the_fee(accountant: Person) -> None:
    page = accountant.page

    def link(building: str, *, preview: bool) -> None:
        accountant.go("/e/room_fee/")
        press(page, "批量關聯")
        dialog = page.get_by_role("dialog")
        look_up(dialog, "收費項目", ITEM)
        look_up(dialog, "樓盤", ESTATE)
        look_up(dialog, "樓宇", building)
        dialog.get_by_label("起計日期").fill(MONTH.isoformat())
        dialog.get_by_label("只預覽數量").set_checked(preview)
        press(dialog, "批量關聯")

    link(BUILDING, preview=True)
    expect(page.get_by_text(re.compile(r"將關聯 \d+ 個房間"))).to_be_visible()
    link(BUILDING, preview=False)
    expect(page.get_by_text(re.compile(r"已關聯 \d+ 個房間"))).to_be_visible()
    link(NEW_BUILDING, preview=False)
    expect(page.get_by_text(re.compile(r"已關聯 \d+ 個房間"))).to_be_visible()


def the_month_is_billed(accountant: Person, head: Person) -> str:
    page = accountant.page
    accountant.go("/e/bill_run/new")
    look_up(page, "範圍（組織）", "天河管理處")
    look_up(page, "僅此樓盤", ESTATE)
    page.get_by_label("出賬日期由").fill(MONTH.isoformat())
    page.get_by_label("至", exact=True).fill(MONTH_END.isoformat())
    press(page, "儲存")
    run = page.url.rstrip("/")
    press(page, "計算")
    says(page, re.compile(r"已生成 [\d,]+ 張賬單"))
    assert amount(fact(page, "賬單數")) > 0

    # The rooms of the workbook have no payer yet: skipped, and the list says why.
    assert amount(fact(page, "跳過數")) > 0
    says(page, "無繳費人")
    press(page, "核對完成")
    expect(page.locator("h1")).to_contain_text("已核對")
    expect(page.get_by_role("button", name="發佈")).to_have_count(0)

    head.go(run.removeprefix(head.base))
    press(head.page, "發佈")
    press(head.page.get_by_role("dialog"), "確定")
    expect(head.page.locator("h1")).to_contain_text("已發佈")
    return run


def the_notices_are_printed(accountant: Person) -> None:
    page = accountant.page
    accountant.go("/e/notice/")
    press(page, "生成通知單")
    dialog = page.get_by_role("dialog")
    look_up(dialog, "樓盤", ESTATE)
    look_up(dialog, "樓宇", BUILDING)
    press(dialog, "生成通知單")
    expect(page.get_by_text(re.compile(r"已生成 \d+ 張通知單"))).to_be_visible()


def a_room_that_owes(accountant: Person, run: str) -> str:
    page = accountant.page
    accountant.go(run.removeprefix(accountant.base))
    bills = page.locator("section").filter(has=page.get_by_role("heading", name="賬單"))
    return bills.locator("tbody tr").first.locator("td").nth(1).inner_text().strip()


def a_part_is_paid_in_two_ways(cashier: Person, room: str) -> str:
    page = cashier.page
    cashier.go("/")
    page.get_by_role("navigation", name="快捷入口").get_by_role("link", name="收費台").click()
    find = page.get_by_label("房號、姓名、電話或車牌")
    find.fill(room)
    press(page.get_by_role("main"), "搜尋")
    return ""


def the_rest_and_more_is_paid(cashier: Person, room: str) -> None: ...


def the_first_payment_is_reversed(cashier: Person, payment: str, room: str) -> None: ...


def the_day_is_closed(cashier: Person) -> None: ...


def the_arrears_are_read(head: Person, room: str) -> None: ...
