"""A real browser on the demo company, served as `make run` serves it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright
from werkzeug.serving import make_server

from engine.cli._sample import load_demo
from engine.storage.database import engine_for
from engine.web.app import create_app
from tests.product import product

PASSWORD = "demo2026"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


def _chromium() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    return None


@dataclass(frozen=True)
class Company:
    """The running demo company."""

    url: str
    database_url: str


@pytest.fixture(scope="session")
def company(
    product_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    database_url = product_database()
    catalog = product()
    engine = engine_for(database_url)
    with engine.begin() as connection:
        load_demo(connection, catalog, PASSWORD)
    app = create_app(
        database_url=database_url,
        config={"SECRET_KEY": "test", "RATELIMIT_ENABLED": False},
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Company(f"http://127.0.0.1:{server.server_port}", database_url)
    server.shutdown()
    thread.join(5)
    engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = _chromium()
    if path is None:
        pytest.skip("no Chromium on this machine; scripts/browser.sh installs it on Debian")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield opened
        opened.close()


class Person:
    """Somebody at a screen: signs in, goes places, and sees what went wrong there."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.troubles: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("request", self._request)

    def _console(self, message: object) -> None:
        kind = getattr(message, "type", "")
        if kind in ("error", "warning"):
            self.troubles.append(f"{kind}: {getattr(message, 'text', '')}")

    def _request(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        if not url.startswith((self.base, "data:", "blob:")):
            self.troubles.append(f"off-origin: {url}")

    def go(self, path: str) -> int:
        """Open a page; return its status."""
        try:
            answer = self.page.goto(self.base + path)
        except Error as error:
            if "ERR_ABORTED" not in str(error):
                raise
            # what was pressed just before was still on its way to its own page
            self.page.wait_for_load_state("networkidle")
            answer = self.page.goto(self.base + path)
        self.page.wait_for_load_state("networkidle")
        assert answer is not None
        return answer.status

    def sign_in(self, login: str) -> None:
        """Sign in with the demo's password."""
        self.go("/login/")
        self.page.fill("input[name=username]", login)
        self.page.fill("input[name=password]", PASSWORD)
        with self.page.expect_navigation(wait_until="networkidle"):
            self.page.keyboard.press("Enter")


@pytest.fixture
def person(browser: Browser, company: Company) -> Iterator[Callable[..., Person]]:
    """A function that gives a person at a screen: person('cashier.bj', phone=True)."""
    contexts = []

    def make(login: str = "", *, phone: bool = False, language: str = "zh-TW") -> Person:
        context = browser.new_context(
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            locale=language,
            has_touch=phone,
            accept_downloads=True,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        made = Person(context.new_page(), company.url)
        if login:
            made.sign_in(login)
        return made

    yield make
    for context in contexts:
        context.close()
