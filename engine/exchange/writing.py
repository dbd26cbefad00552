"""Write a stream of rows as a spreadsheet, or as text with commas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from rustpy_xlsxwriter import Format, write_worksheet

from engine.exchange.cells import cell_makers, headers, number_formats, shown_index
from engine.exchange.neutral import neutral
from engine.exchange.streaming import Stream
from engine.extension import Invalid
from engine.records import Column, Workspace

MOST_SHEET_ROWS = 1_048_000  # Excel's limit, less the head and the totals
_HEAD_COLOR = "#E8EEF5"
_WIDTHS = {"date": 12.0, "datetime": 17.0, "money": 14.0, "decimal": 12.0, "integer": 10.0}
_WIDE = {"long_text": 40.0, "rich_text": 40.0, "text": 18.0, "link": 20.0}


class RowWriter:
    """Turns the rows of a stream into cells, and counts them."""

    def __init__(self, work: Workspace, entity: str, stream: Stream, tell: Any = None) -> None:
        self.work, self.stream = work, stream
        self.heads = headers(work, entity, [c.path for c in stream.columns])
        self.rows = 0
        self._tell = tell

    def cells(self) -> Iterator[list[Any]]:
        """Yield each row's cells, in the order of the heads."""
        makers = cell_makers(self.work, self.stream.columns)
        shown = [shown_index(c) for c in self.stream.columns]
        special = [(at, makers[index]) for at, index in enumerate(shown) if index in makers]
        for batch in self.stream.batches(self.work):
            for row in batch:
                values = [row[index] for index in shown]
                for at, make in special:
                    values[at] = make(values[at])
                yield values
            self.rows += len(batch)
            if self._tell is not None:
                self._tell(self.rows)

    def total_cells(self) -> list[Any] | None:
        """Return the cells of the row of totals, if there is one."""
        totals = self.stream.totals
        if not totals or not self.rows:
            return None
        cells: list[Any] = [totals.get(c.path) for c in self.stream.columns]
        if cells[0] is None:
            cells[0] = self.work.message("Total")
        return cells


def write_xlsx(writer: RowWriter, path: str, sheet_name: str) -> None:
    """Write a workbook of one sheet: bold head that stays, number formats, totals.

    Raises:
        Invalid: more rows than a sheet holds.
    """
    formats = number_formats(writer.stream.columns)
    by_head = dict(zip(writer.heads, writer.stream.columns, strict=True))
    write_worksheet(
        _records(writer),
        path,
        sheet_name=_sheet_name(sheet_name),
        freeze_row=1,
        header_format=Format().set_bold().set_background_color(_HEAD_COLOR),
        column_formats={
            head: Format().set_num_format(formats[c.path])
            for head, c in by_head.items()
            if c.path in formats and not c.masked
        },
        column_widths={head: _width(head, c) for head, c in by_head.items()},
    )


def _records(writer: RowWriter) -> Iterator[dict[str, Any]]:
    heads = writer.heads
    for number, cells in enumerate(writer.cells(), 1):
        if number > MOST_SHEET_ROWS:
            raise Invalid("A sheet holds at most %(most)s rows; use CSV.", most=MOST_SHEET_ROWS)
        yield dict(zip(heads, cells, strict=True))
    totals = writer.total_cells()
    if totals is not None:
        yield dict(zip(heads, totals, strict=True))
    elif not writer.rows:
        yield dict.fromkeys(heads)  # the heads alone


def _width(head: str, column: Column) -> float:
    least = _WIDTHS.get(column.field.type) or _WIDE.get(column.field.type, 12.0)
    return max(least, 2.0 * len(head) + 2)


def _sheet_name(text: str) -> str:
    plain = "".join(" " if c in "[]:*?/\\'" else c for c in text).strip()
    return plain[:31] or "Sheet1"


def write_csv(writer: RowWriter, target: IO[bytes]) -> None:
    """Write UTF-8 with a mark that tells Excel so; texts that look like formulas are marked."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=False)
    lines = csv.writer(text)
    lines.writerow([neutral(head) for head in writer.heads])
    for cells in writer.cells():
        lines.writerow(_plain(cells))
    totals = writer.total_cells()
    if totals is not None:
        lines.writerow(_plain(totals))
    text.flush()
    text.detach()


def _plain(cells: Sequence[Any]) -> list[Any]:
    return [neutral(c) if isinstance(c, str) else _written(c) for c in cells]


def _written(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else value
