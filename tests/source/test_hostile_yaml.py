from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.source import parse

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n"
    for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LAUGHS, "yaml-anchor"),
        ("a: !!python/object/apply:os.system ['x']\n", "yaml-tag"),
        ("!!python/name:os.system a: 1\n", "yaml-tag"),
        ("a: !x 1\n", "yaml-tag"),
        ("? !x a\n: 1\n", "yaml-tag"),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", "yaml-tag"),
        ("a: {<<: {b: 1}}\n", "yaml-merge"),
        ("*a : 1\n", "yaml-anchor"),
        ("[" * 50 + "]" * 50, "too-big"),
        ("{a: " * 41 + "}" * 41, "too-big"),
        ("".join(" " * i + "a:\n" for i in range(60)), "too-big"),
        ("- x\n" * 200_001, "too-big"),
        ("# " + "x" * 2_100_000, "too-big"),
        ("a: 房" + "間" * 800_000, "too-big"),
        ("a: 1\n---\nb: 2\n", "several-documents"),
        ("{a: 1}: 2\n", "yaml-key"),
        ("'': 1\n", "yaml-key"),
        ("a: \x00\n", "bad-character"),
        ("a: \ud800\n", "bad-character"),
        ("a: 1\rb: 2\n", "bad-character"),
        ("a:\n\tb: 1\n", "yaml-tab"),
    ],
)
def test_hostile_text_is_refused_by_name(text: str, code: str) -> None:
    document, found = parse(text, "a.yaml")

    assert document is None
    assert code in {d.code for d in found}


def test_forty_levels_are_enough_for_everybody() -> None:
    document, found = parse("[" * 40 + "]" * 40, "a.yaml")

    assert document is not None
    assert found == []


def test_two_million_brackets_are_refused_at_once() -> None:
    _, found = parse("[" * 2_000_000, "a.yaml")

    assert [d.code for d in found] == ["too-big"]


SIGNS = [*":-{}[],'|>&*!%@`#?\\a1房", '"', "<<", "---", "..."]
PARTS = st.sampled_from([*SIGNS, ": ", "- ", "  ", "\n", "\t", "\u2028", "\x07"])


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, max_size=30).map("".join))
def test_any_text_is_a_document_or_a_finding_in_plain_words(text: str) -> None:
    document, found = parse(text, "a.yaml")

    assert (document is None) <= bool(found)
    lines = text.split("\n")
    for one in found:
        assert one.message
        assert not re.search(r"token|scalar|Python|mapping|NoneType", one.message)
        assert 1 <= one.at.line <= len(lines) + 1
        assert one.at.column >= 1
