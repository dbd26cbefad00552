"""Which files are taken: their first bytes must be what their name says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from typing import BinaryIO

from engine.extension.errors import Invalid
from engine.storage.file_checks import Measures, check_office, check_picture, check_text, check_zip

Check = Callable[[BinaryIO], Measures]
_HEAD_BYTES = 4096


def _nothing_more(_file: BinaryIO) -> Measures:
    return Measures()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file."""

    content_type: str
    starts: tuple[bytes, ...] = ()  # one of these first bytes; empty: `check` alone decides
    at: int = 0  # where they stand
    check: Check = _nothing_more

    def fits(self, head: bytes) -> bool:
        """Tell whether a file may be of this kind, by its first bytes."""
        return not self.starts or head[self.at :].startswith(self.starts)


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OLD_OFFICE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_JPEG = Kind("image/jpeg", (b"\xff\xd8\xff",), check=check_picture)
_TIFF = Kind("image/tiff", (b"II*\x00", b"MM\x00*"), check=check_picture)
_MOVIE = (b"ftyp",)

# Not here on purpose: svg, html, xml and scripts run in a browser; programs and macros anywhere.
KINDS = MappingProxyType(
    {
        "jpg": _JPEG,
        "jpeg": _JPEG,
        "png": Kind("image/png", (b"\x89PNG\r\n\x1a\n",), check=check_picture),
        "gif": Kind("image/gif", (b"GIF87a", b"GIF89a"), check=check_picture),
        "webp": Kind("image/webp", (b"RIFF",), check=check_picture),
        "bmp": Kind("image/bmp", (b"BM",), check=check_picture),
        "tif": _TIFF,
        "tiff": _TIFF,
        "pdf": Kind("application/pdf", (b"%PDF-",)),
        "xlsx": Kind(_OFFICE + "spreadsheetml.sheet", _ZIP, check=check_office("xl/")),
        "docx": Kind(_OFFICE + "wordprocessingml.document", _ZIP, check=check_office("word/")),
        "pptx": Kind(_OFFICE + "presentationml.presentation", _ZIP, check=check_office("ppt/")),
        "xls": Kind("application/vnd.ms-excel", _OLD_OFFICE),
        "doc": Kind("application/msword", _OLD_OFFICE),
        "ppt": Kind("application/vnd.ms-powerpoint", _OLD_OFFICE),
        "zip": Kind("application/zip", _ZIP, check=check_zip),
        "csv": Kind("text/csv", check=check_text),
        "txt": Kind("text/plain", check=check_text),
        "mp4": Kind("video/mp4", _MOVIE, at=4),
        "mov": Kind("video/quicktime", _MOVIE, at=4),
        "m4a": Kind("audio/mp4", _MOVIE, at=4),
        "mp3": Kind("audio/mpeg", (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
        "amr": Kind("audio/amr", (b"#!AMR",)),
    }
)


def recognize(name: str, file: BinaryIO) -> tuple[str, Measures]:
    """Return the content type of a file and what was measured; leaves it at its beginning.

    What the browser claimed is not asked: it only guesses from the name.

    Raises:
        Invalid: such files are not taken, or this one is not what its name says.
    """
    ending = PurePath(name).suffix.lower().removeprefix(".")
    kind = KINDS.get(ending)
    if kind is None:
        allowed = ", ".join(KINDS)
        raise Invalid(
            "Files of the kind '%(ending)s' are not taken; these are: %(allowed)s.",
            ending=ending,
            allowed=allowed,
        )
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if not kind.fits(head):
        raise Invalid("'%(name)s' is not a %(ending)s file inside.", name=name, ending=ending)
    measures = kind.check(file)
    file.seek(0)
    if measures.content_type not in ("", kind.content_type):
        raise Invalid("'%(name)s' is not a %(ending)s file inside.", name=name, ending=ending)
    return kind.content_type, measures
