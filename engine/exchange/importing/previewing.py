"""The first rows of an import as a person looks at them before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from engine.exchange.importing.checking import Checked
from engine.exchange.importing.keeping import problem_as_json
from engine.exchange.importing.rows import Row
from engine.exchange.importing.spelling import as_text
from engine.exchange.importing.targets import Target
from engine.fieldtypes import field_type
from engine.records import Workspace, joined, title_field
from engine.records.covers import shown_title

SHOWN = 100  # rows with problems, and as many others
Titles = Mapping[tuple[str, Any], str]


def preview_of(work: Workspace, done: Checked) -> dict[str, Any]:
    """Return columns and rows as JSON carries them; rows with problems come first."""
    bad = done.bad[:SHOWN]
    good = [row for row in done.rows if row.state != "error"][:SHOWN]
    targets = [done.targets[path] for path in _shown_paths(done)]
    titles = _titles(work, targets, [*bad, *good])
    return {
        "columns": [t.label for t in targets],
        "rows": [_row(work, done, row, targets, titles) for row in (*bad, *good)],
    }


def _shown_paths(done: Checked) -> list[str]:
    by_column = [path for _, path in sorted(done.plan.columns.items())]
    return [*by_column, *done.plan.constants]


def _titles(work: Workspace, targets: Sequence[Target], rows: Sequence[Row]) -> Titles:
    wanted: dict[str, set[int]] = {}
    for target in targets:
        if target.link:
            ids = {_value(row, target) for row in rows} | {_old(row, target) for row in rows}
            wanted.setdefault(target.link, set()).update(i for i in ids if isinstance(i, int))
    found: dict[tuple[str, Any], str] = {}
    for entity, numbers in wanted.items():
        source = joined(work, entity)
        title = source.column((title_field(work.catalog, entity),))
        query = select(source.table.c.id, title).select_from(source.from_)
        for record_id, text in work.connection.execute(
            query.where(source.table.c.id.in_(sorted(numbers)))
        ):
            found[entity, record_id] = str(shown_title(work, entity, text) or f"#{record_id}")
    return found


def _value(row: Row, target: Target) -> Any:
    return row.given.get(target.path)


def _old(row: Row, target: Target) -> Any:
    return None if row.old is None or target.is_helper else row.old.get(target.path)


def _row(
    work: Workspace, done: Checked, row: Row, targets: Sequence[Target], titles: Titles
) -> dict[str, Any]:
    raw = {path: column for column, path in done.plan.columns.items()}
    cells = []
    for target in targets:
        wrong = next((p for p in row.problems if p.field == target.path), None)
        cell: dict[str, Any] = {"text": _text(work, row, target, titles, raw)}
        if wrong is not None:
            cell["error"] = problem_as_json(wrong)
        was = _old(row, target)
        if row.state == "update" and target.path in row.given and was != row.given[target.path]:
            cell["old"] = _written(work, target, was, titles)
        cells.append(cell)
    shown = {t.path for t in targets}
    rest = [problem_as_json(p) for p in row.problems if p.field not in shown]
    return {"number": row.number, "state": row.state, "cells": cells, "problems": rest}


def _text(work: Workspace, row: Row, target: Target, titles: Titles, raw: Mapping[str, int]) -> str:
    """Return what was understood; where nothing was, what stands in the file."""
    if target.path in row.given:
        return _written(work, target, row.given[target.path], titles)
    column = raw.get(target.path, -1)
    return as_text(row.cells[column])[:200] if 0 <= column < len(row.cells) else ""


def _written(work: Workspace, target: Target, value: Any, titles: Titles) -> str:
    if value is None:
        return ""
    if target.link:
        return titles.get((target.link, value), f"#{value}")
    return field_type(target.field.type).text(target.field, value, work.style)[:200]
