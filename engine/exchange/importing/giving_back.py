"""Workbooks that go back to the person: the bad rows with their reasons, and an empty template."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import Format, write_worksheet

from engine.exchange.importing.checking import entity_to_import
from engine.exchange.importing.keeping import bad_rows, problem_of_json
from engine.exchange.importing.runs import Import
from engine.exchange.importing.targets import Target, targets_of
from engine.extension import Problem
from engine.fieldtypes import field_type
from engine.records import Workspace

_HEAD_COLOR = "#E8EEF5"
_WRONG_COLOR = "#FCE4E4"
_LONGEST_LIST = 250  # characters of the choices that a cell may offer


def said(work: Workspace, problem: Problem) -> str:
    """Say a problem in the reader's language."""
    return work.message(problem.message, **problem.params)


def bad_rows_workbook(one: Import) -> bytes:
    """Return all bad rows as they stand in the file, each with its reasons in the last column.

    The heads are the file's own, so that the mended workbook can be imported as it is.
    """
    table = one.table(one.plan)
    heads = _distinct([*table.heads, one.work.message("Reason")])
    labels = {path: t.label for path, t in _targets(one).items()}

    def lines() -> Iterator[dict[str, Any]]:
        count = 0
        cells_of = dict(table.rows)
        for row in bad_rows(one.work, one.id):
            cells = cells_of.get(row.number, [])
            reasons = [_reason(one.work, problem_of_json(p), labels) for p in row.problems]
            padded = [*cells[: len(heads) - 1], *[""] * (len(heads) - 1 - len(cells))]
            yield dict(zip(heads, [*padded, "；".join(reasons)], strict=True))
            count += 1
        if not count:
            yield dict.fromkeys(heads)

    reason = Format().set_background_color(_WRONG_COLOR)
    return _written(lines(), heads, column_formats={heads[-1]: reason})


def _targets(one: Import) -> dict[str, Target]:
    return targets_of(one.work, one.work.catalog.entity(one.row.entity))


def _reason(work: Workspace, problem: Problem, labels: dict[str, str]) -> str:
    text = said(work, problem)
    label = labels.get(problem.field, "")
    return f"{label}: {text}" if label and label not in text else text


def template(work: Workspace, entity: str) -> bytes:
    """Return an empty workbook with the right heads; choices can be picked from a list.

    Raises:
        Refused: the right `import` is missing.
    """
    described = entity_to_import(work, entity)
    targets = [t for t in targets_of(work, described).values() if t.writes]
    heads = _distinct([t.label for t in targets])
    lists = {}
    for head, target in zip(heads, targets, strict=True):
        offered = _choices(work, target)
        if offered and len(",".join(offered)) <= _LONGEST_LIST:
            lists[head] = {"type": "list", "values": offered}
    formats = {
        head: Format().set_num_format(form)
        for head, target in zip(heads, targets, strict=True)
        if (form := field_type(target.field.type).excel_format(target.field))
    }
    return _written(iter([dict.fromkeys(heads)]), heads, column_formats=formats, lists=lists)


def _choices(work: Workspace, target: Target) -> list[str]:
    if target.field.type != "choice":
        return []
    options = target.field.options["options"].values()
    return [o["label"].in_(work.language) for o in options if not o["hidden"]]


def _distinct(heads: Sequence[str]) -> list[str]:
    found: list[str] = []
    for number, head in enumerate(heads, 1):
        name = head or f"({number})"
        found.append(name if name not in found else f"{name} ({number})")
    return found


def _written(
    lines: Iterator[dict[str, Any]],
    heads: Sequence[str],
    column_formats: dict[str, Format],
    lists: dict[str, Any] | None = None,
) -> bytes:
    with tempfile.TemporaryDirectory(prefix="wuye-") as folder:
        path = Path(folder) / "file.xlsx"
        write_worksheet(
            lines,
            str(path),
            freeze_row=1,
            header_format=Format().set_bold().set_background_color(_HEAD_COLOR),
            column_formats=column_formats,
            column_widths={head: max(12.0, 2.0 * len(head) + 2) for head in heads},
            **({"data_validations": lists} if lists else {}),
        )
        return path.read_bytes()
