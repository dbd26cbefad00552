"""In which language a request is answered."""

from __future__ import annotations

from flask import Flask, g, has_request_context, request, session
from sqlalchemy.exc import SQLAlchemyError

from engine.web.i18n import DEFAULT, select_locale
from engine.wording import LOCALES


def install(app: Flask) -> None:
    """Replace FAB's choice, which knows the session only and writes it each time."""
    app.extensions["babel"].locale_selector = select_language
    app.before_request(_keep_wish)


def select_language() -> str:
    """Return the language the address asks for, else the chosen one, else the browser's."""
    if not has_request_context():
        return DEFAULT
    for wish in (request.args.get("_l"), session.get("locale")):
        if wish in LOCALES:
            return str(wish)
    own = _own_language()
    return own if own in LOCALES else select_locale()


def _own_language() -> str:
    try:
        return str(g.actor.language)
    except SQLAlchemyError:
        return ""  # the page that says so must still be written


def _keep_wish() -> None:
    """Keep what the address asked for, until the session ends."""
    wish = request.args.get("_l")
    if wish in LOCALES and session.get("locale") != wish:
        session["locale"] = wish
