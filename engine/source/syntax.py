"""YAML syntax errors in plain words."""

from __future__ import annotations

import re

import yaml

from engine.diagnostics import Diagnostic, Place

_ENDLESS = (
    "a quoted text that begins here never ends",
    "close it with the same quote; inside '…' write '' for a quote",
)

# part of libyaml's problem -> message, hint. The first that fits counts.
_WORDS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "a ':' stands where no key can stand",
        "quote a text that contains ': ', and check the indentation of this line",
    ),
    (
        "did not find expected ',' or '}'",
        "the map opened with '{' is not closed, or a comma is missing before this",
        "write {key: value, key: value}",
    ),
    (
        "did not find expected ',' or ']'",
        "the list opened with '[' is not closed, or a comma is missing before this",
        "write [one, two]",
    ),
    ("found unexpected end of stream", *_ENDLESS),
    ("found unexpected document indicator", *_ENDLESS),
    (
        "cannot start any token",
        "no value can begin with this character",
        "quote the whole text: '…'",
    ),
    (
        "could not find expected ':'",
        "this line should be a key followed by ':'",
        "write key: value; a text over several lines begins with '|' after its key",
    ),
    (
        "did not find expected '-' indicator",
        "this line stands in a list and does not begin with '- '",
        "begin each entry with '- ', or correct the indentation",
    ),
    (
        "did not find expected key",
        "this does not fit what stands around it",
        "the indentation may be wrong, or a quote or bracket may be missing above",
    ),
    (
        "unknown escape character",
        "there is no such '\\' sequence in a text between double quotes",
        "use single quotes, or write '\\\\' for a backslash",
    ),
    (
        "block sequence entries are not allowed",
        "a list entry '- ' cannot stand here",
        "put the list on the lines below its key",
    ),
    (
        "expected <document start>",
        "something stands after the end of the document",
        "a bracket may be closed twice",
    ),
    (
        "did not find expected node content",
        "a value is expected here",
        "a bracket or comma may be too many",
    ),
)
_OTHER = ("this is not valid YAML", "compare it with the lines around it")
_AT_THE_OPENING = (
    "unexpected end of stream",
    "unexpected document",
    "',' or '}'",
    "',' or ']'",
    "could not find expected ':'",
)


def syntax_error(error: yaml.YAMLError, text: str, file: str) -> Diagnostic:
    """Say what the parser met, at its place and without its words."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Diagnostic(Place(file), "yaml-syntax", *_OTHER)
    problem = error.problem or ""
    mark = error.problem_mark
    # An unclosed bracket is noticed far below; the reader needs the place where it opens.
    if error.context_mark and any(words in problem for words in _AT_THE_OPENING):
        mark = _opening(error, mark)
    if mark is None:
        return Diagnostic(Place(file), "yaml-syntax", *_OTHER)
    tab = _indenting_tab(text, mark.line)
    if tab is not None:
        return Diagnostic(
            Place(file, mark.line + 1, tab + 1),
            "yaml-tab",
            "a tab stands in the indentation",
            "indent with blanks, two for each level",
        )
    message, hint = next(((m, h) for part, m, h in _WORDS if part in problem), _OTHER)
    return Diagnostic(Place(file, mark.line + 1, mark.column + 1), "yaml-syntax", message, hint)


def _opening(error: yaml.MarkedYAMLError, mark: yaml.Mark | None) -> yaml.Mark | None:
    opened = error.context_mark
    if opened is None or mark is None or mark.line == opened.line:
        return mark  # on one line the second place is the more exact
    return opened


def _indenting_tab(text: str, line: int) -> int | None:
    lines = text.splitlines()
    found = re.match(r" *\t", lines[line]) if line < len(lines) else None
    return found.end() - 1 if found else None
