"""The reader's language: which one, labels in it, and messages of the lower layers said in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Protocol

from flask import Flask, has_request_context, request, session
from flask_babel import get_locale, get_translations, gettext

from engine.metadata import Text
from engine.wording import LOCALES, TRANSLATIONS

DEFAULT = "zh_Hant"
TAGS = {"zh_Hant": "zh-Hant-HK", "zh_Hans": "zh-Hans", "en": "en"}
NAMES = {"zh_Hant": "繁體中文", "zh_Hans": "简体中文", "en": "English"}
_HANS = frozenset({"CN", "SG", "MY"})


class Sayable(Protocol):
    """A refusal or a problem: an English msgid with values for its places."""

    @property
    def message(self) -> str:
        """The msgid."""

    @property
    def params(self) -> Mapping[str, Any]:
        """The values for its places."""


def nearest(code: str) -> str | None:
    """Return the locale of ours that a browser's or FAB's code stands for, if any."""
    parts = code.replace("-", "_").split("_")
    if parts[0].lower() == "en":
        return "en"
    if parts[0].lower() != "zh":
        return None
    marks = {p.upper() for p in parts[1:]}
    return "zh_Hans" if "HANS" in marks or (marks & _HANS and "HANT" not in marks) else "zh_Hant"


def select_locale() -> str:
    """Return the language of this request: chosen in the session, else the browser's."""
    if not has_request_context():
        return DEFAULT
    chosen = nearest(str(session.get("locale") or ""))
    if chosen:
        return chosen
    for code in request.accept_languages.values():
        found = nearest(code)
        if found:
            return found
    return DEFAULT


def language() -> str:
    """Return the language in force, one of LOCALES."""
    return _of_locale(str(get_locale() or DEFAULT))


@cache
def _of_locale(code: str) -> str:
    return nearest(code) or DEFAULT


def label(text: Text | str | None) -> str:
    """Return a metadata text in the reader's language; '' for None."""
    if text is None:
        return ""
    return text.in_(language()) if isinstance(text, Text) else str(text)


def say(problem: Sayable | str, **params: Any) -> str:
    """Say a message of a lower layer in the reader's language.

    A text that is no msgid (metadata's own, already translated) comes back as it is.
    """
    message = problem if isinstance(problem, str) else problem.message
    values = dict(params if isinstance(problem, str) else problem.params)
    if not message:
        return ""
    told = gettext(message)
    # flask_babel fills places itself only when values are given; a lone % must stay.
    return told % values if values else told


def translator() -> Callable[[str], str]:
    """Return gettext of the language in force, to be asked many times."""
    found: Callable[[str], str] = get_translations().ugettext
    return found


def settings() -> dict[str, Any]:
    """Return the configuration Flask-Babel and Flask-AppBuilder need."""
    return {
        "BABEL_DEFAULT_LOCALE": DEFAULT,
        # Ours comes last: it holds every string of FAB too and must win.
        "BABEL_TRANSLATION_DIRECTORIES": str(TRANSLATIONS),
        "LANGUAGES": {code: {"flag": "", "name": NAMES[code]} for code in LOCALES},
    }


def install(app: Flask) -> None:
    """Give templates `L()`, `say()` and `lang_tag`."""
    app.jinja_env.globals.update(L=label, say=say)
    app.context_processor(lambda: {"lang_tag": TAGS[language()]})
