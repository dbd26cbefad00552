"""Tables in text files: which characters, which separator; as a Chinese Excel saves them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from engine.exchange.importing.limits import MOST_CELLS, MOST_COLUMNS, MOST_ROWS
from engine.exchange.neutral import without_mark
from engine.extension import Invalid

_SEPARATORS = ",\t;|"
_LOOKED_AT = 64 * 1024
_LONGEST_CELL = 100_000
# The bytes of the characters people use: those of GB2312's first level, and of Big5's.
_COMMON = {
    "gb18030": (range(0xB0, 0xD8), range(0xA1, 0xFF)),
    "big5hkscs": (range(0xA4, 0xC7), range(0x40, 0xFF)),
}


def read_text_table(data: bytes) -> list[list[Any]]:
    """Return the rows of a CSV file; every cell is a text, '' for an empty one.

    Raises:
        Invalid: it is no text, or too large.
    """
    text = decode(data)
    first = [line for line in text[:_LOOKED_AT].splitlines() if line.strip()][:20]
    csv.field_size_limit(_LONGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(first))
    rows: list[list[Any]] = []
    cells = 0
    try:
        for line in lines:
            cells += len(line)
            _check_size(len(rows), len(line), cells)
            rows.append([without_mark(cell) for cell in line])
    except csv.Error as error:
        raise Invalid("The file cannot be read; it may be damaged.") from error
    return rows


def _check_size(rows: int, columns: int, cells: int) -> None:
    if columns > MOST_COLUMNS:
        raise Invalid("There are more than %(most)s columns.", most=MOST_COLUMNS)
    if rows > MOST_ROWS + 1_000 or cells > MOST_CELLS:
        raise Invalid("There are more than %(most)s rows.", most=MOST_ROWS)


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16, GBK or Big5.

    Raises:
        Invalid: it is no text.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(data, "utf-16")
    if b"\0" in data:
        raise Invalid("The file is no text inside.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    scores = [(_commonness(data, name), name) for name in _COMMON]
    best = max(scores, key=lambda pair: pair[0])
    if best[0] < 0:
        raise Invalid("The characters of the file are not known. Save it as UTF-8.")
    return _decoded(data, best[1])


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Invalid("The characters of the file are not known. Save it as UTF-8.") from error


def _commonness(data: bytes, encoding: str) -> float:
    """Return which part of the characters is common in that encoding; -1 if it is another."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return -1.0
    wide = [c for c in text[:_LOOKED_AT] if ord(c) > 0x7F and c.isalpha()]
    if not wide:
        return 0.0
    first, second = _COMMON[encoding]
    pairs = [c.encode(encoding) for c in wide]
    common = sum(len(b) == 2 and b[0] in first and b[1] in second for b in pairs)
    return common / len(wide)


def _separator(lines: Iterable[str]) -> str:
    """Return the separator that most lines have equally often."""
    counts = {sign: [line.count(sign) for line in lines] for sign in _SEPARATORS}
    return max(_SEPARATORS, key=lambda sign: sorted(counts[sign])[len(counts[sign]) // 2 :] or [0])
