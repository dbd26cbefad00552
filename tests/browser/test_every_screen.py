"""Every generic screen in a real browser: nothing broken, nothing from outside, fit to be read."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Person
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
