"""What flows say together: circles of sub-flows, two flows for one record."""

from __future__ import annotations

from collections.abc import Iterator

from engine.loading.checks.flows.spots import spots, steps_site
from engine.loading.draft import Draft
from engine.loading.site import Site
from engine.metadata.flows import Flow, Subflow


def check_together(draft: Draft) -> None:
    """Check all flows against each other."""
    _check_circles(draft)
    _check_ambiguous(draft)


def _check_circles(draft: Draft) -> None:
    """Report flows that start each other again and again, whatever the records say."""
    starts = {name: dict(_sure(draft, flow)) for name, flow in draft.flows.items()}
    for name in starts:
        circle = _circle(starts, name)
        if circle and min(circle) == name:
            way = " → ".join((*circle, name))
            message = f"the flow '{name}' would start itself without end: {way}"
            hint = "give one of these sub-flows a `when` or a `for_each`"
            following = circle[1] if len(circle) > 1 else name
            place = starts[name][following].at("subflow")
            draft.report(place, "endless-flow", message, hint)


def _sure(draft: Draft, flow: Flow) -> Iterator[tuple[str, Site]]:
    """Return the flows that a flow starts on no condition."""
    site = Site(draft.site("flow", flow.name).document)
    for action in flow.actions.values():
        for spot in spots(action, steps_site(action, site)):
            node = spot.node
            if not isinstance(node, Subflow) or not spot.is_sure:
                continue
            if node.when is None and not node.for_each:
                yield node.flow, spot.site


def _circle(starts: dict[str, dict[str, Site]], start: str) -> tuple[str, ...]:
    """Return a way from a flow back to itself, () if there is none."""
    seen: set[str] = set()
    open_ways: list[tuple[str, ...]] = [(start,)]
    while open_ways:
        way = open_ways.pop()
        for following in starts.get(way[-1], ()):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                open_ways.append((*way, following))
    return ()


def _check_ambiguous(draft: Draft) -> None:
    """Warn of flows that cannot be told apart."""
    first: dict[tuple[object, ...], Flow] = {}
    for flow in draft.flows.values():
        when = flow.applies_when.text if flow.applies_when else ""
        key = (flow.entity, frozenset(flow.units), when)
        other = first.setdefault(key, flow)
        if other is not flow:
            site = Site(draft.site("flow", flow.name).document)
            message = f"the flows '{other.name}' and '{flow.name}' apply to the same records"
            hint = "tell them apart with `applies: {units: […]}` or `applies: {when: …}`"
            place = site.key("applies") if site.has("applies") else site.at("flow")
            draft.report(place, "ambiguous-flow", message, hint, "warning")
