"""A month in an office, in the browser, as the people whose work it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Person

Place = Page | Locator
EXAMPLES = Path(__file__).parents[2] / "examples"
OFFICE, ESTATE = "天河管理處", "翠湖花園"
OLD, NEW = "3棟", "9棟"  # lived in; empty until the workbook is read
CODE, ITEM = "YL88", "園林養護費"
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()
FIRST = TODAY.replace(day=1)
LAST = (FIRST + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def test_a_month_from_the_workbook_to_the_arrears(person: Callable[..., Person]) -> None:
    clerk = person("estate_clerk.th")
    rooms_come_from_the_customers_workbook(clerk)
    rooms_are_made_by_pattern_but_never_twice(clerk)
    a_fee_item_gets_a_price(person("hq_finance.g"))
    accountant = person("accountant.th")
    rooms_get_the_fee(accountant)
    run = the_month_is_computed_and_checked(accountant)
    head = person("office_head.th")
    room = the_month_is_published(head, run)
    the_notices_of_a_building_are_printed(accountant)
    cashier = person("cashier.th")
    the_payer_is_found_however_he_is_called(cashier, room)
    payment = a_part_is_paid_in_two_ways(cashier, room)
    the_receipt_is_printed(cashier, payment)
    more_than_is_owed_becomes_a_prepayment(cashier, room)
    the_part_payment_is_reversed(cashier, payment)
    the_day_is_closed_with_a_reason(cashier)
    the_arrears_are_read_and_chased(head, room)
    a_reduction_is_a_document(cashier, head, room)
    for one in (clerk, accountant, head, cashier):
        assert not one.troubles


# How a person does things on any screen


def press(place: Place, name: str | re.Pattern[str]) -> None:
    """Press a button, or a link that looks like one, and wait for what follows."""
    exact = isinstance(name, str)
    button = place.get_by_role("button", name=name, exact=exact)
    button.or_(place.get_by_role("link", name=name, exact=exact)).first.click()
    page_of(place).wait_for_load_state("networkidle")


def answer(page: Page, name: str) -> None:
    """Press a button of the open dialog; it is done when the dialog is gone."""
    dialog = page.get_by_role("dialog")
    press(dialog, name)
    expect(dialog).to_have_count(0)
    page.wait_for_load_state("networkidle")


def fill(place: Place, label: str, value: object) -> None:
    """Type into the box whose label begins like this."""
    place.get_by_role("textbox", name=re.compile(f"^{re.escape(label)}")).first.fill(str(value))


def look_up(place: Place, label: str, text: str) -> None:
    """Choose a linked record by typing a part of its name."""
    named = place.get_by_role("combobox", name=re.compile(f"^{re.escape(label)}"))
    box = named.and_(place.locator("input")).last
    box.click()
    page = page_of(place)
    with page.expect_response(lambda r: f"q={quote(text)}" in r.url):
        box.press_sequentially(text)
    page.get_by_role("option").get_by_text(text, exact=True).first.click()
    expect(box.locator("..").get_by_text(text, exact=True)).to_be_visible()


def page_of(place: Place) -> Page:
    return place if isinstance(place, Page) else place.page


def says(page: Page, text: str | re.Pattern[str]) -> None:
    """Expect words on the page."""
    expect(page.get_by_role("main").get_by_text(text).first).to_be_visible()


def fact(page: Page, label: str) -> Decimal:
    """Return the number at the top of a record."""
    row = page.locator("dl.facts > div").filter(has=page.get_by_text(label, exact=True))
    return amount(row.locator("dd").inner_text())


def amount(text: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.-]", "", text) or "0")


def section(page: Page, heading: str) -> Locator:
    """Return a part of a record's page by its heading."""
    title = page.get_by_role("heading", name=re.compile(f"^{heading}"))
    return page.locator("section").filter(has=title)


def paper(page: Page, name: str) -> bytes:
    """Return what a print in a menu gives."""
    link = page.locator('a[href^="/print/"]').filter(has_text=name).first
    answer = page.request.get(page.url.split("/e/")[0] + str(link.get_attribute("href")))
    assert answer.headers["content-type"] == "application/pdf"
    return bytes(answer.body())


# The estate


