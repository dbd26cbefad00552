"""The states of a flow, and what leads to them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagnostics import did_you_mean
from engine.loading.checks.flows.fields import check_editable
from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata.flows import Flow, FlowAction


def check_states(draft: Draft, paths: Paths, flow: Flow, site: Site) -> None:
    """Check that one state is the first, and that all that are named exist."""
    if not site.has("states"):
        return  # those of the short form are right
    states = site.down("states")
    _check_initial(draft, flow, states)
    for state in flow.states.values():
        check_editable(draft, paths, flow, state.edit, states.down(state.name, "edit"))
    for action in flow.actions.values():
        for name, here in _named(action, site.down("actions", action.name)):
            check_state(draft, flow, name, here)


def check_state(draft: Draft, flow: Flow, name: str, site: Site) -> None:
    """Report a state that the flow does not have."""
    if name not in flow.states:
        message = f"'{name}' is not a state of the flow '{flow.name}'"
        draft.report(site.at(), "unknown-state", message, did_you_mean(name, flow.states))


def _check_initial(draft: Draft, flow: Flow, site: Site) -> None:
    first = [state.name for state in flow.states.values() if state.initial]
    if not first:
        message = f"the flow '{flow.name}' must have a state in which new records begin"
        draft.report(site.key(), "initial-state", message, "write `initial: true` in one state")
    for name in first[1:]:
        message = f"new records begin in '{first[0]}' already"
        hint = "`initial: true` stands in exactly one state"
        draft.report(site.key(name, "initial"), "initial-state", message, hint)


def _named(action: FlowAction, site: Site) -> Iterator[tuple[str, Site]]:
    """Return the states an action names, as far as they are written."""
    if isinstance(site.value["from"], str):
        yield action.sources[0], site.down("from")
    else:
        yield from ((name, site.down("from", i)) for i, name in enumerate(action.sources))
    for key, name in (("to", action.to), ("during", action.during)):
        if name:
            yield name, site.down(key)
    for outcome, name in action.then.items():
        if site.has("then", outcome):
            yield name, site.down("then", outcome)
