"""Every text of the interface in three languages, none forgotten and none mixed."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import opencc
import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import read_mo

ROOT = Path(__file__).resolve().parents[2]
# Characters that OpenCC would write in another Traditional way; these are right in Hong Kong too.
VARIANTS = set("群戶說准")


def _script() -> ModuleType:
    file = ROOT / "scripts" / "build_translations.py"
    spec = importlib.util.spec_from_file_location("build_translations", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


build = _script()


def _texts(locale: str) -> list[tuple[str, str]]:
    found = []
    for message in build.read_catalogue(locale):
        if message.id:
            text = message.string if isinstance(message.string, str) else message.string[0]
            found.append((str(message.id), text))
    return found


@pytest.mark.parametrize("locale", ["zh_Hant", "zh_Hans", "en"])
def test_no_text_is_missing_or_doubtful(locale: str) -> None:
    assert build.missing(build.read_catalogue(locale)) == []


def test_every_text_of_code_and_templates_is_translated() -> None:
    known = {
        m.id if isinstance(m.id, str) else m.id[0] for m in build.read_catalogue("zh_Hant") if m.id
    }

    used = build.used_messages()

    missing = {
        str(one): places
        for one, places in used.items()
        if (one if isinstance(one, str) else one[0]) not in known
    }
    assert missing == {}


def test_every_text_of_flask_appbuilder_is_translated() -> None:
    known = {m.id for m in build.read_catalogue("zh_Hant") if isinstance(m.id, str)}

    assert build.fab_messages() - known == set()


@pytest.mark.parametrize("locale", ["zh_Hant", "zh_Hans", "en"])
def test_compiled_catalogue_is_the_written_one(locale: str) -> None:
    file = build._po(locale).with_suffix(".mo")
    with file.open("rb") as stream:
        compiled = {str(m.id): list(_forms(m)) for m in read_mo(stream) if m.id}

    written = build.read_catalogue(locale)
    assert compiled == {
        str(list(m.id) if not isinstance(m.id, str) else m.id): list(_forms(m))
        for m in written
        if m.id
    }


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_simplified_and_english_are_derived_from_the_traditional_catalogue() -> None:
    source = build.read_catalogue("zh_Hant")

    for locale in ("zh_Hans", "en"):
        made = {m.id: m.string for m in build.derived(source, locale) if m.id}
        assert made == {m.id: m.string for m in build.read_catalogue(locale) if m.id}


@pytest.mark.parametrize("locale", ["zh_Hant", "zh_Hans"])
def test_places_for_values_are_kept(locale: str) -> None:
    place = re.compile(r"%\([a-z_]+\)s|%%")

    for message in build.read_catalogue(locale):
        if not message.id:
            continue
        single = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string if isinstance(message.string, str) else message.string[0]
        assert sorted(set(place.findall(single))) == sorted(set(place.findall(text))), single


def test_traditional_texts_hold_no_simplified_characters() -> None:
    convert = opencc.OpenCC("s2hk").convert

    mixed = {
        (msgid, c)
        for msgid, text in _texts("zh_Hant")
        for c in text
        if "\u4e00" <= c <= "\u9fff" and c not in VARIANTS and convert(c) != c
    }
    assert mixed == set()


def test_simplified_texts_hold_no_traditional_characters() -> None:
    convert = opencc.OpenCC("t2s").convert

    mixed = {
        (msgid, c)
        for msgid, text in _texts("zh_Hans")
        for c in text
        if "\u4e00" <= c <= "\u9fff" and convert(c) != c
    }
    assert mixed == set()