def rooms_come_from_the_customers_workbook(clerk: Person) -> None:
    page = clerk.page
    the_workbook_is_sent(clerk)
    expect(page.get_by_label("樓棟")).to_have_value("building")
    press(page, "預覽")
    says(page, "套內面積不能大於建築面積")
    says(page, "沒有名為「豪華大宅」的戶型")
    with page.expect_download() as download:
        page.get_by_role("link", name="下載有錯誤的行及原因").click()
    sheet = load_workbook(BytesIO(download.value.path().read_bytes())).worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    assert head[-1] == "原因"
    assert rows
    assert all(row[-1] for row in rows)

    press(page, re.compile(r"匯入 \d+ 行"))
    says(page, "匯入完成")

    # Taken back, and done once more.
    press(page, "撤回此次匯入")
    answer(page, "確定")
    says(page, "已撤回")
    press(page, "匯入記錄")
    expect(page.get_by_role("row").filter(has_text="rooms_messy.xlsx")).to_contain_text("已撤回")
    the_workbook_is_sent(clerk)
    press(page, "預覽")
    press(page, re.compile(r"匯入 \d+ 行"))
    says(page, "匯入完成")
    clerk.go("/search?q=9-1-101")
    says(page, "9-1-0101")


def the_workbook_is_sent(clerk: Person) -> None:
    page = clerk.page
    clerk.go("/e/room/")
    press(page, "匯出及匯入")
    press(page, "匯入")
    page.set_input_files("input[type=file]", EXAMPLES / "rooms_messy.xlsx")
    press(page, "下一步")


def rooms_are_made_by_pattern_but_never_twice(clerk: Person) -> None:
    page = clerk.page

    def plan(building: Callable[[], None]) -> None:
        clerk.go("/s/estate.generator")
        look_up(page, "樓盤", ESTATE)
        building()
        fill(page, "最高樓層", 5)
        fill(page, "跳過的樓層", 4)
        press(page, "預覽")

    plan(lambda: fill(page, "或新樓宇的棟號", 88))
    says(page, "88-1-0101")
    expect(page.get_by_text("88-1-0401")).to_have_count(0)
    press(page, "生成 16 個房間")
    says(page, "已生成 16 個房間。")

    plan(lambda: look_up(page, "樓宇", "88棟"))
    says(page, "有 16 個房號已存在")
    expect(page.get_by_role("button", name=re.compile("^生成"))).to_have_count(0)


# The fee and the bills


def a_fee_item_gets_a_price(finance: Person) -> None:
    page = finance.page
    finance.go("/e/fee_item/new")
    fill(page, "項目編碼", CODE)
    fill(page, "項目名稱", ITEM)
    page.get_by_role("tab", name="週期與到期").click()
    fill(page, "到期天數", 0)
    press(page, "儲存")

    press(section(page, "價格版本"), "新增")
    fill(page, "單價", "0.50")
    fill(page, "生效日期", f"{FIRST.year - 1}-01-01")
    press(page, "儲存")
    finance.go(f"/e/fee_item/?q={CODE}")
    press(page, CODE)
    press(page, "啟用")
    says(page, "已啟用。")


def rooms_get_the_fee(accountant: Person) -> None:
    page = accountant.page

    def link(building: str) -> Locator:
        accountant.go("/e/room_fee/")
        press(page, "批量關聯")
        dialog = page.get_by_role("dialog")
        look_up(dialog, "收費項目", ITEM)
        look_up(dialog, "樓盤", ESTATE)
        look_up(dialog, "樓宇", building)
        press(dialog, "預覽")
        return dialog

    def figure(dialog: Locator, label: str) -> Decimal:
        row = dialog.locator("dl.facts > div").filter(has_text=label)
        return amount(row.locator("dd").inner_text())

    # What was typed stays beside the figures; a change is counted again before it is done.
    dialog = link(NEW)
    handed_over = figure(dialog, "將處理")
    assert figure(dialog, "跳過") > 0
    expect(dialog.get_by_text("未交付，也未填起計日期")).to_be_visible()
    fill(dialog, "起計日期", FIRST)
    press(dialog, re.compile("^批量關聯"))
    figures = dialog.locator("dl.facts > div").filter(has_text="將處理").locator("dd")
    expect(figures).not_to_have_text(str(handed_over))
    wanted = figure(dialog, "將處理")
    assert wanted > handed_over
    answer(page, f"批量關聯 ({wanted})")
    says(page, f"已關聯 {wanted} 個房間")

    dialog = link(OLD)
    answer(page, f"批量關聯 ({figure(dialog, '將處理')})")
    says(page, re.compile(r"已關聯 \d+ 個房間"))


def the_month_is_computed_and_checked(accountant: Person) -> str:
    page = accountant.page
    accountant.go("/e/bill_run/new")
    look_up(page, "範圍（組織）", OFFICE)
    look_up(page, "僅此樓盤", ESTATE)
    fill(page, "出賬日期由", FIRST)
    fill(page, "至", LAST)
    press(page, "新增一行")
    look_up(page, "收費項目", ITEM)
    press(page, "儲存")
    press(page, "計算")
    assert fact(page, "賬單數") > 0

    # The rooms of the workbook have no payer yet: skipped, and the list says why.
    assert fact(page, "跳過數") > 0
    says(page, "無繳費人")
    press(page, "核對完成")
    expect(page.get_by_role("heading", level=1)).to_contain_text("已核對")
    expect(page.get_by_role("button", name="發佈")).to_have_count(0)
    return page.url.removeprefix(accountant.base)


