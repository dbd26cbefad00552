"""In which language a request is answered."""

from __future__ import annotations

from flask import Flask, g, has_request_context, request, session

from engine.web.settings import DEFAULT_LANGUAGE, LANGUAGES

_TRADITIONAL = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")


def install(app: Flask) -> None:
    """Replace FAB's choice, which knows the session only and writes it each time."""
    app.extensions["babel"].locale_selector = select_language


def select_language() -> str:
    """Return the language asked for in the address, else chosen, else of the browser."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    wishes = (request.args.get("_l"), session.get("locale"), g.actor.language)
    for wish in wishes:
        if wish in LANGUAGES:
            return str(wish)
    return from_browser(request.accept_languages.values())


def from_browser(tags: object) -> str:
    """Return the first language we have of a browser's, which are sorted by preference."""
    for tag in tags if hasattr(tags, "__iter__") else ():
        found = _language_of(str(tag).lower())
        if found:
            return found
    return DEFAULT_LANGUAGE


def _language_of(tag: str) -> str:
    if tag.startswith(_TRADITIONAL):
        return "zh_Hant"
    return {"zh": "zh_Hans", "en": "en"}.get(tag.split("-", maxsplit=1)[0], "")
