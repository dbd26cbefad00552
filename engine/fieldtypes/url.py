"""Web addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from engine.fieldtypes.base import InvalidValue, Look
from engine.fieldtypes.plain_text import PlainTextType
from engine.metadata import Field

# Other schemes would run a script, or open a file of the reader's own machine.
_ADDRESS = re.compile(r"https?://[^\s/?#@\\\"'<>]+([/?#][^\s\"'<>\\]*)?", re.IGNORECASE)


class UrlType(PlainTextType):
    """A web address; `https://` is added when it is left out."""

    name = "url"
    doc = "A web address."
    operators = ("eq", "contains", "empty")

    @override
    def normal(self, field: Field, word: str) -> str:
        address = word if "://" in word else f"https://{word}"
        host = address.partition("://")[2]
        if not _ADDRESS.fullmatch(address) or "." not in host or len(address) > 2000:
            raise InvalidValue("Enter a web address, such as https://example.com.")
        return address

    @override
    def look(self, field: Field) -> Look:
        return Look("url", "url", input_mode="url")

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "format": "uri"}
