"""A reduction from hand-in to its effect, through the screens of the people who decide on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from engine.storage.database import engine_for
from tests.browser.conftest import Company, Person
from tests.browser.test_a_month import fact, fill, look_up, press, section
from tests.browser.test_phone import WIDE

OFF = Decimal("2755.35")  # of each of two bills: above 5,000 together, and with cents
PEOPLE = {
    "asker": "customer_service.th",
    "head": "office_head.th",
    "manager": "branch_manager.gd",
    "finance": "hq_finance.g",
    "operations": "hq_operations.g",
    "clerk": "estate_clerk.th",
}
_ROOMS = text("""
    select r.full_no, array_agg(b.no order by b.due_on, b.id) as bills
    from receivable b join room r on r.id = b.room_id join estate e on e.id = r.estate_id
    where e.code = 'HYGJ' and b.state = 'published' and b.open = b.amount and b.open > 3000
      and not exists (select from reduction_line l join reduction d on d.id = l.reduction_id
        where d.room_id = r.id and d.state in ('draft', 'submitted'))
    group by r.id, r.full_no having count(*) >= 2 order by r.full_no""")
_BILLS = text("select id, no, amount, reduced, open from receivable where no = any (:bills)")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_reduction_from_hand_in_to_effect(
    person: Callable[..., Person], company: Company, phone: bool
) -> None:
    room, bills = a_room_in_arrears(company)
    at = {name: person(login, phone=phone) for name, login in PEOPLE.items()}

    case = it_is_handed_in(at["asker"], room, bills)
    decide(at["head"], case, "同意", "現場已核實。")
    returned(at["manager"], case)
    handed_in_again(at["asker"], case)
    still_not_asked_again(at["head"], case)
    decide(at["manager"], case, "同意", "資料齊全。")
    a_signer_is_added(at["finance"], case)
    urged(at["asker"], case)
    decide(at["clerk"], case, "同意", "面積無誤。")
    decide(at["finance"], case, "同意", "賬目無誤。")
    expect(at["finance"].page.get_by_role("heading", level=1)).to_contain_text("進行中")
    assert {row.reduced for row in read(company, bills)} == {0}  # one of two is not enough
    decide(at["operations"], case, "同意", "服務記錄無誤。")
    expect(at["operations"].page.get_by_role("heading", level=1)).to_contain_text("已批准")

    the_bills_owe_less(at["asker"], company, bills)
    the_log_tells_it(at["asker"], case)
    the_lists_say(at, person("cashier.th", phone=phone), case)
    for one in at.values():
        assert not one.troubles


def a_room_in_arrears(company: Company) -> tuple[str, list[str]]:
    with engine_for(company.database_url).connect() as connection:
        row = connection.execute(_ROOMS).first()
    assert row is not None, "the demo company has no office with two big unpaid bills"
    return row.full_no, list(row.bills[:2])


def whole(one: Person) -> Page:
    """Return the page, which must not scroll sideways."""
    one.page.wait_for_load_state("networkidle")
    assert not one.page.evaluate(WIDE), f"{one.page.url} scrolls sideways"
    return one.page


def opened(one: Person, case: str) -> Page:
    assert one.go(case) == 200
    return whole(one)


def in_dialog(one: Person, name: str) -> None:
    """Press the button of the open dialog, and see that nothing was wrong with it."""
    whole(one)
    dialog = one.page.get_by_role("dialog")
    press(dialog, name)
    expect(dialog).to_have_count(0)
    whole(one)


def it_is_handed_in(asker: Person, room: str, bills: list[str]) -> str:
    page = asker.page
    asker.go("/e/reduction/new")
    look_up(page, "房間", room)
    for bill in bills:
        press(page, "新增一行")
        whole(asker)
        line = page.locator("tr[data-line]:visible").last
        box = line.get_by_role("combobox", name="賬單").and_(page.locator("input"))
        with page.expect_response(lambda r, bill=bill: f"q={bill}" in r.url):
            box.press_sequentially(bill)
        page.get_by_role("option").filter(has_text=bill).first.click()
        line.get_by_role("textbox", name="減免本金").fill(str(OFF))
    fill(page, "減免原因", "整層空置，按補充協議減免")
    press(page, "儲存")
    whole(asker)
    press(page, "提交審批")
    coming = page.get_by_role("dialog").get_by_role("listitem")
    expect(coming).to_have_count(3)  # who will be asked, before anybody is
    expect(coming.nth(0)).to_contain_text("管理處主任")
    expect(coming.nth(1)).to_contain_text("分公司經理")
    expect(coming.nth(2)).to_contain_text("總部會簽")
    expect(coming.nth(2)).to_contain_text("、")  # both signers by name
    press(page.get_by_role("dialog"), "提交審批")
    page.wait_for_url("**/flows/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text("5,510.70")
    whole(asker)
    return page.url.removeprefix(asker.base)


def decide(one: Person, case: str, name: str, opinion: str) -> None:
    """Find the case among those that wait, say something, press."""
    page = opened(one, "/flows/")
    count = page.locator("nav.views [aria-current=page] .count")
    before = int(count.inner_text())
    page.locator(f'main a[href="{case}"]').first.click()
    whole(one)
    fill(page, "意見", opinion)
    press(page.locator(".decision"), name)
    whole(one)
    expect(page.locator(".decision")).to_have_count(0)
    expect(page.locator(".timeline")).to_contain_text(opinion)
    opened(one, "/flows/")
    expect(page.locator(f'main a[href="{case}"]')).to_have_count(0)
    badge = page.locator(".tabbar .dot-n" if page.locator(".tabbar").is_visible() else ".nav-n")
    if before > 1:
        expect(badge.first).to_have_text(str(before - 1))
    else:
        expect(badge).to_have_count(0)
    opened(one, case)


def returned(manager: Person, case: str) -> None:
    page = opened(manager, case)
    press(page.locator(".decision"), "退回")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("退回到")).to_contain_text("發起人")
    dialog.get_by_text("改好後直接回到我").click()
    press(dialog, "退回")  # nobody is sent back without a reason
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert all("422" in trouble for trouble in manager.troubles)  # as the browser notes a refusal
    manager.troubles.clear()
    expect(dialog.get_by_label("改好後直接回到我")).to_be_checked()  # what was chosen stays
    fill(dialog, "意見", "請補空置證明")
    in_dialog(manager, "退回")
    expect(page.locator(".vsteps")).to_contain_text("退回發起人")


def handed_in_again(asker: Person, case: str) -> None:
    page = opened(asker, "/flows/")
    page.locator(f'main a[href="{case}"]').first.click()
    whole(asker)
    expect(page.locator(".vsteps")).to_contain_text("請補空置證明")
    fill(page, "意見", "證明已附")
    press(page.locator(".decision"), "重新提交")
    whole(asker)
    active = page.locator(".vsteps > li.active")
    expect(active).to_have_count(1)
    expect(active).to_contain_text("分公司經理")  # straight back to who returned it


def still_not_asked_again(head: Person, case: str) -> None:
    page = opened(head, "/flows/")
    expect(page.locator(f'main a[href="{case}"]')).to_have_count(0)


def a_signer_is_added(finance: Person, case: str) -> None:
    page = opened(finance, case)
    page.get_by_role("main").get_by_role("button", name="更多").click()
    page.get_by_role("main").get_by_role("link", name="加簽", exact=True).click()
    dialog = page.get_by_role("dialog")
    box = dialog.get_by_role("combobox", name=re.compile("^人員")).and_(dialog.locator("input"))
    box.last.click()
    with page.expect_response(lambda r: f"q={PEOPLE['clerk']}" in r.url):
        box.last.press_sequentially(PEOPLE["clerk"])
    page.get_by_role("option").filter(has_text=PEOPLE["clerk"]).first.click()
    dialog.get_by_text("前加簽：由其先審批").click()
    fill(dialog, "意見", "請房產核對面積")
    in_dialog(finance, "加簽")
    expect(page.locator(".vsteps > li.active")).to_contain_text("等待加簽人")
    expect(page.locator(".decision")).to_have_count(0)  # the other comes first


def urged(asker: Person, case: str) -> None:
    page = opened(asker, case)
    press(page.get_by_role("main"), "催辦")
    in_dialog(asker, "催辦")
    expect(page.locator(".timeline")).to_contain_text("催辦")


def read(company: Company, bills: list[str]) -> list[object]:
    with engine_for(company.database_url).connect() as connection:
        return list(connection.execute(_BILLS, {"bills": bills}))


def the_bills_owe_less(asker: Person, company: Company, bills: list[str]) -> None:
    for row in read(company, bills):
        assert row.reduced == OFF  # type: ignore[attr-defined]
        assert row.open == row.amount - OFF  # type: ignore[attr-defined]
        asker.go(f"/e/receivable/{row.id}")  # type: ignore[attr-defined]
        assert fact(whole(asker), "未收") == row.open  # type: ignore[attr-defined]


def the_log_tells_it(asker: Person, case: str) -> None:
    page = opened(asker, case)
    log = section(page, "流程記錄").locator(".timeline > li")
    told = [re.sub(r"\s+", " ", text) for text in log.all_inner_texts()][::-1]
    expected = [
        "發起", "同意", "退回", "重新提交", "同意", "加簽", "催辦", "同意", "同意", "同意",
    ]  # fmt: skip
    assert len(told) == len(expected), told
    for line, word in zip(told, expected, strict=True):
        assert word in line
    for opinion in ("現場已核實。", "請補空置證明", "證明已附", "面積無誤。", "服務記錄無誤。"):
        assert any(opinion in line for line in told), opinion


def the_lists_say(at: dict[str, Person], cashier: Person, case: str) -> None:
    """See what the four lists hold for each: who decided, who asked, who was told."""
    holds = {"asker": {"started"}} | {n: {"done"} for n in PEOPLE if n != "asker"}
    for name, lists in holds.items():
        for kind in ("todo", "done", "started", "copies"):
            page = opened(at[name], f"/flows/?list={kind}")
            line = page.locator(f'main a[href="{case}"]')
            expect(line.first if kind in lists else line).to_have_count(1 if kind in lists else 0)
            if kind in lists:
                expect(line.first).to_contain_text("已批准")
    page = opened(cashier, "/flows/?list=copies")
    expect(page.locator(f'main a[href="{case}"]')).to_contain_text("未讀")
    opened(cashier, case)
    page = opened(cashier, "/flows/?list=copies")
    expect(page.locator(f'main a[href="{case}"]')).not_to_contain_text("未讀")
    assert not cashier.troubles
