"""Amounts in Chinese capitals, as receipts and cheques carry them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_LARGEST = Decimal(10) ** 16
_DIGITS = {"zh_Hant": "零壹貳叁肆伍陸柒捌玖", "zh_Hans": "零壹贰叁肆伍陆柒捌玖"}
_LARGE = {"zh_Hant": ("萬", "億", "負"), "zh_Hans": ("万", "亿", "负")}
_PLACES = ("仟", "佰", "拾", "")


def chinese_amount(amount: Decimal, language: str = "zh_Hant") -> str:
    """Return an amount in capitals: 壹仟貳佰叁拾肆元伍角陸分.

    Rounded half up to the cent. 整 ends what has no cents; 零 stands once for any zeros
    between two digits. Every language but zh_Hans gets the traditional characters.

    Raises:
        ValueError: it has more than sixteen digits before the point.
    """
    script = language if language in _DIGITS else "zh_Hant"
    cents = int(abs(amount).quantize(Decimal("0.01"), ROUND_HALF_UP) * 100)
    if cents >= _LARGEST * 100:
        raise ValueError(f"{amount!r} is too large to be written in capitals")
    if cents == 0:
        return "零元整"
    sign = _LARGE[script][2] if amount < 0 else ""
    whole, rest = divmod(cents, 100)
    return sign + (_whole(whole, script) + "元" if whole else "") + _cents(whole, rest, script)


def _cents(whole: int, rest: int, script: str) -> str:
    if not rest:
        return "整"
    digits = _DIGITS[script]
    tenth, hundredth = divmod(rest, 10)
    gap = "零" if whole and not tenth else ""
    return (
        gap
        + (f"{digits[tenth]}角" if tenth else "")
        + (f"{digits[hundredth]}分" if hundredth else "整")
    )


def _whole(number: int, script: str) -> str:
    """Return a positive whole number; 億 and 萬 each split it into what is read alike."""
    for size, name in ((10**8, _LARGE[script][1]), (10**4, _LARGE[script][0])):
        if number >= size:
            above, below = divmod(number, size)
            gap = "零" if 0 < below < size // 10 else ""
            return _whole(above, script) + name + gap + (_whole(below, script) if below else "")
    return _below_ten_thousand(number, script)


def _below_ten_thousand(number: int, script: str) -> str:
    found, gap = "", ""
    for digit, place in zip(f"{number:04}", _PLACES, strict=True):
        if digit == "0":
            gap = "零" if found else ""
        else:
            found, gap = found + gap + _DIGITS[script][int(digit)] + place, ""
    return found
