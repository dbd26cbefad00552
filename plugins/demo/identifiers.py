"""Numbers of people and things: right in form, and nobody's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_SIGNS = "10X98765432"
_COMPANY_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PLATE_SIGNS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_NO_AREA = "99"  # the first two signs of no province
_UNUSED_PREFIXES = ("154", "160", "161", "163", "164", "168")  # given to no carrier


def resident_id(random: Random, born: date, *, male: bool) -> str:
    """Return an identity number with the right check sign (GB 11643) and an area nobody has."""
    area = f"{_NO_AREA}{random.randrange(1, 22):02}{random.randrange(1, 60):02}"
    order = random.randrange(0, 500) * 2 + (1 if male else 0)  # the last digit tells the sex
    digits = f"{area}{born:%Y%m%d}{order:03}"
    total = sum(int(sign) * weight for sign, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + _CHECK_SIGNS[total % 11]


def credit_code(random: Random) -> str:
    """Return a unified social credit code with the right check sign (GB 32100)."""
    body = "".join(random.choice(_COMPANY_SIGNS) for _ in range(9))
    code = f"91{_NO_AREA}0000{body}"
    total = sum(_COMPANY_SIGNS.index(s) * pow(3, i, 31) for i, s in enumerate(code))
    return code + _COMPANY_SIGNS[(31 - total % 31) % 31]


def mobile(random: Random) -> str:
    """Return a mobile number that is in no network."""
    return f"{random.choice(_UNUSED_PREFIXES)}{random.randrange(10**8):08}"


def plate(random: Random, region: str, *, electric: bool) -> str:
    """Return a licence plate such as 粵A8K36D; electric cars have a sign more."""
    signs = "".join(random.choice(_PLATE_SIGNS) for _ in range(4))
    last = str(random.randrange(10))
    return f"{region}{random.choice('DF')}{signs}{last}" if electric else f"{region}{signs}{last}"


def unused(make: Callable[[], str], taken: set[str]) -> str:
    """Return the first made text that nobody has yet, and remember it."""
    while (found := make()) in taken:
        continue
    taken.add(found)
    return found
