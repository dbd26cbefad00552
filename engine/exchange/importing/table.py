"""Find the table within a sheet: its head below the titles, its rows, and what is no row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.exchange.importing.limits import MOST_ROWS
from engine.exchange.importing.spelling import as_text, heading
from engine.extension import Invalid, Problem

_LOOKED_AT = 30  # rows from the top among which the head must be
_TOTALS = frozenset(
    ("合计", "总计", "小计", "累计", "总合计", "本页小计", "本页合计", "total", "totals")
) | {"subtotal", "grandtotal", "sum"}
_REMARKS = ("注", "备注", "说明", "制表", "审核", "填表", "复核", "批准", "经办", "负责人", "日期")


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a sheet."""

    head_row: int  # as the spreadsheet counts, from 1
    heads: tuple[str, ...]  # '' for a column without one
    rows: tuple[tuple[int, list[Any]], ...]  # (number as the spreadsheet counts, cells)
    notes: tuple[Problem, ...] = field(default=())  # what was left out, and why

    def sample(self, column: int, most: int = 3) -> list[str]:
        """Return the first few values of a column."""
        found: list[str] = []
        for _, cells in self.rows[:50]:
            text = as_text(cells[column]) if column < len(cells) else ""
            if text and text not in found:
                found.append(text[:40])
            if len(found) == most:
                break
        return found


def find_table(rows: Sequence[list[Any]], known: Collection[str], head_row: int = 0) -> Table:
    """Return the table of a sheet; `known` are heads (as `heading` spells them) it may have.

    `head_row` says where the head is, counted from 1; 0 lets it be guessed.

    Raises:
        Invalid: the sheet is empty, or has too many rows.
    """
    if not any(as_text(cell) for row in rows for cell in row):
        raise Invalid("The sheet is empty.")
    at = head_row - 1 if 0 < head_row <= len(rows) else _guess(rows, known)
    heads = _heads(rows, at)
    found, notes = _sorted_out(rows, at, heads)
    if len(found) > MOST_ROWS:
        raise Invalid("There are more than %(most)s rows.", most=MOST_ROWS)
    return Table(at + 1, heads, tuple(found), tuple(notes))


def _guess(rows: Sequence[list[Any]], known: Collection[str]) -> int:
    """Return the row with most known heads; among equals the one with most different texts."""

    def score(at: int) -> tuple[int, int, int]:
        texts = [heading(c) for c in rows[at] if isinstance(c, str) and c.strip()]
        distinct = set(texts)
        return len(distinct & set(known)), len(distinct), -at

    return max(range(min(len(rows), _LOOKED_AT)), key=score)


def _heads(rows: Sequence[list[Any]], at: int) -> tuple[str, ...]:
    """Return the heads; an empty one takes what stands above it, if that is no title."""
    above = rows[at - 1] if at > 0 else []
    has_groups = sum(bool(as_text(c)) for c in above) > 1
    heads = []
    for column, cell in enumerate(rows[at]):
        text = as_text(cell)
        if not text and has_groups and column < len(above):
            text = as_text(above[column])
        heads.append(" ".join(text.split()))
    while heads and not heads[-1]:
        heads.pop()
    return tuple(heads)


def _sorted_out(
    rows: Sequence[list[Any]], at: int, heads: tuple[str, ...]
) -> tuple[list[tuple[int, list[Any]]], list[Problem]]:
    found: list[tuple[int, list[Any]]] = []
    notes: list[Problem] = []
    spelled = tuple(heading(h) for h in heads)
    for number, cells in enumerate(rows[at + 1 :], at + 2):
        why = _no_row(cells, spelled)
        if why:
            notes.append(Problem(why, {"row": number}, "", "skipped"))
        elif why is None:
            found.append((number, cells))
    return found, notes


def _no_row(cells: list[Any], heads: tuple[str, ...]) -> str | None:
    """Return why a line is no record ('' for a blank one), or None when it is one."""
    first = ""
    for cell in cells:
        if cell != "" and cell is not None and (not isinstance(cell, str) or cell.strip()):
            first = cell
            break
    else:
        return ""
    if not isinstance(first, str) or _is_plainly_a_value(first, heads):
        return None
    word = heading(first)
    if word in _TOTALS or (word.startswith(("合计", "总计", "小计")) and len(word) < 8):
        return "Row %(row)s looks like a total and was left out."
    if word == next((h for h in heads if h), "") and _repeats(cells, heads):
        return "Row %(row)s repeats the heads and was left out."
    if word.startswith(_REMARKS) and _is_remark(first, cells):
        return "Row %(row)s looks like a remark and was left out."
    return None


def _is_plainly_a_value(first: str, heads: tuple[str, ...]) -> bool:
    """Tell without spelling it out that a text is no total and no head: 'A-1-101', say.

    The words for totals in Latin letters all hold a t or an m; remarks are Chinese.
    """
    if not first.isascii():
        return False
    text = first.lower()
    if "t" in text or "m" in text:
        return False
    head = next((h for h in heads if h), "")
    return not head.isascii() or head[:1] not in text


def _repeats(cells: list[Any], heads: tuple[str, ...]) -> bool:
    same = sum(heading(c) == h for c, h in zip(cells, heads, strict=False) if h)
    return same * 2 > sum(bool(h) for h in heads)


def _is_remark(first: str, cells: list[Any]) -> bool:
    """Tell whether a line is a note or signatures: few cells, the first ending in a colon."""
    filled = [c for c in cells if as_text(c)]
    return len(filled) == 1 or (":" in first or "：" in first)
