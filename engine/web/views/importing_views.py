"""What the import's templates are given, and what its forms send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import request

from engine.exchange.importing.candidates import load_candidates
from engine.exchange.importing.keeping import problem_of_json
from engine.exchange.importing.mapping import Plan, key_choices
from engine.exchange.importing.past import past_imports
from engine.exchange.importing.runs import Import
from engine.exchange.importing.table import Table
from engine.exchange.importing.targets import Target
from engine.metadata import Entity
from engine.records import Workspace
from engine.web.i18n import say

View = dict[str, Any]
_CONSTANT = "all."  # before the field's name, in the place of a column's number
_MOST_CONSTANTS = 100  # records that are offered for the whole file
_PAST = {
    "new": "Columns to choose",
    "checking": "Being checked",
    "checked": "Not written yet",
    "running": "Being written",
    "done": "Imported",
    "failed": "Failed",
    "cancelled": "Taken back",
}
_STATES = {"create": "New", "update": "Change", "same": "Unchanged", "error": "With errors"}


def mapping_view(one: Import, plan: Plan, table: Table, targets: Mapping[str, Target]) -> View:
    """Return the columns, what each may be, and fields that can be set for the whole file."""
    work, book = one.work, one.workbook()
    entity = work.catalog.entity(one.row.entity)
    columns = [
        {
            "index": index,
            "header": head or f"({index + 1})",
            "sample": table.sample(index),
            "choices": _choices(targets, plan.columns.get(index, "")),
        }
        for index, head in enumerate(table.heads)
    ]
    keys = [("", work.message("None: every row is new"))]
    for names in key_choices(entity, targets):
        keys.append((",".join(names), "、".join(targets[n].label for n in names)))
    chosen = ",".join(plan.key)
    mode = request.args.get("mode") or request.form.get("mode") or plan.mode
    bad = request.args.get("bad") or request.form.get("bad") or _bad(plan)
    return {
        "file_name": one.files.find(work.connection, one.row.file_id).name,
        "sheets": [{"value": s, "label": s, "selected": s == plan.sheet} for s in book.sheets],
        "columns": [*columns, *_constants(one, plan, targets)],
        "key_choices": [{"value": v, "label": t, "selected": v == chosen} for v, t in keys],
        "hidden": [("mode", mode), ("bad", bad), ("seen_sheet", plan.sheet)],
    }


def _bad(plan: Plan) -> str:
    """Return what is done about bad rows, as the form says it."""
    return "skip" if plan.good_rows_only else "stop"


def _choices(targets: Mapping[str, Target], chosen: str) -> list[View]:
    return [
        {"value": t.path, "label": t.label, "selected": t.path == chosen} for t in targets.values()
    ]


def _constants(one: Import, plan: Plan, targets: Mapping[str, Target]) -> list[View]:
    """Return required links that no column fills, with the few records they may lead to."""
    found = []
    for target in targets.values():
        if not target.link or target.is_helper or not target.field.required or not target.writes:
            continue
        if target.path in plan.columns.values():
            continue
        offered = load_candidates(one.work, target.link, target.field, {}, (), filtered=False)
        if not 0 < len(offered.titles) <= _MOST_CONSTANTS:
            continue
        chosen = plan.constants.get(target.path, "")
        found.append(
            {
                "index": f"{_CONSTANT}{target.path}",
                "header": one.work.message("%(label)s, for the whole file", label=target.label),
                "sample": [],
                "choices": [
                    {"value": f"#{i}", "label": t, "selected": f"#{i}" == chosen}
                    for i, t in sorted(offered.titles.items(), key=lambda pair: pair[1])
                ],
            }
        )
    return found


def sent_plan(one: Import) -> Plan:
    """Return the plan that the form sends; what is wrong with it, `choose` says."""
    columns, constants = {}, {}
    for name, value in request.form.items():
        if not name.startswith("map.") or not value:
            continue
        place = name.removeprefix("map.")
        if place.startswith(_CONSTANT):
            constants[place.removeprefix(_CONSTANT)] = value[:200]
        elif place.isdigit() and len(place) < 6:
            columns[int(place)] = value
    # a column says more than a choice for the whole file
    constants = {p: v for p, v in constants.items() if p not in columns.values()}
    key = tuple(k for k in request.form.get("key", "").split(",") if k)
    return replace(
        one.plan,
        sheet=request.form.get("sheet") or one.plan.sheet,
        columns=columns,
        constants=constants,
        key=key,
        mode=request.form.get("mode") or one.plan.mode,
        good_rows_only=request.form.get("bad", _bad(one.plan)) != "stop",
    )


def preview_view(one: Import) -> View:
    """Return the counts and the first rows, said in the reader's language."""
    work, options = one.work, one.row.options
    kept = options.get("preview", {"columns": [], "rows": []})
    counts = options.get("counts", {})
    writes = counts.get("create", 0) + counts.get("update", 0)
    shown, total = len(kept["rows"]), sum(counts.values())
    more = work.message("%(shown)s of %(total)s rows are shown.", shown=shown, total=total)
    left_out = options.get("left_out", 0)
    notes = [say(problem_of_json(n)) for n in options.get("notes", [])[:5]]
    return {
        "file_name": one.files.find(work.connection, one.row.file_id).name,
        "counts": counts,
        "columns": kept["columns"],
        "rows": [_row(work.message, row) for row in kept["rows"]],
        "errors_url": f"/e/{one.row.entity}/import/{one.id}/errors.xlsx",
        "can_commit": writes > 0 and (not counts.get("error") or one.plan.good_rows_only),
        "all_or_nothing": not one.plan.good_rows_only,
        "commit_label": work.message("Import %(n)s rows", n=writes),
        "more_text": " ".join(
            [more if shown < total else "", *notes, "…" * (left_out > 5)]
        ).strip(),
    }


def past_view(work: Workspace, entity: Entity) -> View:
    """Return the earlier imports of an entity as a table."""
    return {
        "imports": [
            {
                "url": f"/e/{entity.name}/import/{row.id}/preview",
                "file": row.file or f"#{row.id}",
                "who": row.who or "",
                "at_text": row.created_at.astimezone(work.style.zone).strftime("%Y-%m-%d %H:%M"),
                "state": row.state,
                "state_text": work.message(_PAST[row.state]),
                "counts": row.options.get("counts", {}),
            }
            for row in past_imports(work, entity.name)
        ],
        "import_url": f"/e/{entity.name}/import",
    }


def _row(message: Any, row: Mapping[str, Any]) -> View:
    return {
        "number": row["number"],
        "state": row["state"],
        "state_text": message(_STATES[row["state"]]),
        "cells": [
            {
                "text": cell["text"],
                "old": cell.get("old", ""),
                "error": say(problem_of_json(cell["error"])) if "error" in cell else "",
            }
            for cell in row["cells"]
        ],
        "errors": [say(problem_of_json(p)) for p in row["problems"]],
    }
