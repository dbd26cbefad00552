"""Room numbers: patterns, skip lists, and one spelling for search (rules.md 13)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from plugins.estate.texts import say_

DEFAULT_PATTERN = "{棟}-{單元}-{層:2}{室:2}"

_TOKENS = {
    "棟": "building", "栋": "building", "building": "building",
    "單元": "unit", "单元": "unit", "unit": "unit",
    "層": "floor", "层": "floor", "floor": "floor",
    "室": "room", "room": "room",
}  # fmt: skip
_PLACE = re.compile(r"\{([^{}:]+)(?::([^{}]*))?\}")
_RANGE = re.compile(r"(-?\d+)(?:-(-?\d+))?$")

_NUMERALS = dict(zip("〇零一二兩三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_SPOKEN = re.compile(r"[〇零一二兩三四五六七八九十]+(?=號樓|[棟栋幢座單单門门層层室])")
_FLOOR_ROOM = re.compile(r"(B?\d+)[層层樓楼F](\d+)")
_BREAKS = re.compile(r"(?:號樓|单元|單元|[^0-9A-Z\u3400-\u9fff]|[棟栋幢座門门層层室樓楼號房])+")
_FLOOR_AND_ROOM = re.compile(r"(B?)(\d{1,3})(\d\d)")
_DIGITS = re.compile(r"(?<!\d)0+(?=\d)")
_MOST_STAIRWELLS = 50
_MAX_LISTED = 1000  # a skip list is for a person's eyes; more is a slip of the keyboard


@dataclass(frozen=True, slots=True)
class Place:
    """Where a room is: what a number is made of."""

    building: str  # '3', 'A'
    unit: str  # '1'; '' where the building has no stairwells
    floor: int  # never 0; -1 is the first basement
    room: int | str  # the number on the floor, from 1, or whatever stands on the door


class BadPattern(ValueError):
    """A pattern or skip list cannot be understood; the message is an English msgid."""

    def __init__(self, message: str, **params: object) -> None:
        self.message = message
        self.params = params
        super().__init__(message % params if params else message)


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that cannot tell two rooms of a building apart.

    Raises:
        BadPattern: an unknown token, a bad width, no room token, or a brace left open.
    """
    named = []
    for token, shape in _PLACE.findall(pattern):
        if token.strip() not in _TOKENS:
            raise BadPattern(say_("'%(token)s' is no token of a room number."), token=token)
        if shape and shape != "A" and not re.fullmatch(r"0?[1-9]", shape):
            raise BadPattern(say_("'%(shape)s' is no width: write 2 or A."), shape=shape)
        named.append(_TOKENS[token.strip()])
    if "room" not in named:
        raise BadPattern(say_("The pattern must contain {室}."))
    if "{" in _PLACE.sub("", pattern) or "}" in _PLACE.sub("", pattern):
        raise BadPattern(say_("A brace of the pattern is not closed."))


def tokens_of(pattern: str) -> dict[str, str]:
    """Return what a pattern is made of, 'building' to 'room', each with its width or 'A'."""
    return {_TOKENS.get(name.strip(), ""): shape for name, shape in _PLACE.findall(pattern)}


def room_number(pattern: str, place: Place) -> str:
    """Write a room's full number.

    An empty value takes the separator behind it away: without stairwells
    `{棟}-{單元}-{層:2}{室:2}` gives 3-0502. Basements are B1, B2 … whatever the width.

    Raises:
        BadPattern: as `check_pattern`.
    """
    check_pattern(pattern)
    written, rest = [], 0
    for found in _PLACE.finditer(pattern):
        written.append(pattern[rest : found.start()])
        value = _value(_TOKENS[found[1].strip()], found[2] or "", place)
        rest = found.end()
        if not value and rest < len(pattern) and pattern[rest] != "{":
            rest += 1
        written.append(value)
    return "".join([*written, pattern[rest:]])


def _value(token: str, shape: str, place: Place) -> str:
    if token == "floor":
        return floor_label(place.floor) if place.floor < 0 else _shaped(str(place.floor), shape)
    return _shaped(str(getattr(place, token)), shape)


def _shaped(value: str, shape: str) -> str:
    if not value.isdecimal() or not shape:
        return value
    return letters(int(value)) if shape == "A" else value.zfill(int(shape))


def letters(number: int) -> str:
    """Count in letters as a spreadsheet does: 1 is A, 26 Z, 27 AA; 0 is empty."""
    written = ""
    while number > 0:
        number, digit = divmod(number - 1, 26)
        written = chr(ord("A") + digit) + written
    return written


def floor_label(floor: int) -> str:
    """Name a floor as people do: 5 is 5F, -1 is B1.

    Raises:
        ValueError: floor 0, which no building has.
    """
    if floor == 0:
        raise ValueError("there is no floor 0")
    return f"B{-floor}" if floor < 0 else f"{floor}F"


