"""Templates and built files: what must hold before any page is drawn."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import flask_appbuilder
import pytest
from flask import Flask, render_template
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2.utils import htmlsafe_json_dumps

from engine.web import i18n, icons

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "engine" / "web" / "templates"
FAB_TEMPLATES = Path(str(flask_appbuilder.__file__)).parent / "templates"
# Of Flask-AppBuilder 5.3.0. When it changes, compare its templates with ours, then put the new one.
FAB_FINGERPRINT = "5e8bf3d28f6bf968"
OURS = sorted(
    f
    for folder in (ROOT / "engine", ROOT / "plugins")
    for f in folder.rglob("*.html")
    if "templates" in f.parts
)
FIRST_LOAD = ("core.js", "app.css", "icons.svg", "favicon.svg")
FIRST_LOAD_KB = 98  # of 110; HTML comes on top


def _name(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", OURS, ids=_name)
def test_nothing_is_inline_or_from_outside(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert not re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text)
    assert not re.findall(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.findall(r"\sstyle\s*=\s*[\"']", text)
    assert not re.findall(r"javascript:", text)
    assert not re.findall(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", text)


@pytest.mark.parametrize("file", OURS, ids=_name)
def test_every_icon_a_template_names_is_in_the_sprite(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    named = set(re.findall(r"\bicon\(\s*[\"']([a-z0-9-]+)[\"']", text))

    assert named - icons.names() == set()


def test_every_icon_the_metadata_names_is_in_the_sprite() -> None:
    found = {}
    for folder in ("models", "plugins", "reports", "workflows", "examples"):
        for file in (ROOT / folder).rglob("*.y*ml"):
            text = file.read_text(encoding="utf-8")
            for name in re.findall(r"\bicon:\s*[\"']?([a-z0-9-]+)", text):
                found[name] = str(file)

    assert {n: f for n, f in found.items() if n not in icons.names()} == {}


def test_flask_appbuilder_has_the_templates_ours_were_written_for() -> None:
    digest = hashlib.sha256()
    for file in sorted(FAB_TEMPLATES.rglob("*.html")):
        digest.update(str(file.relative_to(FAB_TEMPLATES)).encode())
        digest.update(file.read_bytes())

    assert digest.hexdigest()[:16] == FAB_FINGERPRINT


def test_every_template_of_flask_appbuilder_with_a_script_is_replaced() -> None:
    scripted = {
        str(f.relative_to(FAB_TEMPLATES))
        for f in FAB_TEMPLATES.rglob("*.html")
        if re.search(r"<script|onclick", f.read_text(encoding="utf-8"))
    }

    assert {f for f in scripted if not (TEMPLATES / f).exists()} == set()


def test_our_library_has_the_macros_of_flask_appbuilder() -> None:
    def macros(file: Path) -> set[str]:
        return set(re.findall(r"macro (\w+)\(", file.read_text(encoding="utf-8")))

    library = Path("appbuilder", "general", "lib.html")
    assert macros(FAB_TEMPLATES / library) - macros(TEMPLATES / library) == set()


def test_versions_are_those_of_the_built_files() -> None:
    for name, version in icons.versions().items():
        digest = hashlib.sha256((icons.DIST / name).read_bytes()).hexdigest()
        assert digest.startswith(version), f"{name}: run npm run build in frontend/"


def test_first_load_stays_within_its_budget() -> None:
    sizes = {n: len(gzip.compress((icons.DIST / n).read_bytes(), 9)) / 1024 for n in FIRST_LOAD}

    assert sum(sizes.values()) <= FIRST_LOAD_KB, sizes


def test_lockfile_names_no_registry() -> None:
    lock = (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")

    assert '"resolved"' not in lock
    assert json.loads(lock)["packages"]


@pytest.fixture(scope="module")
def app() -> Flask:
    """An application with nothing but templates; FAB's base.html is not needed by our screens."""
    made = Flask("kit", template_folder=str(TEMPLATES), static_folder=str(icons.DIST.parent))
    made.config.update(SECRET_KEY="k" * 32, WTF_CSRF_ENABLED=False, **i18n.settings())
    Babel(made, locale_selector=i18n.select_locale)
    CSRFProtect(made)
    icons.install(made)
    i18n.install(made)
    made.jinja_env.globals["shell"] = {
        "product": "物業",
        "home_url": "/",
        "theme": "light",
        "languages": [],
        "user": {"name": "陳大文", "initial": "陳", "logout_url": "/out"},
        "search_url": "/search",
    }
    made.jinja_env.globals["menu"] = [
        {"label": "房產", "items": [{"label": "房間", "icon": "door", "url": "/r", "active": True}]}
    ]
    return made


WIDGETS = (
    *("text", "textarea", "richtext", "number", "money", "percent", "switch", "select"),
    *("segmented", "checks", "date", "datetime", "month", "time", "duration", "lookup"),
    *("multilookup", "anylookup", "file", "image", "signature", "tel", "email", "url"),
    *("password", "color", "json", "tags", "readonly", "something-new"),
)
HOSTILE = "<script>alert(1)</script>\"'&"


def _render(app: Flask, template: str, language: str = "zh-Hant", **data: Any) -> str:
    with app.test_request_context("/", headers={"Accept-Language": language}):
        return render_template(template, **data)


