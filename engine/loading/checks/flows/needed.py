"""What flows ask of the company that the manifest does not tell.

Asked of whole projects only: a running approval goes on by its text, and finds nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from engine.loading.checks.flows.spots import spots, steps_site
from engine.loading.draft import Draft
from engine.loading.site import Site
from engine.metadata.flows import Due, Duration, Flow, Step, Wait, Who

_ON_CALENDAR = ("workdays", "workhours")
_PEOPLE = "`people: {entity: …, user: …, unit: …MORE}`"


def check_needed(draft: Draft, flow: Flow, site: Site) -> None:
    """Report people whom nobody could find, and work days that nobody could count."""
    for who in _whos(flow):
        lacking = _lacking(draft, who)
        if who.at is not None and lacking:
            what, hint = lacking
            message = f"'{who.text}' finds nobody: the manifest has no {what}"
            draft.report(who.at, "lacking-in-manifest", message, f"add {hint} to models.yaml")
    if not draft.manifest.has("work_calendar"):
        _check_durations(draft, flow, site)


def _whos(value: Any) -> Iterator[Who]:
    """Return all people that are named anywhere in a flow."""
    if isinstance(value, Who):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _whos(one)
    elif isinstance(value, Mapping):
        yield from _whos(tuple(value.values()))
    elif is_dataclass(value):
        yield from _whos(tuple(getattr(value, one.name) for one in fields(value)))


def _lacking(draft: Draft, who: Who) -> tuple[str, str] | None:
    """Return what the manifest lacks to find them, and what to write there."""
    people, organization = draft.people, draft.organization
    headed = organization is not None and bool(organization.head)
    if who.kind == "dept_head" and organization is None:
        return None  # reported where people are checked
    if who.kind == "group" and draft.groups is None:
        return "groups", "`groups: {entity: …, code: …, members: …, user: …}`"
    if (who.kind == "post" or who.upto) and not (people is not None and people.post):
        return "posts", _PEOPLE.replace("MORE", ", post: …")
    if who.kind == "dept_head" or who.name == "dept_head":
        return None if headed else ("heads of units", "`organization: {entity: …, head: …}`")
    if who.kind != "initiator" or not who.name:
        return None
    is_led = headed or (people is not None and bool(people.manager))
    return None if is_led else ("managers", _PEOPLE.replace("MORE", ", manager: …"))


def _check_durations(draft: Draft, flow: Flow, site: Site) -> None:
    for action in flow.actions.values():
        for spot in spots(action, steps_site(action, site)):
            for key, span in _spans(spot.node):
                if span is not None and span.unit in _ON_CALENDAR:
                    message = f"{span.unit} cannot be counted: the manifest has no work calendar"
                    hint = "add `work_calendar: {days: {entity: …, date: …, works: …}}`"
                    hint += " to models.yaml; `work_calendar: {}` is Monday to Friday"
                    draft.report(spot.site.at(key), "lacking-in-manifest", message, hint)
                    break


def _spans(node: Any) -> Iterator[tuple[str, Duration | None]]:
    if isinstance(node, Step) and node.due is not None:
        due: Due = node.due
        for span in (due.within, due.remind_before, due.remind_every):
            yield "due", span
    elif isinstance(node, Wait):
        yield "delay", node.delay
        yield "timeout", node.timeout
