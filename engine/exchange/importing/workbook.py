"""Read a workbook or a text file into rows of plain values; formulas as their kept results."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from engine.exchange.importing.archive import check_archive
from engine.exchange.importing.limits import MOST_BYTES, MOST_CELLS, MOST_COLUMNS, MOST_ROWS
from engine.exchange.importing.text_file import read_text_table
from engine.extension import Invalid

ENDINGS = (".xlsx", ".xls", ".csv", ".txt")
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file that can be imported: its visible sheets, and how to read one."""

    sheets: tuple[str, ...]
    _book: CalamineWorkbook | None
    _text: Rows | None = None

    def rows(self, sheet: str) -> Rows:
        """Return all rows of a sheet from its first line on; empty cells are ''.

        Raises:
            Invalid: there is no such sheet, or it is too large.
        """
        if self._text is not None:
            return self._text
        if self._book is None or sheet not in self.sheets:
            raise Invalid("There is no sheet '%(name)s'.", name=sheet)
        try:
            found = self._book.get_sheet_by_name(sheet)
            if found.total_width > MOST_COLUMNS:
                raise Invalid("There are more than %(most)s columns.", most=MOST_COLUMNS)
            if found.total_height > MOST_ROWS + 1_000:
                raise Invalid("There are more than %(most)s rows.", most=MOST_ROWS)
            if found.total_height * found.total_width > MOST_CELLS:
                raise Invalid("The sheet has too many cells.")
            rows: Rows = found.to_python(skip_empty_area=False)
        except CalamineError as error:
            raise Invalid("The file cannot be read; it may be damaged.") from error
        return rows


def open_workbook(data: bytes, name: str, *, is_harmless: bool = False) -> Workbook:
    """Open what was uploaded; what it is, its first bytes decide.

    `is_harmless` tells that these very bytes were opened before, and so were looked into.

    Raises:
        Invalid: too large, of another kind than its name says, or damaged.
    """
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS:
        raise Invalid("Import an Excel workbook (.xlsx, .xls) or a CSV file.")
    if len(data) > MOST_BYTES:
        limit = f"{MOST_BYTES // 1024 // 1024} MB"
        raise Invalid("The file is larger than %(limit)s.", limit=limit)
    if data.startswith((b"PK", _OLD)):
        if ending in (".csv", ".txt"):
            raise Invalid("'%(name)s' is not a %(ending)s file inside.", name=name, ending="csv")
        return _spreadsheet(data, is_harmless=is_harmless)
    if ending in (".xlsx", ".xls"):
        raise Invalid("'%(name)s' is not a %(ending)s file inside.", name=name, ending=ending[1:])
    return Workbook((PurePath(name).stem,), None, read_text_table(data))


def _spreadsheet(data: bytes, *, is_harmless: bool) -> Workbook:
    if data.startswith(b"PK") and not is_harmless:
        check_archive(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (CalamineError, ValueError, OSError) as error:
        raise Invalid("The file cannot be read; it may be damaged, or has a password.") from error
    seen = tuple(m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible)
    if not seen:
        raise Invalid("The workbook has no sheet to read.")
    return Workbook(seen, book)
