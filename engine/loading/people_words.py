"""The words by which a flow names people, such as `role:cashier` or `initiator.manager`."""

from __future__ import annotations

import re

from engine.diagnostics import Place, did_you_mean
from engine.metadata.flows import Who

_CODE = r"[^\s@]+"
_PATH = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*"
_WITHIN = rf"(?:@(initiator\.dept|field:{_PATH}|dept:{_CODE}))?"

# kind -> (its form, what may be written, what it means)
FORMS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "user": (r"user:(\S+)", ("user:LOGIN",), "One person."),
    "role": (
        rf"role:([a-z][a-z0-9_]*){_WITHIN}",
        (
            "role:NAME",
            "role:NAME@initiator.dept",
            "role:NAME@dept:CODE",
            "role:NAME@field:PATH",
        ),
        "Who has the role; after `@`: only those who reach the initiator's unit, the unit of a"
        " code, or the one a link leads to.",
    ),
    "dept_head": (rf"dept_head:({_CODE})", ("dept_head:CODE",), "Who heads the unit."),
    "post": (rf"post:({_CODE})", ("post:NAME",), "Who holds the post."),
    "group": (rf"group:({_CODE})", ("group:CODE",), "The group's members."),
    "field": (
        rf"field:({_PATH})",
        ("field:PATH",),
        "Whom a field of the record names: a person, or a unit's head.",
    ),
    "same_as": (
        r"same_as:([a-z][a-z0-9_]*)",
        ("same_as:STEP",),
        "Who decided at an earlier step.",
    ),
    "chosen_by": (
        r"chosen_by:(initiator|previous)",
        ("chosen_by:initiator", "chosen_by:previous"),
        "Whom the initiator names when he submits, or the approver before when he agrees.",
    ),
    "initiator": (
        rf"initiator(?:\.(manager(?:\+[1-9])?|dept_head|managers_to:{_CODE}))?",
        (
            "initiator",
            "initiator.manager",
            "initiator.manager+1",
            "initiator.dept_head",
            "initiator.managers_to:POST",
        ),
        "Who started the flow; his manager, or the one so many levels higher; the head of his"
        " unit; all managers above him up to a post, the nearest first.",
    ),
}
PATTERN = "^(?:" + "|".join(form.replace("(?:", "(") for form, _, _ in FORMS.values()) + ")$"
_PARSED = {kind: re.compile(rf"{form}\Z", re.ASCII) for kind, (form, _, _) in FORMS.items()}


def who_of(text: str, at: Place | None = None) -> Who:
    """Read one way of naming people, whose form has been checked.

    Raises:
        ValueError: it has no such form.
    """
    kind = _kind(text)
    found = _PARSED[kind].match(text) if kind in _PARSED else None
    if found is None:
        raise ValueError(f"{text!r} names nobody")
    if kind == "initiator":
        return _initiator(text, found[1] or "", at)
    within = (found[2] or "") if kind == "role" else ""
    return Who(kind=kind, name=found[1], within=within, text=text, at=at)


def _initiator(text: str, whom: str, at: Place | None) -> Who:
    name, _, post = whom.partition(":")
    name, _, more = name.partition("+")
    level = 1 + int(more or 0)
    return Who(kind="initiator", name=name, level=level, upto=post, text=text, at=at)


def _kind(text: str) -> str:
    return re.split(r"[:.]", text, maxsplit=1)[0]


def how_to_name(text: str) -> str:
    """Return a hint for a text that names nobody."""
    kind = _kind(text)
    if kind in FORMS:
        return f"write {' or '.join(FORMS[kind][1])}"
    return did_you_mean(kind, FORMS)
