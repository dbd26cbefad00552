"""Approval flows: each alone, then all of them together."""

from __future__ import annotations

from engine.loading.checks.flows.effects import check_after
from engine.loading.checks.flows.fields import check_editable, check_known
from engine.loading.checks.flows.needed import check_needed
from engine.loading.checks.flows.nodes import check_names, check_steps
from engine.loading.checks.flows.people import Where, check_people
from engine.loading.checks.flows.spots import spots, steps_site
from engine.loading.checks.flows.states import check_states
from engine.loading.checks.flows.status import check_status, check_status_fields
from engine.loading.checks.flows.together import check_together
from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata.flows import Flow, FlowAction

__all__ = ["check_flow", "check_flows"]


def check_flows(draft: Draft, paths: Paths) -> None:
    """Check every flow, and what several flows say together."""
    for name, flow in draft.flows.items():
        site = Site(draft.site("flow", name).document)
        check_flow(draft, paths, flow, site)
        check_needed(draft, flow, site)
    check_status_fields(draft)
    check_together(draft)


def check_flow(draft: Draft, paths: Paths, flow: Flow, site: Site) -> None:
    """Check what one flow names; other flows and the entity's own keys are left alone."""
    _check_file(draft, flow, site)
    _check_node_names(draft, flow, site)
    if not paths.entity(flow.entity, site.down("for")):
        return
    check_status(draft, paths, flow, site)
    _check_units(draft, flow, site)
    _check_rules(draft, paths, flow, site)
    check_states(draft, paths, flow, site)
    for action in flow.actions.values():
        _check_action(draft, paths, flow, action, site)


def _check_file(draft: Draft, flow: Flow, site: Site) -> None:
    stem = flow.file.rpartition("/")[2].removesuffix(".yaml")
    if flow.name != stem:
        message = f"the flow '{flow.name}' stands in a file of another name"
        hint = f"write `flow: {stem}`, or call the file {flow.name}.yaml"
        draft.report(site.at("flow"), "flow-file", message, hint)


def _check_node_names(draft: Draft, flow: Flow, site: Site) -> None:
    seen: dict[str, Site] = {}
    for action in flow.actions.values():
        for spot in spots(action, steps_site(action, site)):
            check_names(draft, flow, spot.site, seen, spot.node)


def _check_units(draft: Draft, flow: Flow, site: Site) -> None:
    if flow.units and not draft.entities[flow.entity].scope:
        message = f"'{flow.entity}' has no scope, so its records belong to no unit"
        hint = "remove `units`, or give the entity a `scope`"
        draft.report(site.at("applies", "units"), "bad-scope", message, hint)


def _check_rules(draft: Draft, paths: Paths, flow: Flow, site: Site) -> None:
    rules = site.down("rules")
    watch = flow.rules.watch
    if not isinstance(watch, str):
        check_known(paths, flow, watch, rules.down("watch"))
    check_people(draft, paths, Where(flow), rules.down("admin"))
    for key in ("nobody", "self"):
        check_people(draft, paths, Where(flow), rules.down(key, "to"))


def _check_action(draft: Draft, paths: Paths, flow: Flow, action: FlowAction, site: Site) -> None:
    is_short = site.has("steps")
    here = site.down("start") if is_short else site.down("actions", action.name)
    check_people(draft, paths, Where(flow, begins=True), here.down("who"))
    check_editable(draft, paths, flow, action.edit, here.down("edit"))
    check_steps(draft, paths, flow, action, steps_site(action, site))
    after = site.down("after") if is_short else here.down("after")
    check_after(draft, paths, flow, action, after)
