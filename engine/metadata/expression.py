"""A formula as it stands in the metadata, with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.diagnostics import Place


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression's text; `typed` is set once loading has checked it.

    Metadata stands below the expression package, so the checked form is opaque here.
    """

    text: str
    at: Place
    typed: Any = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.text
