"""Describe the boxes of this plugin's own screens to the templates' field macros."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.extension import Problem, ScreenContext

Row = dict[str, Any]


def box(
    label: str,
    name: str,
    *,
    given: Mapping[str, str],
    problems: Sequence[Problem] = (),
    widget: str = "text",
    **more: Any,
) -> Row:
    """Return one box, with what was typed in it and the first problem that names it."""
    wrong = next((str(p) for p in problems if p.field == name), None)
    return {
        "name": name,
        "id": f"f-{name}",
        "label": label,
        "widget": widget,
        "value": given.get(name, ""),
        "error": wrong,
        "required": False,
        "ro": False,
        "visible": True,
        **more,
    }


def chosen(record: Mapping[str, Any], title: str) -> list[Row]:
    """Return what a look-up shows as chosen."""
    if "id" not in record:
        return []
    return [{"value": record["id"], "text": record[title]}]


def errors_of(context: ScreenContext, problems: Sequence[Problem]) -> list[Row]:
    """Return the problems for the summary above a form, in the reader's language."""
    return [
        {
            "id": f"f-{problem.field}" if problem.field else "",
            "label": "",
            "message": context.message(problem.message, **problem.params),
        }
        for problem in problems
    ]