class SkipList:
    """Numbers nobody wants on a door: '4, 13-14' or '*4' for every number ending in 4."""

    def __init__(self, text: str = "") -> None:
        self.numbers: set[int] = set()
        self.endings: tuple[str, ...] = ()
        for part in re.split(r"[,;、\s]+", unicodedata.normalize("NFKC", text).strip()):
            self._take(part)

    def _take(self, part: str) -> None:
        if not part:
            return
        if re.fullmatch(r"\*\d", part):
            self.endings += (part[1:],)
            return
        found = _RANGE.match(part)
        if not found:
            raise BadPattern(say_("'%(part)s' is no number, range or ending to skip."), part=part)
        first, last = int(found[1]), int(found[2] or found[1])
        if not 0 <= last - first <= _MAX_LISTED:
            raise BadPattern(say_("The range '%(part)s' runs backwards or is too long."), part=part)
        self.numbers.update(range(first, last + 1))

    def __contains__(self, number: int) -> bool:
        return number in self.numbers or str(number).endswith(self.endings or ("\0",))


def floors(first: int, last: int, skips: SkipList) -> list[int]:
    """List the floors of a building from below; there is never a floor 0 (W60).

    Raises:
        BadPattern: the range runs backwards.
    """
    if first > last:
        raise BadPattern(say_("The lowest floor must not be above the highest."))
    return [n for n in range(first, last + 1) if n != 0 and n not in skips]


def stairwells(text: str) -> tuple[str, ...]:
    """List the stairwells of a building: '1-3' and '1,2,3' are three, 'A,B' two, '' none.

    Raises:
        BadPattern: a range runs backwards or is too long.
    """
    found: list[str] = []
    for part in re.split(r"[,;、\s]+", unicodedata.normalize("NFKC", text).strip()):
        run = re.fullmatch(r"(\d{1,3})[-~–](\d{1,3})", part)
        if run and not 0 <= int(run[2]) - int(run[1]) < _MOST_STAIRWELLS:
            raise BadPattern(say_("The range '%(part)s' runs backwards or is too long."), part=part)
        found += map(str, range(int(run[1]), int(run[2]) + 1)) if run else [part]
    return tuple(dict.fromkeys(one for one in found if one))


def room_numbers(count: int, skips: SkipList, first: int = 1) -> list[int]:
    """List the numbers of `count` rooms on a floor; a skipped number moves the rest up."""
    return list(_unskipped(count, skips, first))


def _unskipped(count: int, skips: SkipList, number: int) -> Iterator[int]:
    # All ten endings skipped would never end.
    if len(set(skips.endings)) == 10:
        raise BadPattern(say_("Every number is skipped."))
    while count > 0:
        if number not in skips:
            yield number
            count -= 1
        number += 1


def normal_form(text: str) -> str:
    """Bring a room number as people type it to one spelling.

    3-1-502, 3-1-0502, ３－１－５０２, 3棟1單元502室, 三栋一单元5层02 all give 3-1-502.
    Two texts with one normal form name the same room of an estate.
    """
    plain = unicodedata.normalize("NFKC", text).upper().replace("号", "號").replace("楼", "樓")
    plain = _SPOKEN.sub(lambda found: str(_spoken_number(found[0])), plain)
    plain = _FLOOR_ROOM.sub(lambda found: f"{found[1]}{found[2].zfill(2)}", plain)
    parts = _BREAKS.sub("-", plain).strip("-").split("-")
    return "-".join(_DIGITS.sub("", part) for part in parts)


def _spoken_number(word: str) -> int:
    if "十" not in word:
        return int("".join(str(_NUMERALS[sign]) for sign in word))
    tens, ones = word.split("十", 1)
    return (_NUMERALS[tens[-1]] if tens else 1) * 10 + (_NUMERALS[ones[0]] if ones else 0)


def floor_and_room(text: str) -> tuple[int, str] | None:
    """Read floor and number on the floor off a room's number, or None where they do not show.

    0502, 9-1-502 and 9棟1單元502室 give (5, '02'); B102 gives (-1, '02').
    """
    found = _FLOOR_AND_ROOM.fullmatch(normal_form(text).rsplit("-", 1)[-1])
    if not found:
        return None
    floor = int(found[2])
    return (-floor if found[1] else floor, found[3]) if floor else None


def search_key(full_no: str, building: str = "", unit: str = "") -> str:
    """Return the spellings a clerk may type, parted by '|', for a `contains` search.

    The engine's search drops blanks and hyphens, so they are no separators here. At most
    200 characters, the size of `room.search_key`.
    """
    plain = unicodedata.normalize("NFKC", full_no).upper()
    spellings = [normal_form(full_no), plain]
    if building:
        stairs = f"{unit}單元" if unit else ""
        for last in dict.fromkeys(text.rsplit("-", 1)[-1] for text in spellings[:2]):
            spelled = f"{building}棟{stairs}{last}"
            simplified = spelled.replace("棟", "栋").replace("單", "单")
            spellings += [spelled, simplified, spelled.replace("棟", "號樓")]
    return "|".join(dict.fromkeys(spellings))[:200]