def _list_context(rows: int) -> dict[str, Any]:
    kinds = ("title", "link", "text", "badge", "date", "boolean", "number", "money", "tags")
    columns = [
        {"name": k, "label": k, "align": "start", "kind": k, "sort_url": "?", "sorted": ""}
        for k in kinds
    ]
    cells = [
        {"kind": k, "text": HOSTILE, "href": "/x", "items": [{"text": HOSTILE}]} for k in kinds
    ]
    card = {"title": HOSTILE, "subtitle": "", "badge": None, "amount": "", "meta": []}
    return {
        "entity": {"name": "room", "label": "房間", "icon": "door"},
        "title": "房間",
        "total": rows,
        "url": "/r",
        "state": [("f.state", HOSTILE)],
        "views": [{"label": "全部", "url": "/r", "current": True}],
        "save_view_url": "/v",
        "query": HOSTILE,
        "search": {"value": HOSTILE, "placeholder": ""},
        "chips": [{"name": "a", "label": HOSTILE, "kind": "text", "text": HOSTILE, "values": {}}],
        "builder": {
            "fields": htmlsafe_json_dumps([{"path": "a", "label": HOSTILE, "ops": []}]),
            "where": HOSTILE,
        },
        "columns": columns,
        "columns_all": [],
        "rows": [
            {"id": i, "url": "/x", "title": HOSTILE, "cells": cells, "card": card}
            for i in range(rows)
        ],
        "totals": [],
        "bulk": {"url": "/b", "actions": []},
        "page": {"number": 1, "from": 1, "to": rows, "sizes": []},
        "mode": "table",
        "request_id": "r",
    }


def test_a_list_of_fifty_rows_is_small_and_escapes_what_people_typed(app: Flask) -> None:
    page = _render(app, "ui/list.html", **_list_context(50))

    assert "<script>alert" not in page
    assert len(gzip.compress(page.encode())) <= 15 * 1024


def test_a_form_draws_every_widget_and_escapes_values(app: Flask) -> None:
    fields = [
        {
            "name": w,
            "id": f"f-{w}",
            "label": w,
            "widget": w,
            "value": HOSTILE,
            "error": HOSTILE,
            "choices": [{"value": HOSTILE, "label": HOSTILE, "selected": True}],
            "rules": {"visible": {"op": "==", "args": [{"field": "a"}, {"value": HOSTILE}]}},
        }
        for w in WIDGETS
    ]
    line = {"index": 0, "id": 1, "fields": [fields[0]]}
    lines = {
        "name": "lines",
        "id": "f-lines",
        "label": "明細",
        "widget": "lines",
        "columns": [{"name": "text", "label": "文字", "kind": "text"}],
        "rows": [line],
        "blank": {**line, "index": "__n__", "id": ""},
        "can_add": True,
        "can_delete": True,
        "totals": [],
    }
    sections = [{"label": "一", "fields": fields}, {"label": "二", "fields": [lines]}]
    page = _render(
        app,
        "ui/form.html",
        title="新增",
        tabs=[{"name": "a", "label": "甲", "errors": 1, "sections": sections}],
        errors=[{"id": "f-text", "label": "文字", "message": HOSTILE}],
        action_url="/",
        cancel_url="/",
        request_id="r",
        version=3,
    )

    assert "<script>alert" not in page
    assert page.count('class="field') >= len(WIDGETS)
    for name in re.findall(r"data-rule='([^']*)'", page):
        json.loads(name.replace("&#34;", '"'))


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_every_screen_draws_with_little_and_in_each_language(app: Flask, language: str) -> None:
    bare: dict[str, Any] = {
        "title": "標題", "entity": {"name": "e", "label": "房間", "icon": "door"}, "tabs": [],
        "shell": app.jinja_env.globals["shell"],
        "action": {"label": "做", "icon": "check"}, "empty": {"title": "沒有", "hint": ""},
        "chips": [], "columns": [], "rows": [], "counts": {}, "record": {"title": "甲"},
        "printed": {"who": "甲", "at_text": "今"}, "job": {"id": 1, "label": "甲", "state": "done"},
        "code": 404, "skipped": [], "will_change": 0, "attachments": {"files": []},
        "timeline": {"events": []}, "board": {"columns": []}, "sections": [], "field": {},
        "calendar": {"weekdays": [], "weeks": []}, "cell": {"kind": "text", "text": "甲"},
        "differences": [], "modes": [], "exports": [], "fields": [], "groups": [],
    }  # fmt: skip
    parts = {"_bulkbar.html"}  # included only, with the names of its host

    for file in sorted((TEMPLATES / "ui").glob("*.html")):
        if file.name not in parts:
            assert _render(app, f"ui/{file.name}", language, **bare).strip() is not None


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("zh-TW,zh;q=0.9", "zh_Hant"),
        ("zh-CN", "zh_Hans"),
        ("zh-Hans-HK", "zh_Hans"),
        ("zh-HK", "zh_Hant"),
        ("en-GB", "en"),
        ("fr", "zh_Hant"),
    ],
)
def test_the_browser_chooses_the_language(app: Flask, asked: str, expected: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": asked}):
        assert i18n.select_locale() == expected
