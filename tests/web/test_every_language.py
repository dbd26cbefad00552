"""Every screen of the product in each of its languages: no word of another one stands on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import opencc
import pytest
from flask import Flask

import engine.extension
from engine.access import NewUser, create_users, ensure_access
from engine.loading import load_catalog
from engine.metadata import Catalog, Entity
from engine.storage.database import engine_for
from engine.web.app import create_app
from engine.web.releases import apply_with_rights
from tests.web.bazaar_app import Person
from tests.web.company_app import FAST, PASSWORD, close, config

ROOT = Path(__file__).parents[2]
LANGUAGES = ("zh_Hant", "zh_Hans", "en")
NAMES = {"繁體中文", "简体中文", "English"}  # each stands in its own language everywhere
HAN = re.compile(r"[\u3400-\u9fff]")
# Characters that OpenCC would write in another Traditional way; these are right in Hong Kong too.
VARIANTS = set("群戶說准台周稅賬干")
# What is English in Chinese too.
ENGLISH = re.compile(
    r"(Ctrl|Enter|Esc|Shift|Alt|Tab|Wuye|PDF|Excel|CSV|xlsx?|csv|API|ID|JSON|MB|kg|REST|Admin|en"
    r"|Typst|VIP|QR|SMS|Root|root|https?)\b"
)
# Ways to write a date, tokens of a number's pattern, the address of the only account.
SIGNS = re.compile(r"yyyy-mm(-dd)?|hh:mm|\{[^{}]{1,4}\}|root@account\.invalid")
TOLD = frozenset({"title", "aria-label", "placeholder", "alt", "data-confirm"})


SILENT = frozenset({"script", "style", "code"})  # formulas stand in <code>


class Told(HTMLParser):
    """Collects what a page says: its texts, and the attributes that are read or read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._silent += tag in SILENT
        self.found += [str(value) for name, value in attrs if name in TOLD]
        if tag == "input" and given.get("type") in ("submit", "button"):
            self.found.append(str(given.get("value")))

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.found.append(data.strip())


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(ROOT)


@pytest.fixture(scope="module")
def product(catalog: Catalog, new_database: Callable[[], str]) -> Iterator[Flask]:
    """The product before anything is entered, so that a page holds no data but its reader."""
    url = new_database()
    engine = engine_for(url)
    with engine.begin() as connection:
        ensure_access(connection)
        apply_with_rights(connection, catalog, author="test")
        root = NewUser(login="root", name="Root", password=PASSWORD, roles={"Admin": []})
        create_users(connection, [root], method=FAST)
    engine.dispose()
    app = create_app(catalog, database_url=url, config=config(LISTEN_FOR_RELEASES=False))
    yield app
    close(app)


def pages(catalog: Catalog) -> list[str]:
    found = [
        "/", "/search?q=zzz", "/search", "/inbox/", "/jobs", "/admin/grants", "/nowhere",
        "/users/list/", "/users/add", "/users/show/1", "/users/edit/1", "/roles/list/",
        "/groups/list/", "/groups/add", "/resetmypassword/form", "/users/userinfo/",
        "/userinfoeditview/form", "/userstatschartview/chart/0",
        *(f"/admin/rights?role={role}" for role in catalog.roles),
        *(f"/s/{name}" for name in engine.extension.screens() if name.split(".")[0] in
          catalog.plugins),
    ]  # fmt: skip
    for entity in catalog.entities.values():
        found += pages_of(entity)
    return found


def pages_of(entity: Entity) -> list[str]:
    here = f"/e/{entity.name}"
    found = [f"{here}/", f"{here}/?where=(", f"{here}/?f.id=1", f"{here}/1", f"{here}/1/why"]
    found += [f"{here}/?view={view.name}" for view in entity.list.views]
    found += [f"{here}/?as={way}" for way in ("tree", "board", "calendar")]
    if entity.written_by == "people" and not entity.part_of:
        found += [f"{here}/new", f"{here}/import"]
    return [*found, *(f"{here}/button/{name}" for name in entity.buttons)]


def told_by(person: Person, catalog: Catalog) -> Iterator[tuple[str, str]]:
    for path in pages(catalog):
        answer = person.get(path)
        assert answer.status_code < 500, path
        if answer.status_code < 300 or answer.status_code >= 400:
            yield from ((path, one) for one in texts(answer.text))
    for entity in catalog.entities.values():
        if entity.written_by != "people" or entity.part_of:
            continue
        path = f"/e/{entity.name}/new"
        # nothing that is required is given, and all that is given is wrong
        answer = person.post(path, dict.fromkeys(entity.fields, "\x01?"))
        yield from ((f"POST {path}", one) for one in texts(answer.text))


def texts(page: str) -> list[str]:
    parser = Told()
    parser.feed(page)
    return [SIGNS.sub("", one) for one in parser.found if one not in NAMES]


def foreign(language: str) -> Callable[[str], bool]:
    """Return what tells whether a text holds words of another language."""
    if language == "en":
        return lambda text: HAN.search(text) is not None
    convert = opencc.OpenCC("t2s" if language == "zh_Hans" else "s2hk").convert
    keep = VARIANTS if language == "zh_Hant" else set("")

    def other(text: str) -> bool:
        mixed = any(c not in keep and convert(c) != c for c in HAN.findall(text))
        plain = ENGLISH.sub("", text)
        return mixed or (not HAN.search(text) and re.search("[A-Za-z]{3}", plain) is not None)

    return other


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_speaks_one_language(product: Flask, catalog: Catalog, language: str) -> None:
    person = Person(product, "root")
    person.get(f"/?_l={language}")
    is_foreign = foreign(language)
    wrong: dict[str, str] = {}
    for path, text in told_by(person, catalog):
        if is_foreign(text):
            wrong.setdefault(text[:120], path)

    assert wrong == {}
