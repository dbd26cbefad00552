"""Every generic screen in a real browser: nothing broken, nothing from outside, fit to be read."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.test_phone import WIDE
from tests.product import product

CATALOG = product()
LISTED = [n for n, e in CATALOG.entities.items() if not e.part_of]
FORMS = [n for n in LISTED if CATALOG.entity(n).written_by == "people"]
ALL = os.environ.get("BROWSER_TESTS") == "all"  # else a sample, another one each run


def some(names: list[str], count: int) -> list[str]:
    return names if ALL else sorted(random.sample(names, min(count, len(names))))


PATHS = [
    "/", "/search?q=1-0502", "/inbox/", "/jobs", "/s/charging.counter", "/s/estate.generator",
    *(f"/e/{n}/" for n in some(LISTED, 8)),
    *(f"/e/{n}/new" for n in some(FORMS, 6)),
]  # fmt: skip


def violations(person: Person) -> list[str]:
    """Return what axe finds wrong, serious and critical."""
    found = Axe().run(person.page).response["violations"]
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_screens_are_whole_readable_and_keep_to_the_house(
    person: Callable[..., Person], phone: bool
) -> None:
    admin = person("admin", phone=phone)
    wrong: list[str] = []
    for path in PATHS:
        status = admin.go(path)
        wide = admin.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
        )
        wrong += [f"{path}: status {status}"] if status != 200 else []
        wrong += [f"{path}: scrolls sideways"] if wide else []
        wrong += [f"{path}: {v}" for v in violations(admin)]
        wrong += [f"{path}: {t}" for t in admin.troubles]
        admin.troubles.clear()

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screens_of_approvals_are_whole_and_readable(
    person: Callable[..., Person], phone: bool, theme: str
) -> None:
    wrong: list[str] = []
    for login, look in (
        ("office_head.nh", lists_case_dialogs_and_bulk),
        ("branch_manager.jz", proxies),
        ("admin", monitor_and_handover),
        ("customer_service.nh", start_with_forecast),
    ):
        one = person(login, phone=phone)
        one.page.context.add_cookies([{"name": "theme", "value": theme, "url": one.base}])
        for place in look(one):
            one.page.wait_for_load_state("networkidle")
            if one.page.evaluate(WIDE):
                wrong.append(f"{place}: scrolls sideways")
            wrong += [f"{place}: {found}" for found in violations(one)]
        wrong += [f"{login}: {trouble}" for trouble in one.troubles]

    assert not wrong, "\n".join(wrong)


def lists_case_dialogs_and_bulk(head: Person) -> Iterator[str]:
    """Go through what somebody has who decides; stop at each place."""
    page = head.page
    for kind in ("copies", "started", "done", "todo"):
        assert head.go(f"/flows/?list={kind}") == 200
        yield f"list {kind}"
    assert head.go("/flows/?q=nothing-like-it") == 200
    yield "an empty list"
    head.go("/flows/")
    case = page.locator(".task-cards li:has(input) a.body").first.get_attribute("href") or ""
    head.go(case)
    yield "a case"
    page.get_by_role("main").get_by_role("button", name="更多").click()
    yield "its menu"
    hrefs = page.locator("main a[data-dialog]").evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    )
    assert {href.rsplit("/", 1)[1] for href in hrefs} >= {"return", "transfer", "add_sign"}
    for href in dict.fromkeys(hrefs):
        head.go(case)
        link = page.locator(f'main a[href="{href}"]')
        if not link.is_visible():
            page.get_by_role("main").get_by_role("button", name="更多").click()
        link.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        yield f"dialog {href}"
    head.go("/flows/")
    for box in page.locator("main input[name=ids]").all()[:2]:
        box.check()
    page.get_by_role("button", name="批量同意").click()
    page.wait_for_url("**/flows/bulk")
    yield "together"


def proxies(manager: Person) -> Iterator[str]:
    assert manager.go("/flows/proxies") == 200
    expect(manager.page.get_by_role("cell", name="生效中")).to_be_visible()
    yield "proxies"


def monitor_and_handover(admin: Person) -> Iterator[str]:
    for show in ("running", "stuck", "ended"):
        assert admin.go(f"/flows/monitor?show={show}") == 200
        assert admin.page.locator("main tbody tr").count(), show
        yield f"monitor {show}"
    assert admin.go("/flows/handover") == 200
    yield "handover"


def start_with_forecast(clerk: Person) -> Iterator[str]:
    clerk.go("/e/reduction/?f.state=draft&sort=-id")
    draft = clerk.page.locator('main a[href^="/e/reduction/"]').filter(has_text="JM").first
    clerk.go(str(draft.get_attribute("href")))
    yield "a draft"
    clerk.page.get_by_role("link", name="提交審批").first.click()
    dialog = clerk.page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem").first).to_contain_text("管理處主任")
    yield "who will be asked"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_have_enough_contrast(person: Callable[..., Person], theme: str) -> None:
    admin = person("admin")
    admin.page.context.add_cookies([{"name": "theme", "value": theme, "url": admin.base}])
    wrong = []
    for path in ("/e/room/", "/e/room/1", "/e/room/1/edit", "/"):
        admin.go(path)
        wrong += [f"{path}: {v}" for v in violations(admin)]

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("language", "word", "foreign"),
    [("en", "Rooms", ""), ("zh_Hans", "房间", "間"), ("zh_Hant", "房間", "间")],
)
def test_a_page_speaks_one_language(
    person: Callable[..., Person], language: str, word: str, foreign: str
) -> None:
    admin = person("admin")
    admin.go(f"/?_l={language}")
    admin.go("/e/room/")
    shown = admin.page.inner_text("main .page-head") + admin.page.inner_text("main .lbar")

    assert word.lower().rstrip("s") in shown.lower()
    assert not foreign or foreign not in shown


def test_a_staff_page_is_light(person: Callable[..., Person]) -> None:
    admin = person()
    sizes: list[int] = []
    requests: list[str] = []
    session = admin.page.context.new_cdp_session(admin.page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda e: sizes.append(int(e["encodedDataLength"])))
    session.on("Network.requestWillBeSent", lambda e: requests.append(e["request"]["url"]))
    admin.sign_in("admin")
    sizes.clear()
    requests.clear()
    admin.go("/e/room/")
    nodes = admin.page.evaluate("document.querySelectorAll('*').length")

    assert len(requests) <= 6, requests
    assert nodes <= 1_500
