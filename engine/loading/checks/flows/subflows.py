"""Flows that start other flows."""

from __future__ import annotations

from engine.diagnostics import did_you_mean
from engine.loading.checks.flows.spots import Spot
from engine.loading.checks.flows.targets import NEXT, Reach, check_target
from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata import Field
from engine.metadata.flows import END, INITIATOR, PREVIOUS, Flow, Subflow


def check_subflow(draft: Draft, paths: Paths, flow: Flow, node: Subflow, spot: Spot) -> None:
    """Check which flow is started, and for which record."""
    site = spot.site
    reach = Reach(flow, spot.earlier)
    words = (END, NEXT, INITIATOR, PREVIOUS)
    check_target(draft, reach, node.on_reject, site.down("on_reject"), words)
    for key in ("join", "on_reject"):
        if not node.wait and site.has(key):
            message = f"'{key}' says nothing beside `wait: false`"
            hint = "the flow goes on at once, whatever becomes of the other"
            draft.report(site.key(key), "conflicting-keys", message, hint)
    entity = _entity(draft, paths, flow, node, site)
    child = draft.flows.get(node.flow)
    if child is None:
        message = f"there is no flow '{node.flow}'"
        hint = did_you_mean(node.flow, draft.flows)
        draft.report(site.at("subflow"), "unknown-flow", message, hint)
    elif entity:
        _check_fit(draft, child, entity, site)


def _entity(draft: Draft, paths: Paths, flow: Flow, node: Subflow, site: Site) -> str:
    """Return the entity of the record the other flow runs for; '' if that is in doubt."""
    entity = flow.entity
    if node.for_each:
        here = site.down("for_each")
        field = paths.fitting(entity, node.for_each, here, _is_lines, "a field of lines")
        if field is None:
            return ""
        entity = field.options["of"]
    if node.record:
        here = site.down("record")
        kind = paths.path(entity, node.record, here)
        if kind is not None and (kind.name != "link" or kind.entity not in draft.entities):
            message = f"'{node.record}' leads to no record of its own"
            draft.report(here.at(), "wrong-field", message, "name a link, or a path of links")
            return ""
        entity = (kind.entity or "") if kind else ""
    return entity


def _is_lines(field: Field) -> bool:
    return field.type == "lines"


def _check_fit(draft: Draft, child: Flow, entity: str, site: Site) -> None:
    message = hint = ""
    if child.entity != entity:
        message = f"the flow '{child.name}' is for '{child.entity}', not for '{entity}'"
        hint = "lead to such a record with `for_each` or `record`"
    elif _beginnings(child) != 1:
        message = f"'{child.name}' must have one action with steps that starts where records begin"
        hint = "only then it is clear what is to be started"
    if message:
        draft.report(site.at("subflow"), "subflow-unfit", message, hint)


def _beginnings(flow: Flow) -> int:
    first = {state.name for state in flow.states.values() if state.initial}
    actions = flow.actions.values()
    return sum(one.steps is not None and bool(first & set(one.sources)) for one in actions)
