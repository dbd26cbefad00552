"""Mail addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from engine.fieldtypes.base import InvalidValue, Look
from engine.fieldtypes.plain_text import PlainTextType
from engine.metadata import Field

_PERSON = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
_ADDRESS = re.compile(rf"(?=.{{3,254}}$){_PERSON}@{_HOST}")


class EmailType(PlainTextType):
    """An address, in small letters."""

    name = "email"
    doc = "A mail address."

    @override
    def normal(self, field: Field, word: str) -> str:
        address = word.lower()
        if not _ADDRESS.fullmatch(address) or address.index("@") > 64:
            raise InvalidValue("Enter a mail address, such as name@example.com.")
        return address

    @override
    def look(self, field: Field) -> Look:
        return Look("email", "email", input_mode="email")

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "format": "email"}
