"""Telephone numbers."""

from __future__ import annotations

import re

from typing_extensions import override

from engine.fieldtypes.base import Format, InvalidValue, Look
from engine.fieldtypes.plain_text import PlainTextType
from engine.metadata import Field

_EXTENSION = re.compile(
    r"(?<=[0-9])(?:轉|转|分機|分机|ext\.?|x|#|,|-(?=[0-9]{1,6}$))+([0-9]{1,6})$"
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))([2-9][0-9]{6,7})")
_OTHERS = re.compile(
    r"[2-9][0-9]{6,7}"  # within the town
    r"|[48]00[0-9]{7}"
    r"|1[0-9]{2,4}|9[0-9]{4,5}"  # 110, 12345, 95588
)
_ABROAD = re.compile(r"\+(?!86)[1-9][0-9]{6,14}")


class PhoneType(PlainTextType):
    """A number kept as digits only, so that it is found in any spelling.

    An extension follows a dash: `02012345678-801`. Numbers abroad keep their `+`.
    """

    name = "phone"
    doc = "A telephone number: mobile, landline with extension, or abroad with +."

    @override
    def normal(self, field: Field, word: str) -> str:
        number, extension = _split(word.lower())
        number = _at_home(re.sub(r"[-()./_\u2010-\u2015]", "", number))
        if not _is_number(number):
            raise InvalidValue("Enter a telephone number, such as 13812345678 or 020-12345678.")
        return f"{number}-{extension}" if extension else number

    @override
    def text(self, field: Field, value: object, style: Format) -> str:
        """Return it with a dash after the area code."""
        number, dash, extension = str(value or "").partition("-")
        landline = _LANDLINE.fullmatch(number)
        spaced = f"{landline[1]}-{landline[2]}" if landline else number
        return f"{spaced}{dash}{extension}"

    @override
    def look(self, field: Field) -> Look:
        return Look("tel", "tel", input_mode="tel")


def _split(word: str) -> tuple[str, str]:
    found = _EXTENSION.search(word)
    if not found or not _is_number(_at_home(re.sub(r"[-()./]", "", word[: found.start()]))):
        return word, ""
    return word[: found.start()], found[1]


def _at_home(number: str) -> str:
    """Drop the country code of the mainland; write every other with `+`."""
    if number.startswith("00"):
        number = "+" + number[2:]
    if number.startswith("+86"):
        rest = number[3:]
        return rest if _MOBILE.fullmatch(rest) or rest.startswith(("0", "4", "8")) else "0" + rest
    mobile = number.removeprefix("86")
    return mobile if _MOBILE.fullmatch(mobile) else number


def _is_number(number: str) -> bool:
    return any(one.fullmatch(number) for one in (_MOBILE, _LANDLINE, _OTHERS, _ABROAD))
