"""Built files by name: icons of the sprite, and URLs that change with the content."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from flask import Flask, current_app, has_request_context, request
from markupsafe import Markup

DIST = Path(__file__).parent / "static" / "dist"
FALLBACK = "point"


@cache
def versions() -> dict[str, str]:
    """Map each built file to the hash of its content."""
    found: dict[str, str] = json.loads((DIST / "versions.json").read_text(encoding="utf-8"))
    return found


@cache
def names() -> frozenset[str]:
    """Return the icons the sprite holds."""
    return frozenset(json.loads((DIST / "icons.json").read_text(encoding="utf-8")))


def asset(name: str) -> str:
    """Return the URL of a built file, with its version so that it may be cached for ever."""
    root = request.script_root if has_request_context() else ""
    return url_at(root + (current_app.static_url_path or ""), name)


@cache
def url_at(base: str, name: str) -> str:
    """Spell the address; routing would cost a tenth of a page with a hundred icons."""
    version = versions().get(name)
    return f"{base}/dist/{name}" + (f"?v={version}" if version else "")


@cache
def _drawn(sprite: str, name: str, css_class: str) -> Markup:
    found = name if name in names() else FALLBACK
    classes = f"icon {css_class}".strip()
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        classes, sprite, found
    )


def icon(name: str | None, css_class: str = "") -> Markup:
    """Draw an icon of the sprite; an unknown name is drawn as a dot."""
    return _drawn(asset("icons.svg"), name or FALLBACK, css_class)


def drawn_at(base: str, name: str | None, css_class: str = "") -> Markup:
    """Draw an icon of the sprite below that address."""
    return _drawn(url_at(base, "icons.svg"), name or FALLBACK, css_class)


def install(app: Flask) -> None:
    """Give templates `icon()` and `asset()`."""
    app.jinja_env.globals.update(icon=icon, asset=asset)
