"""The messy workbook in examples/ is the script's own, and holds what it promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from plugins.estate.numbering import normal_form
from scripts.make_messy_workbook import HEADER, TARGET, save

Rows = dict[str, list[tuple[Any, ...]]]


def read(file: Path) -> Rows:
    book = openpyxl.load_workbook(file)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


@pytest.fixture(scope="module")
def rows() -> Rows:
    return read(TARGET)


def test_the_script_makes_the_same_file_every_time(tmp_path: Path, rows: Rows) -> None:
    save(tmp_path / "one.xlsx")
    save(tmp_path / "two.xlsx")

    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert read(tmp_path / "one.xlsx") == rows


def test_two_sheets_have_their_header_in_row_3(rows: Rows) -> None:
    assert list(rows) == ["9棟", "10棟"]
    for sheet in rows.values():
        assert sheet[2][: len(HEADER)][:8] == HEADER[:8]
        assert sum(row[0] == "序號" for row in sheet) == 3


def test_the_troubles_are_there(rows: Rows) -> None:
    for sheet in rows.values():
        cells = [str(cell) for row in sheet[3:] for cell in row if cell is not None]
        assert any("㎡" in cell for cell in cells)
        assert any("９" in cell or "１" in cell for cell in cells)
        assert any(all(cell is None for cell in row) for row in sheet)
        assert any(normal_form(str(row[2])) == "12" for row in sheet[3:])
        assert sheet[-2][0] == "合計"
