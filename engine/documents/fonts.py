"""The fonts that travel with the application: no print depends on a machine's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pylopdf_fonts_zh_cn as simplified
import pylopdf_fonts_zh_tw as traditional

if TYPE_CHECKING:
    import typst


@dataclass(frozen=True, slots=True)
class Faces:
    """Families in the order they are asked for a glyph, and what Typst is told of the script."""

    sans: tuple[str, ...]
    serif: tuple[str, ...]
    language: str
    region: str


_TC, _SC = ("Noto Sans TC", "Noto Serif TC"), ("Noto Sans SC", "Noto Serif SC")


def faces(language: str) -> Faces:
    """Return the faces of a language; the other script's come second, for names in it."""
    first, second = (_SC, _TC) if language == "zh_Hans" else (_TC, _SC)
    sans, serif = zip(first, second, strict=True)
    if language == "en":
        return Faces(sans, serif, "en", "GB")
    return Faces(sans, serif, "zh", "CN" if language == "zh_Hans" else "HK")


@cache
def all_fonts() -> typst.Fonts:
    """Return the fonts of both wheels and none else; read once a process."""
    import typst

    folders = [str(one.sans_path().parent) for one in (traditional, simplified)]
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders)
    )
