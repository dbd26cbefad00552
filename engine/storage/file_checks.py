"""Look into a file before it is kept: bombs, broken pictures, pages in disguise."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from engine.extension.errors import Invalid

_MOST_PIXELS = 60_000_000  # a phone's picture has 12 to 50 million
_MOST_FRAMES = 500
_MOST_ENTRIES = 5_000
_MOST_UNPACKED_BYTES = 500 * 1024 * 1024
_MOST_RATIO = 200  # sheets of repeated text reach 100
_RATIO_COUNTS_ABOVE_BYTES = 10 * 1024 * 1024
_TEXT_LOOKED_AT_BYTES = 1024 * 1024
_CONTENT_TYPES = {  # no other decoder is ever let at a stranger's bytes
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
}
_MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|\?xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Measures:
    """What a look inside tells."""

    content_type: str = ""  # '' when the look does not tell
    width: int | None = None
    height: int | None = None


def check_picture(file: BinaryIO) -> Measures:
    """Decode a picture's structure within a limit of pixels."""
    try:
        with warnings.catch_warnings():
            # Pillow's own, lower limit only warns; ours refuses before anything is unpacked.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=list(_CONTENT_TYPES)) as picture:
                width, height = picture.size
                frames = getattr(picture, "n_frames", 1)
                content_type = _content_type(picture.format or "")
                if width * height > _MOST_PIXELS or frames > _MOST_FRAMES:
                    raise Invalid("The picture is too large: %(size)s.", size=f"{width} × {height}")
                picture.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise Invalid("The picture cannot be read; it may be damaged.") from error
    return Measures(content_type, width, height)


def _content_type(format_name: str) -> str:
    # A telephone's JPEG with a second, small picture in it is an MPO to Pillow.
    return _CONTENT_TYPES["JPEG" if format_name == "MPO" else format_name]


def check_zip(file: BinaryIO) -> Measures:
    """Refuse an archive that would fill the disk of whoever unpacks it."""
    _entries(file)
    return Measures()


def check_office(folder: str) -> Callable[[BinaryIO], Measures]:
    """Return the check of an Office file whose parts stand in that folder."""

    def check(file: BinaryIO) -> Measures:
        names = [entry.filename for entry in _entries(file)]
        if "[Content_Types].xml" not in names or not any(n.startswith(folder) for n in names):
            raise Invalid("The file is no Office document inside.")
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Invalid("Documents with macros are not taken.")
        return Measures()

    return check


def _entries(file: BinaryIO) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise Invalid("The file cannot be read; it may be damaged.") from error
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    ratio = unpacked / max(packed, 1)
    if (
        len(entries) > _MOST_ENTRIES
        or unpacked > _MOST_UNPACKED_BYTES
        or (unpacked > _RATIO_COUNTS_ABOVE_BYTES and ratio > _MOST_RATIO)
    ):
        raise Invalid("The file would become too large when unpacked.")
    return entries


def check_text(file: BinaryIO) -> Measures:
    """Refuse bytes that are no text, and pages a browser would run."""
    start = file.read(_TEXT_LOOKED_AT_BYTES)
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Invalid("The file is no text inside.")
    if _MARKUP.search(start[:_TEXT_LOOKED_AT_BYTES].replace(b"\0", b"")):
        raise Invalid("The file is a web page inside.")
    return Measures()
