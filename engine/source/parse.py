"""YAML text to a Document, within limits, or all that is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from engine.diagnostics import Diagnostic, Place
from engine.source.builder import Builder, Stopped
from engine.source.document import Document
from engine.source.syntax import syntax_error

MAX_BYTES = 2 * 1024 * 1024
_BAD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]|\r(?!\n)"
)


def load_document(path: Path, root: Path) -> tuple[Document | None, list[Diagnostic]]:
    """Read one file of a project; places name it relative to the root.

    Raises:
        OSError: the file cannot be read.
    """
    file = path.resolve().relative_to(root.resolve()).as_posix()
    if (size := path.stat().st_size) > MAX_BYTES:
        return None, [_too_big(file, size)]
    text, found = decode(path.read_bytes(), file)
    return (None, found) if text is None else parse(text, file)


def decode(raw: bytes, file: str) -> tuple[str | None, list[Diagnostic]]:
    """Turn a file's bytes into text; a byte order mark is dropped."""
    if len(raw) > MAX_BYTES:
        return None, [_too_big(file, len(raw))]
    try:
        return raw.decode().removeprefix("\ufeff"), []
    except UnicodeDecodeError as error:
        at = _place(raw[: error.start].decode(), file)
    return None, [
        Diagnostic(at, "not-utf8", "the file is not UTF-8 from here on", "save it as UTF-8")
    ]


def parse(text: str, file: str) -> tuple[Document | None, list[Diagnostic]]:
    """Read YAML text.

    Only duplicate keys leave a usable document (the first of them counts); after any other
    error there is none.
    """
    refused = _unreadable(text, file)
    if refused:
        return None, [refused]
    builder = Builder(file)
    try:
        _feed(builder, text)
    except Stopped:
        return None, builder.found
    except yaml.YAMLError as error:
        return None, [*builder.found, syntax_error(error, text, file)]
    if any(d.code != "duplicate-key" for d in builder.found):
        return None, builder.found
    value, root = builder.result()
    return Document(file, text, value, root), builder.found


def _feed(builder: Builder, text: str) -> None:
    parser = yaml.CSafeLoader(text)
    try:
        while (event := parser.get_event()) is not None:
            builder.take(event)
    finally:
        parser.dispose()


def _unreadable(text: str, file: str) -> Diagnostic | None:
    if len(text) > MAX_BYTES or len(text.encode(errors="replace")) > MAX_BYTES:
        return _too_big(file, len(text))
    bad = _BAD.search(text)
    if bad is None:
        return None
    return Diagnostic(
        _place(text[: bad.start()], file),
        "bad-character",
        f"the invisible character U+{ord(bad[0][0]):04X} cannot stand here",
        "delete it, or type the line again",
    )


def _place(before: str, file: str) -> Place:
    """Return the place right after a text."""
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _too_big(file: str, size: int) -> Diagnostic:
    return Diagnostic(
        Place(file),
        "too-big",
        f"the file has {size:,} bytes; at most {MAX_BYTES:,} are read",
        "split it into several modules",
    )
