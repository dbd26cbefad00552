from __future__ import annotations

import sys
from pathlib import Path

import pytest

import plugins
from engine.loading import check_project

MANIFEST = "product: {name: 物業}\nplugins: [%s]\ninclude: [m.yaml]\n"
MODULE = """\
module: m
label: 甲
menu: [{screen: %(plugin)s.page, label: 頁}]
entities:
  a:
    label: 甲
    fields: {n: {type: text, label: 名}}
    buttons: {go: {label: 走, action: %(plugin)s.go}}
"""
CODE = """\
from engine.extension import action, screen

@action("%(plugin)s.go")
def go(context):
    return None

@screen("%(plugin)s.page", entity="a")
def page(context):
    return None
"""


@pytest.fixture(autouse=True)
def _paths_left_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(plugins, "__path__", list(plugins.__path__))


def _project(root: Path, plugin: str, code: str | None) -> list[str]:
    (root / "models.yaml").write_text(MANIFEST % plugin)
    (root / "m.yaml").write_text(MODULE % {"plugin": plugin})
    if code is not None:
        folder = root / "plugins" / plugin
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(code % {"plugin": plugin})
    return [d.code for d in check_project(root)[1]]


def test_what_a_plugin_registers_may_be_named(tmp_path: Path) -> None:
    assert _project(tmp_path, "loading_right", CODE) == []


def test_what_it_does_not_register_may_not(tmp_path: Path) -> None:
    found = _project(tmp_path, "loading_empty", "")

    assert found == ["unknown-screen", "unknown-action"]


def test_a_plugin_that_fails_is_a_finding(tmp_path: Path) -> None:
    assert _project(tmp_path, "loading_broken", "1 / 0\n") == ["broken-plugin"]


def test_a_plugin_with_a_syntax_error_is_a_finding(tmp_path: Path) -> None:
    assert _project(tmp_path, "loading_unreadable", "def (:\n") == ["broken-plugin"]


def test_a_plugin_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    assert _project(tmp_path, "loading_absent", None) == ["unknown-plugin"]


def test_no_path_is_taken_for_a_plugin(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text("product: {name: 物業}\nplugins: ['../evil', os.path]\n")

    assert [d.code for d in check_project(tmp_path)[1]] == ["unknown-plugin"] * 2
