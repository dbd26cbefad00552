"""What every page must keep to: links that lead somewhere, and a README that is true."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import gettempdir

import pytest

from engine.loading import catalog_from_texts
from tests.docs.pages import DOCS

ROOT = DOCS.parent
PAGES = sorted(str(p.relative_to(ROOT)) for p in (ROOT / "README.md", *DOCS.rglob("*.md")))
_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)]*)?\)")
_MANIFEST = """\
product: {name: Wuye, languages: [zh_Hant, en]}
roles: {clerk: {label: Clerk}}
include: [models/keys.yaml]
"""


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    path = ROOT / page
    targets = {found[0] for found in _LINK.findall(path.read_text(encoding="utf-8"))}
    lost = [t for t in targets if "://" not in t and not (path.parent / t).exists()]

    assert lost == []


def test_the_yaml_of_the_readme_is_a_module() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None

    catalog = catalog_from_texts({"models.yaml": _MANIFEST, "models/keys.yaml": found[1]})
    assert list(catalog.entities) == ["key_loan"]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_a_machine_of_ours(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")

    here = "|".join(re.escape(f"{place}/") for place in (ROOT, Path.home(), gettempdir()))
    assert re.findall(rf"(?:{here}|/root/|/home/|/Users/)\S*", text) == []


def test_every_decision_is_listed_and_numbered_without_a_gap() -> None:
    folder = DOCS / "adr"
    pages = sorted(p.name for p in folder.glob("0*.md"))
    listed = re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text())

    assert listed == pages
    assert [int(Path(name).name[:4]) for name in pages] == list(range(1, len(pages) + 1))
