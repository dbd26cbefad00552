"""Signatures drawn on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from typing_extensions import override

from engine.fieldtypes.base import Look
from engine.fieldtypes.file import FileType
from engine.metadata import Field


class SignatureType(FileType):
    """The id of a stored picture of a signature."""

    name = "signature"
    doc = "A signature drawn with a finger or a pen."
    schema: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    defaults = MappingProxyType({"accept": ("png",), "max_mb": 1, "multiple": False})
    allowed = frozenset({"png"})

    @override
    def look(self, field: Field) -> Look:
        return Look("signature", "signature")
