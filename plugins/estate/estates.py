"""An estate and its node in the organization's tree are made and renamed together."""

from __future__ import annotations

from engine.extension import EventContext, after, before
from plugins.estate import incoming


@before("estate", "create")
def make_unit(context: EventContext) -> None:
    """Put a unit of the kind 'estate' under the office; data rights are drawn over it."""
    office = incoming.link(context, "office")
    code, name = incoming.text(context, "code"), incoming.text(context, "name")
    if office is None or not code or not name or incoming.link(context, "unit") is not None:
        return  # the engine says what is missing
    unit = context.records.create(
        "org_unit", {"code": code, "name": name, "kind": "estate", "parent": office}
    )
    context.values["unit"] = unit["id"]


@after("estate", "change")
def follow_estate(context: EventContext) -> None:
    """Keep name, code and place of the unit in step with the estate."""
    unit = context.values.get("unit")
    if unit is None:
        return
    follows = {"code": "code", "name": "name", "office": "parent"}
    old = context.old or {}
    changes = {
        theirs: context.values[ours]
        for ours, theirs in follows.items()
        if context.values.get(ours) != old.get(ours)
    }
    if changes:
        context.records.change("org_unit", unit, changes)
