"""Look into an xlsx before the reader does: bombs, and cells so far away that they need all memory.

The reader keeps a sheet as one block from its first to its last cell, so that two cells in
opposite corners of the sheet would cost hundreds of gigabytes.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from engine.exchange.importing.limits import MOST_COLUMNS, MOST_ROWS, MOST_UNPACKED_BYTES
from engine.extension import Invalid

_CHUNK = 1024 * 1024
_FED = 64 * 1024
_OVERLAP = 64
_MOST_ENTRIES = 2_000
_LOCAL_HEAD = struct.Struct("<4s5H3I2H")
# Only what is suspicious is matched, so that an honest sheet costs one quick pass:
# three-letter columns, two-letter ones beyond GR (200), and rows with six digits.
_FAR = re.compile(
    rb"[\"'$:]\s*(?:([A-Za-z]{3,}|[G-Zg-z][A-Za-z])(\d+)|([A-Za-z]{1,2})?(\d{6,}))\s*[\"':]"
)
_ROWS_OF_SLACK = 1_000  # titles, blank lines and totals


def check_archive(data: bytes) -> None:
    """Refuse what would fill the memory, whatever the archive says about itself.

    Raises:
        Invalid: too large when unpacked, too wide, too long, or no archive.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise Invalid("The file cannot be read; it may be damaged.") from error
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names and "content.xml" not in names:
        raise Invalid("The file is no workbook.")
    if len(entries) > _MOST_ENTRIES or len(names) != len(entries):
        raise Invalid("The file would become too large when unpacked.")
    left = MOST_UNPACKED_BYTES
    for entry in entries:
        is_sheet = "worksheets/" in entry.filename
        for chunk in _unpacked(data, entry):
            left -= len(chunk)
            if left < 0:
                raise Invalid("The file would become too large when unpacked.")
            if is_sheet:
                _check_places(chunk)


def _unpacked(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what an entry really holds; its own statement of its size is not believed."""
    packed = _packed(data, entry)
    if entry.compress_type == zipfile.ZIP_STORED:
        for start in range(0, len(packed), _CHUNK):
            yield bytes(packed[max(0, start - _OVERLAP) : start + _CHUNK])
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED or entry.flag_bits & 1:
        raise Invalid("The file is packed in a way that is not read, or has a password.")
    tail = b""
    try:
        for chunk in _inflated(packed):
            yield tail + chunk
            tail = chunk[-_OVERLAP:]
    except zlib.error as error:
        raise Invalid("The file cannot be read; it may be damaged.") from error


def _inflated(packed: memoryview) -> Iterator[bytes]:
    reader = zlib.decompressobj(-15)
    for start in range(0, len(packed), _FED):
        fed = bytes(packed[start : start + _FED])
        while fed and not reader.eof:
            yield reader.decompress(fed, _CHUNK)
            fed = reader.unconsumed_tail


def _packed(data: bytes, entry: zipfile.ZipInfo) -> memoryview:
    head = data[entry.header_offset : entry.header_offset + _LOCAL_HEAD.size]
    if len(head) < _LOCAL_HEAD.size or not head.startswith(b"PK\x03\x04"):
        raise Invalid("The file cannot be read; it may be damaged.")
    *_, name_length, extra_length = _LOCAL_HEAD.unpack(head)
    start = entry.header_offset + _LOCAL_HEAD.size + name_length + extra_length
    return memoryview(data)[start : start + entry.compress_size]


def _check_places(xml: bytes) -> None:
    for match in _FAR.finditer(xml):
        letters, row_there, _, far_row = match.groups()
        if letters is not None and _column(letters) > MOST_COLUMNS:
            raise Invalid("There are more than %(most)s columns.", most=MOST_COLUMNS)
        if int(far_row or row_there) > MOST_ROWS + _ROWS_OF_SLACK:
            raise Invalid("There are more than %(most)s rows.", most=MOST_ROWS)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:4]:
        number = number * 26 + letter - 64
    return number
