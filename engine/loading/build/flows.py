"""Approval flows; the short form is turned into the long one here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from engine.loading.build.flow_nodes import build_steps
from engine.loading.build.flow_parts import Ids, Making, Raw, fields_of, people_of, subject_of
from engine.loading.draft import Draft
from engine.loading.site import Site
from engine.metadata import Text
from engine.metadata.flows import Effects, Flow, FlowAction, FlowRules, FlowState

SHORT_STATES = ("draft", "pending", "approved", "rejected", "voided")
SHORT_THEN = {
    "approved": "approved",
    "rejected": "rejected",
    "returned": "draft",
    "withdrawn": "draft",
    "terminated": "voided",
}
_RULES = ("withdraw", "resubmit", "comment")


def build_flow(draft: Draft, raw: dict[str, Any], site: Site) -> Flow | None:
    """Add a flow to the draft; of two equal names the first counts and None comes back."""
    name, entity = raw["flow"], raw["for"]
    if not draft.declare("flow", name, site.down("flow")):
        return None
    owner = draft.entities.get(entity)
    fields = owner.fields if owner else {}
    making = Making(draft, entity, Ids(raw), raw.get("rules", {}), fields)
    is_short = "steps" in raw
    applies = raw.get("applies", {})
    flow = Flow(
        name=name,
        entity=entity,
        title=draft.text(raw, "title", site) or (owner.label if owner else Text()),
        subject=subject_of(making, raw, site),
        status=raw.get("status", "state"),
        units=tuple(applies.get("units", ())),
        applies_when=making.formula(applies, "when", site.down("applies")),
        rules=_rules(making.rules, site.down("rules")),
        states=_short_states() if is_short else _states(draft, raw["states"], site.down("states")),
        actions=_short_actions(making, raw, site) if is_short else _actions(making, raw, site),
        file=site.document.file,
        digest=hashlib.sha256(site.document.text.encode()).hexdigest(),
        at=site.at("flow"),
    )
    draft.flows[name] = flow
    return flow


def _rules(raw: Raw, site: Site) -> FlowRules:
    plain = {key: raw[key] for key in _RULES if key in raw}
    watch = raw.get("watch", "conditions")
    return FlowRules(
        admin=people_of(raw, "admin", site),
        watch=frozenset(watch) if isinstance(watch, list) else watch,
        **plain,
    )


def _states(draft: Draft, raw: Raw, site: Site) -> Mapping[str, FlowState]:
    return MappingProxyType(
        {
            name: FlowState(
                name=name,
                label=draft.text(one, "label", site.down(name)),
                edit=fields_of(one, "edit", "none"),
                initial=one.get("initial", False),
            )
            for name, one in raw.items()
        }
    )


def _short_states() -> Mapping[str, FlowState]:
    first = SHORT_STATES[0]
    states = {name: FlowState(name=name) for name in SHORT_STATES}
    states[first] = FlowState(name=first, edit="all", initial=True)
    return MappingProxyType(states)


def _short_actions(making: Making, raw: Raw, site: Site) -> Mapping[str, FlowAction]:
    start, here = raw.get("start", {}), site.down("start")
    submit = FlowAction(
        name="submit",
        sources=("draft",),
        who=people_of(start, "who", here),
        when=making.formula(start, "when", here),
        edit=fields_of(start, "edit", "all"),
        steps=build_steps(making, raw, site),
        during="pending",
        then=MappingProxyType(SHORT_THEN),
        after=_after(making, raw, site),
        at=site.key("steps"),
    )
    return MappingProxyType({"submit": submit})


def _actions(making: Making, raw: Raw, site: Site) -> Mapping[str, FlowAction]:
    return MappingProxyType(
        {
            name: _action(making, name, one, site.down("actions", name))
            for name, one in raw["actions"].items()
        }
    )


def _action(making: Making, name: str, raw: Raw, site: Site) -> FlowAction:
    sources = (raw["from"],) if isinstance(raw["from"], str) else tuple(raw["from"])
    takes_time = "steps" in raw
    return FlowAction(
        name=name,
        label=making.draft.text(raw, "label", site),
        sources=sources,
        who=people_of(raw, "who", site),
        when=making.formula(raw, "when", site),
        edit=fields_of(raw, "edit", "all"),
        to=raw.get("to", ""),
        steps=build_steps(making, raw, site) if takes_time else None,
        during=raw.get("during", ""),
        then=MappingProxyType(_then(raw["then"], sources[0]) if takes_time else {}),
        after=_after(making, raw, site),
        at=site.key(),
    )


def _then(raw: Raw, source: str) -> dict[str, str]:
    """Return where each outcome leads: back to where it came from if nothing else is said."""
    given = {"returned": source, "withdrawn": source, "terminated": raw["rejected"]}
    return {**given, **raw}


def _after(making: Making, raw: Raw, site: Site) -> Mapping[str, Effects]:
    after, here = raw.get("after", {}), site.down("after")
    return MappingProxyType({outcome: making.effects(after, outcome, here) for outcome in after})
