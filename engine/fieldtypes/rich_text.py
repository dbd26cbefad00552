"""Text with headings, lists and links: notices, clauses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import nh3
from typing_extensions import override

from engine.fieldtypes.base import PLAIN, Format, InvalidValue, Look
from engine.fieldtypes.kept_text import KeptTextType
from engine.fieldtypes.reading import read_text
from engine.fieldtypes.text import check_length
from engine.metadata import Field

_LONGEST = 200_000
_ROUNDS = 10
# No pictures: one from elsewhere would tell its owner who reads the notice, and when.
_BLOCKS = {"p", "br", "h2", "h3", "h4", "li", "blockquote", "hr", "div", "tr"}
_INLINE = {"strong", "b", "em", "i", "u", "s", "sub", "sup", "mark", "a", "code", "span"}
_OUTER = {"ul", "ol", "table", "thead", "tbody", "th", "td"}
_ATTRIBUTES = {"a": {"href", "title"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
_SCHEMES = {"http", "https", "mailto", "tel"}


class RichTextType(KeptTextType):
    """HTML of a few harmless tags; whatever else is pasted is dropped."""

    name = "rich_text"
    doc = "Text with headings, bold, lists, tables and links; everything else is dropped."
    operators = ("contains", "empty")
    searchable = False  # its tags would be searched with it

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        if raw is not None and not isinstance(raw, str):
            raise InvalidValue("Enter a text.")
        given = read_text(raw)
        if given is None:
            return None
        check_length(given, 0, _LONGEST)
        clean = sanitized(given)
        check_length(clean, 0, _LONGEST)
        return clean if plain_text(clean) else None

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        return plain_text(value or "")

    @override
    def look(self, field: Field) -> Look:
        return Look("richtext", "richtext")

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "contentMediaType": "text/html", "maxLength": _LONGEST}


def sanitized(html: str) -> str:
    """Return the HTML with only harmless tags, attributes and link schemes."""
    # Misnested tags are moved when the result is parsed again, so clean until that is over:
    # what a browser makes of it must be what was judged harmless.
    for _ in range(_ROUNDS):
        before, html = html, _cleaned(html)
        if html == before:
            return html
    raise InvalidValue("This text is nested too deeply. Paste it without its format.")


def _cleaned(html: str) -> str:
    tags = _BLOCKS | _INLINE | _OUTER
    return nh3.clean(html, tags=tags, attributes=_ATTRIBUTES, url_schemes=_SCHEMES).strip()


def plain_text(html: str) -> str:
    """Return what a reader of the HTML sees, a line for each block."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag in {"td", "th"}:
            self.pieces.append(" ")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")

    @override
    def handle_data(self, data: str) -> None:
        self.pieces.append(data.replace("\n", " "))
