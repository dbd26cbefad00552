"""Extract the interface's texts, check that each has a translation, and compile the catalogues.

zh_Hant's messages.po is written by hand; zh_Hans is derived from it with OpenCC and a reviewed
list of words, en says the msgid. All three hold every text of Flask-AppBuilder too.

Usage: python scripts/build_translations.py [--check]
"""

from __future__ import annotations

import gettext
import io
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import opencc
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "engine" / "wording" / "translations"
ALSO = TRANSLATIONS / "also.txt"
WORDS = TRANSLATIONS / "zh_hans_words.txt"
LOCALES = ("zh_Hant", "zh_Hans", "en")
FOLDERS = ("engine", "plugins")
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.do", "silent": "false"}}
_CALLS = (
    *("_", "gettext", "lazy_gettext", "N_", "say", "say_", "message", "translate"),
    *("Problem", "Invalid", "Refused", "Conflict", "InvalidValue", "Sentence", "ActionResult"),
)
# `progress(done, total, note)` of a job: its third argument is what the screen says.
KEYWORDS = {**dict.fromkeys(_CALLS), "ngettext": (1, 2), "progress": (3,)}
FAB_KEYWORDS = dict.fromkeys(("_", "gettext", "lazy_gettext", "lazy_formatter_gettext"))
Id = str | tuple[str, str]


def used_messages() -> dict[Id, list[tuple[str, int]]]:
    """Return the msgids that code and templates name, with where."""
    found: dict[Id, list[tuple[str, int]]] = {}
    for folder in FOLDERS:
        for file, line, message, _, _ in extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, KEYWORDS
        ):
            one: Id = message if isinstance(message, str) else (message[0], message[1])
            # ActionResult(redirect="/…") is no text.
            if one and one != ("", "") and not str(one).startswith("/"):
                found.setdefault(one, []).append((f"{folder}/{file}", line))
    for text in _lines(ALSO):
        found.setdefault(text, [])
    return found


def _lines(file: Path) -> list[str]:
    text = file.read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _fab_catalogue(locale: str) -> Mapping[str, str]:
    import flask_appbuilder

    folder = Path(str(flask_appbuilder.__file__)).parent / "translations"
    file = folder / locale / "LC_MESSAGES" / "messages.mo"
    with file.open("rb") as stream:
        known = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
    return {k: v for k, v in known.items() if isinstance(k, str) and k}


@cache
def fab_messages() -> frozenset[str]:
    """Return every msgid of Flask-AppBuilder: its code's, and its catalogue's."""
    import flask_appbuilder

    package = Path(str(flask_appbuilder.__file__)).parent
    found = set(_fab_catalogue("zh_HK"))  # some are said by libraries of FAB
    options = {"**/templates/**.html": {"silent": "true"}}
    for _, _, message, _, _ in extract_from_dir(package, METHODS, options, FAB_KEYWORDS):
        found |= {message} if isinstance(message, str) else set(message[:1])
    return frozenset(m for m in found if m)


def read_catalogue(locale: str) -> Catalog:
    """Return a committed catalogue."""
    file = _po(locale)
    if not file.exists():
        return Catalog(locale=locale)
    with file.open("rb") as stream:
        return read_po(stream, locale=locale)


def _po(locale: str) -> Path:
    return TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po"


def traditional() -> Catalog:
    """Return zh_Hant: what was translated by hand, FAB's Hong Kong texts where it was not."""
    kept, fab = read_catalogue("zh_Hant"), _fab_catalogue("zh_HK")
    used = used_messages()
    made = _empty("zh_Hant")
    wanted: dict[Id, list[tuple[str, int]]] = {m: [] for m in sorted(fab_messages())}
    wanted.update(used)
    for one in sorted(wanted, key=str):
        single = one if isinstance(one, str) else one[0]
        old = kept.get(single)
        text = _first(old) if old is not None and old.string else fab.get(single, "")
        string = text if isinstance(one, str) else (text,)
        made.add(one, string, locations=_places(wanted[one]))
    return made


def _places(found: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    # Files only: line numbers would make a change of every catalogue out of every edit.
    return [(file, 0) for file in sorted({file for file, _ in found})][:3]


def _empty(locale: str) -> Catalog:
    # a fixed date: texts that have not changed must give the same file
    made = Catalog(locale=locale, fuzzy=False, creation_date=datetime(2026, 1, 1, tzinfo=UTC))
    made.header_comment = "# Texts of the interface. See scripts/build_translations.py."
    made.mime_headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
        ("Plural-Forms", "nplurals=1; plural=0;" if locale != "en" else
         "nplurals=2; plural=(n != 1);"),
    ]  # fmt: skip
    return made


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """Return a Traditional text in Simplified characters with the mainland's words."""
    for line in _lines(WORDS):
        word, instead = line.split("\t")
        text = text.replace(word, instead)
    return str(_converter().convert(text))


def derived(source: Catalog, locale: str) -> Catalog:
    """Return zh_Hans or en, made from the Traditional catalogue."""
    made = _empty(locale)
    for message in source:
        if not message.id:
            continue
        made.add(message.id, _derived(message, locale), locations=message.locations)
    return made


def _derived(message: Message, locale: str) -> str | tuple[str, ...]:
    if locale == "en":
        return message.id if isinstance(message.id, str) else tuple(message.id)
    text = simplified(_first(message))
    return text if isinstance(message.id, str) else (text,)


def _first(message: Message) -> str:
    """Return the text, or its only form where there would be a plural: Chinese has none."""
    string = message.string
    return string if isinstance(string, str) else (string or ("",))[0]


def missing(catalogue: Catalog) -> list[str]:
    """Return the msgids that have no translation, or a doubtful one."""
    return [
        str(m.id)
        for m in catalogue
        if m.id and (m.fuzzy or not m.string or (isinstance(m.string, tuple) and not all(m.string)))
    ]


def build() -> dict[str, Catalog]:
    """Return all catalogues as they should be."""
    source = traditional()
    return {
        "zh_Hant": source,
        "zh_Hans": derived(source, "zh_Hans"),
        "en": derived(source, "en"),
    }


def as_po(catalogue: Catalog) -> bytes:
    """Return the text of a .po file; the same catalogue gives the same bytes."""
    out = io.BytesIO()
    write_po(out, catalogue, width=96, sort_output=True, include_lineno=False)
    return out.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    """Return the bytes of a .mo file."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Write the catalogues, or with --check tell what is out of date."""
    made = build()
    gaps = missing(made["zh_Hant"])
    for text in gaps:
        print(f"no Traditional translation: {text}")
    stale = False
    for locale, catalogue in made.items():
        file = _po(locale)
        if "--check" in arguments:
            stale |= not file.exists() or file.read_bytes() != as_po(catalogue)
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(as_po(catalogue))
        file.with_suffix(".mo").write_bytes(as_mo(catalogue))
    if stale:
        print("the catalogues are out of date: run scripts/build_translations.py")
    return 1 if gaps or stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
