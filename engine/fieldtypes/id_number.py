"""Numbers of identity papers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from typing_extensions import override

from engine.fieldtypes.base import InvalidValue, Look
from engine.fieldtypes.plain_text import PlainTextType
from engine.metadata import Field

_RESIDENT = re.compile(r"[1-9][0-9]{16}[0-9X]")
_PASSPORT = re.compile(r"(?=.*[0-9])[A-Z0-9]{5,20}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_SIGNS = "10X98765432"

_COMPANY_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_COMPANY = re.compile(rf"[{_COMPANY_SIGNS}]{{18}}")


class IdNumberType(PlainTextType):
    """The number of an identity paper, in capital letters."""

    name = "id_number"
    doc = "The number of a resident's identity card, of another paper, or of a company."
    schema = MappingProxyType(
        {
            "kind": {
                "enum": ["resident", "passport", "company", "any"],
                "description": "resident: the 18 signs of GB 11643; company: the 18 of GB 32100;"
                " passport: passports and permits; any (if left out): one of these",
            }
        }
    )
    defaults = MappingProxyType({"kind": "any"})

    @override
    def normal(self, field: Field, word: str) -> str:
        number = re.sub(r"[-()]", "", word.upper())
        kind = field.options["kind"]
        if kind == "any":
            kind = _kind_of(number)
        if not _CHECKS[kind](number):
            raise _refusal(kind)
        return number

    @override
    def look(self, field: Field) -> Look:
        return Look("text", "code")


def is_resident_id(number: str) -> bool:
    """Tell whether date and check sign of the 18 signs are right (GB 11643)."""
    if not _RESIDENT.fullmatch(number) or not _is_birthday(number[6:14]):
        return False
    total = sum(int(sign) * weight for sign, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECK_SIGNS[total % 11] == number[-1]


def is_company_id(number: str) -> bool:
    """Tell whether the check sign of the unified social credit code is right (GB 32100)."""
    if not _COMPANY.fullmatch(number):
        return False
    values = [_COMPANY_SIGNS.index(sign) for sign in number]
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values[:-1]))
    return (31 - total % 31) % 31 == values[-1]


def _kind_of(number: str) -> str:
    # Every paper of 18 signs has a check sign, so a slip must not pass as a passport.
    if len(number) != 18:
        return "passport"
    return "company" if is_company_id(number) else "resident"


def _is_birthday(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born >= date(1850, 1, 1)


def _is_passport(number: str) -> bool:
    return bool(_PASSPORT.fullmatch(number))


_CHECKS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {"resident": is_resident_id, "company": is_company_id, "passport": _is_passport}
)


def _refusal(kind: str) -> InvalidValue:
    if kind == "resident":
        return InvalidValue("This identity number is mistyped: its 18 digits do not fit together.")
    if kind == "company":
        return InvalidValue("This company number is mistyped: its 18 signs do not fit together.")
    return InvalidValue("Enter the number as printed: 5 to 20 letters and digits.")