def the_month_is_published(head: Person, run: str) -> str:
    page = head.page
    head.go(run)
    press(page, "發佈")
    answer(page, "發佈")
    expect(page.get_by_role("heading", level=1)).to_contain_text("已發佈")
    bills = section(page, "賬單").get_by_role("row")
    return bills.nth(1).get_by_role("cell").nth(1).inner_text().strip()


def the_notices_of_a_building_are_printed(accountant: Person) -> None:
    page = accountant.page
    accountant.go("/e/notice/")
    press(page, "生成通知單")
    dialog = page.get_by_role("dialog")
    look_up(dialog, "樓盤", ESTATE)
    look_up(dialog, "樓宇", OLD)
    answer(page, "生成通知單")
    says(page, re.compile(r"已生成 \d+ 張通知單"))
    accountant.go("/e/notice/?f.as_of=today")
    page.get_by_role("main").get_by_role("button", name="打印").click()
    assert paper(page, "繳費通知單").startswith(b"%PDF-")


# The counter


def the_payer_is_found_however_he_is_called(cashier: Person, room: str) -> None:
    page = cashier.page

    def find(words: str) -> Locator:
        """Return the rooms to choose from; the only one is open already."""
        cashier.go(f"/s/charging.counter?q={quote(words)}")
        listed = page.get_by_role("list", name="找到的房間").get_by_role("link")
        return listed.or_(page.locator("main dl.facts"))

    building, stairs, last = room.split("-")
    for spelling in (f"{building}棟{stairs}單元{last}", f"{building}-{stairs}-{last.lstrip('0')}"):
        expect(find(spelling).filter(has_text=room).first).to_be_visible()
    found = find(room).filter(has_text=room).first
    name = found.locator("span, dd >> nth=1").first.inner_text()
    expect(find(name).filter(has_text=room).first).to_be_visible()

    cashier.go("/e/owner_vehicle/")
    plate = page.get_by_role("row").nth(1).get_by_role("link").first.inner_text().strip()
    expect(find(plate).first).to_be_visible()
    cashier.go(f"/search?q={quote(name)}")
    expect(page.get_by_role("main").get_by_role("link", name=name).first).to_be_visible()


def the_counter_shows(cashier: Person, room: str) -> None:
    page = cashier.page
    cashier.go("/")
    page.get_by_role("navigation", name="快捷入口").get_by_role("link", name="收費台").click()
    page.get_by_label("房號、姓名、電話或車牌").fill(room)
    press(page.get_by_role("main"), "搜尋")
    found = page.get_by_role("link").filter(has_text=ESTATE)
    if found.count():
        found.filter(has=page.get_by_text(room, exact=True)).click()
        page.wait_for_load_state("networkidle")
    # Only the new bill is paid here; others may be open as well.
    page.get_by_label("選擇全部賬單").set_checked(True)
    page.get_by_label("選擇全部賬單").set_checked(False)
    page.get_by_role("row").filter(has_text=ITEM).get_by_role("checkbox").check()


def a_part_is_paid_in_two_ways(cashier: Person, room: str) -> str:
    page = cashier.page
    the_counter_shows(cashier, room)
    page.get_by_label("現金", exact=True).fill("10")
    page.get_by_label("微信支付", exact=True).fill("5.5")
    says(page, "收款後尚欠")
    press(page, "收款")
    says(page, "¥15.50")
    assert fact(page, "收款金額") == Decimal("15.50")
    assert fact(page, "轉預存款") == 0
    ways = page.get_by_role("row")
    expect(ways.filter(has_text="現金")).to_contain_text("¥10.00")
    expect(ways.filter(has_text="微信")).to_contain_text("¥5.50")
    return page.url.removeprefix(cashier.base)


def the_receipt_is_printed(cashier: Person, payment: str) -> None:
    page = cashier.page
    cashier.go(payment)
    section(page, "收據").get_by_role("row").nth(1).get_by_role("link").first.click()
    page.wait_for_load_state("networkidle")
    page.get_by_role("main").get_by_role("button", name="更多").click()
    assert paper(page, "收據").startswith(b"%PDF-")
    page.reload()
    says(page, "打印次數")


def more_than_is_owed_becomes_a_prepayment(cashier: Person, room: str) -> None:
    page = cashier.page
    the_counter_shows(cashier, room)
    page.get_by_role("button", name="現金: 填入餘額").click()
    owed = Decimal(page.get_by_label("現金", exact=True).input_value())
    page.get_by_label("現金", exact=True).fill(str(owed + 100))
    says(page, "轉入預存款")
    press(page, "收款")
    assert fact(page, "銷賬金額") == owed
    assert fact(page, "轉預存款") == 100


