"""Workbooks that tests import."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook


def xlsx(rows: Sequence[Sequence[Any]], **sheets: Sequence[Sequence[Any]]) -> bytes:
    """Return a workbook; the first sheet is called 房屋, more follow by name."""
    book = Workbook()
    book.remove(book.active)
    for name, lines in {"房屋": rows, **sheets}.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HEAD = ("樓盤", "樓宇", "房號", "建築面積（㎡）", "套內面積", "房間用途")


def line(no: str, **more: Any) -> list[Any]:
    """Return a good row of the estate in the north."""
    given: Mapping[str, Any] = {
        "estate": "海濱花園",
        "building": "1棟",
        "area": 80,
        "inner": 60,
        "kind": "住宅",
        **more,
    }
    return [given["estate"], given["building"], no, given["area"], given["inner"], given["kind"]]
