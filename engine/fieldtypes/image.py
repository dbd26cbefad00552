"""Pictures."""

from __future__ import annotations

from types import MappingProxyType

from typing_extensions import override

from engine.fieldtypes.base import Look
from engine.fieldtypes.file import FileType
from engine.metadata import Field

_PICTURES = ("jpg", "jpeg", "png", "webp", "gif")


class ImageType(FileType):
    """As a file, but shown: only what every browser can."""

    name = "image"
    doc = "An uploaded picture, or several; a phone offers its camera."
    defaults = MappingProxyType({"accept": _PICTURES, "max_mb": 10, "multiple": False})
    allowed = frozenset(_PICTURES)

    @override
    def look(self, field: Field) -> Look:
        return Look("image", "image", extra=self._extra(field))