def the_part_payment_is_reversed(cashier: Person, payment: str) -> None:
    page = cashier.page
    cashier.go(payment)
    press(page, "沖銷")
    dialog = page.get_by_role("dialog")
    fill(dialog, "原因", "金額錄錯")
    answer(page, "沖銷")
    cashier.go(payment)
    expect(page.get_by_role("heading", level=1)).to_contain_text("已沖銷")

    # What it had paid is open again.
    section(page, "銷賬明細").get_by_role("link", name=re.compile("^CZ")).first.click()
    page.wait_for_load_state("networkidle")
    page.locator('main a[href^="/e/receivable/"]').first.click()
    page.wait_for_load_state("networkidle")
    assert fact(page, "未收") >= Decimal("15.50")


def the_day_is_closed_with_a_reason(cashier: Person) -> None:
    page = cashier.page
    cashier.go(f"/e/cashier_day/?f.day.from={TODAY}&f.day.to={TODAY}")
    days = page.get_by_role("table").get_by_role("row").filter(has_text=OFFICE)
    if days.count():
        days.get_by_role("link").first.click()
        page.wait_for_load_state("networkidle")
    else:
        cashier.go("/e/cashier_day/new")
        look_up(page, "管理處", OFFICE)
        press(page, "儲存")
    press(page, "取系統數")
    press(page, "編輯")
    counted = page.get_by_role("textbox", name="實點數")
    system = page.locator("table").locator("tbody tr:visible")
    expect(counted.first).to_be_visible()
    for n in range(counted.count()):
        taken = amount(system.nth(n).locator("td").nth(1).inner_text())
        counted.nth(n).fill(str(taken - 1 if n == 0 else taken))
    press(page, "儲存")
    assert fact(page, "差額") == -1  # before the day is closed
    press(page, "日結")
    answer(page, "日結")
    says(page, "有差額時必須填寫原因")

    press(page, "編輯")
    fill(page, "差額原因", "找零少 1 元")
    press(page, "儲存")
    press(page, "日結")
    answer(page, "日結")
    expect(page.get_by_role("heading", level=1)).to_contain_text("已結")


# The arrears


def the_arrears_are_read_and_chased(head: Person, room: str) -> None:
    page = head.page
    head.go("/")
    press(page.get_by_role("navigation", name="快捷入口"), "欠費清單")
    expect(page.get_by_role("heading", level=1)).to_contain_text("欠費清單")
    here = page.get_by_role("navigation", name="主選單").locator("[aria-current=page]")
    expect(here).to_have_text("欠費清單")
    expect(page.get_by_role("table").get_by_role("row").nth(1)).to_be_visible()

    head.go("/s/charging.ageing")
    expect(page.get_by_role("row").filter(has_text=ESTATE)).to_contain_text("¥")
    head.go("/s/charging.progress")
    page.get_by_label("樓宇").select_option(label=f"{ESTATE} {OLD}")
    press(page.get_by_role("main"), "檢視")
    expect(page.get_by_role("link").filter(has_text=room).first).to_be_visible()

    head.go("/e/dunning/new")
    look_up(page, "房間", room)
    page.get_by_text("二次電話", exact=True).click()
    page.get_by_label("結果").select_option(label="承諾繳費")
    fill(page, "承諾日期", TODAY + timedelta(days=7))
    fill(page, "溝通內容", "業主承諾下週付清")
    press(page, "儲存")
    says(page, "承諾繳費")


def a_reduction_is_a_document(cashier: Person, head: Person, room: str) -> None:
    page = cashier.page
    cashier.go("/e/reduction/new")
    look_up(page, "房間", room)
    press(page, "新增一行")
    bill = page.get_by_role("combobox", name="賬單").and_(page.locator("input"))
    bill.click()
    offered = page.get_by_role("option")
    expect(offered.filter(has_text=ITEM).first).to_be_visible()
    assert all(room in text for text in offered.all_inner_texts())
    offered.filter(has_text=ITEM).first.click()
    fill(page, "減免本金", "2")
    fill(page, "減免原因", "綠化施工影響")
    press(page, "儲存")
    press(page, "提交審批")
    press(page.get_by_role("dialog"), "提交審批")
    page.wait_for_url("**/flows/*")
    approval = page.url.removeprefix(cashier.base)
    expect(page.get_by_role("heading", level=1)).to_contain_text("進行中")

    page = head.page
    head.go(approval)
    press(page, "同意")
    expect(page.get_by_role("heading", level=1)).to_contain_text("已批准")
