"""Boxes in which the people of a later step are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request

from engine.extension import Problem
from engine.flows.choices import CHOSEN
from engine.flows.forecast import Coming
from engine.flows.panel import Panel
from engine.flows.people import Directory
from engine.records import Workspace
from engine.web.approvals.shown import title_of
from engine.web.i18n import say
from engine.web.urls import numbers

View = dict[str, Any]
MOST_PEOPLE = 100


def chosen_people() -> dict[str, list[int]]:
    """Return whom the form names, by step and in that order; empty boxes are left out."""
    found = {
        name.removeprefix(CHOSEN): _in_order(request.form.getlist(name))
        for name in request.form
        if name.startswith(CHOSEN)
    }
    return {step: users for step, users in found.items() if users}


def _in_order(raw: Sequence[str]) -> list[int]:
    found = [number for one in raw for number in numbers([one])]
    return list(dict.fromkeys(found))[:MOST_PEOPLE]


def choices_of(work: Workspace, found: Panel, problems: Iterable[Problem] = ()) -> list[Coming]:
    """Return whose people one may name, those of steps that only what one typed leads to too."""
    shown = {one.step for one in found.choices}
    asked = {p.field.removeprefix(CHOSEN): p for p in problems if p.field.startswith(CHOSEN)}
    more = [
        Coming(node.id, title_of(work, node), (), "", lacks=asked[node.id].code)
        for node in found.action.nodes()
        if node.id in asked and node.id not in shown
    ]
    return [*found.choices, *more]


def boxes(
    work: Workspace, choices: Iterable[Coming], problems: Sequence[Problem] = ()
) -> dict[str, View]:
    """Return a box for each step whose people are chosen now, with whom it holds already."""
    typed, is_sent = chosen_people(), bool(request.form)
    wrong = {p.field: say(p) for p in problems}
    known = {one.step: typed.get(one.step, [] if is_sent else one.people) for one in choices}
    names = Directory(work.as_flow()).names(user for users in known.values() for user in users)
    return {
        one.step: {
            "id": box_id(CHOSEN + one.step),
            "name": CHOSEN + one.step,
            "label": work.message("Who decides in «%(step)s»", step=one.title),
            "widget": "multilookup",
            "multiple": True,
            "wide": True,
            "lookup_url": "/flows/people",
            "required": bool(one.lacks),
            "selected": [{"value": u, "text": names[u]} for u in known[one.step] if u in names],
            "error": wrong.get(CHOSEN + one.step, ""),
        }
        for one in choices
    }


def box_id(field: str) -> str:
    """Return the id of a field's box: one without dots, which mean something in addresses."""
    return f"f-{field}".replace(".", "-")


def errors(problems: Iterable[Problem], shown: Iterable[View]) -> list[View]:
    """Return problems for the summary above a form, those of shown boxes with their names."""
    labels = {one["name"]: str(one["label"]) for one in shown}
    return [
        {
            "id": box_id(p.field) if p.field in labels else "",
            "label": labels.get(p.field, ""),
            "message": say(p),
        }
        for p in problems
    ]
