"""What a flow does itself."""

from __future__ import annotations

from engine.extension import actions
from engine.loading.checks.flows.people import Where, check_people
from engine.loading.checks.flows.targets import Reach
from engine.loading.checks.modules import check_registered
from engine.loading.checks.rules import check_change
from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata.flows import Effects, Flow, FlowAction, Step


def check_after(draft: Draft, paths: Paths, flow: Flow, action: FlowAction, site: Site) -> None:
    """Check what an action does when it begins and when it ends."""
    steps = tuple(node.id for node in action.steps or () if isinstance(node, Step))
    for outcome, effects in action.after.items():
        reach = Reach(flow, () if outcome == "submitted" else steps)
        check_effects(draft, paths, Where(flow, reach), effects, site.down(outcome))


def check_effects(draft: Draft, paths: Paths, where: Where, effects: Effects, site: Site) -> None:
    """Check effects, in the order they are written."""
    flow = where.flow
    for position, effect in enumerate(effects):
        here = site.down(position)
        if effect.call:
            check_registered(draft, effect.call, here.down("call"), "action", set(actions()))
        for name in effect.set:
            _check_change(draft, paths, flow, name, here.down("set", name))
        if effect.who:
            check_people(draft, paths, where, here.down(effect.kind))


def _check_change(draft: Draft, paths: Paths, flow: Flow, name: str, site: Site) -> None:
    entity = draft.entities[flow.entity]
    governing = [f for f in draft.flows.values() if f.entity == entity.name and f.status == name]
    if governing:
        message = f"'{name}' is the state of the flow '{governing[0].name}'"
        hint = "its actions alone set it, by `during`, `then` and `to`"
        draft.report(site.key(), "flow-status", message, hint)
    else:
        check_change(draft, paths, entity, name, site, "a flow")
