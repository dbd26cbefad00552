"""From a template and data to a PDF: one compile for a whole batch.

Data never becomes source text: the template reads them from a file of JSON that exists only
for the compile, so whatever a name contains is a text and nothing else. There is no folder
under the compile either; a template sees the files given here and no others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from engine.documents.fonts import all_fonts

_SHARED = Path(__file__).parent / "typst"
_NOWHERE = "/nonexistent"  # packages are never looked for, here or on the network


class TemplateError(Exception):
    """A template cannot be set: its author must mend it. Carries Typst's own report."""


@cache
def shared_sources() -> Mapping[str, bytes]:
    """Return the engine's own Typst files by name: the library and the generic templates."""
    return {path.name: path.read_bytes() for path in sorted(_SHARED.glob("*.typ"))}


def typeset(
    template: bytes,
    data: Mapping[str, Any],
    *,
    at: datetime,
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the PDF of a template over data; `files` are images and libraries by name.

    Equal input gives equal bytes, `at` included: it is the document's date.

    Raises:
        TemplateError: the template is wrong.
    """
    import typst  # here, for the 6 MB of a compiler that most processes never start

    given = {
        **shared_sources(),
        **(files or {}),
        "main.typ": template,
        "data.json": json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(),
    }
    try:
        made: Any = typst.compile(
            given,  # type: ignore[call-overload]  # the stub does not know files by name
            font_paths=all_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            timestamp=int(at.timestamp()),
            package_path=_NOWHERE,
            package_cache_path=_NOWHERE,
            pdf_tags=False,  # tags double the time of a batch
        )
    except typst.TypstError as wrong:
        raise TemplateError(f"{wrong.message}\n{wrong.diagnostic}") from wrong
    return bytes(made)
