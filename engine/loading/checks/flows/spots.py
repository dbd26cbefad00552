"""Walk over a flow's nodes beside the text they were built from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.loading.site import Site
from engine.metadata.flows import FlowAction, Node, Step, branches_of


@dataclass(frozen=True, slots=True)
class Spot:
    """A node where it stands."""

    node: Node
    site: Site
    earlier: tuple[str, ...]  # steps before it in its own sequence and in those around it
    is_sure: bool  # nothing around it has a condition, so it is always reached


def steps_site(action: FlowAction, site: Site) -> Site:
    """Return where the steps of a flow's action are written."""
    return site.down("steps") if site.has("steps") else site.down("actions", action.name, "steps")


def spots(action: FlowAction, site: Site) -> Iterator[Spot]:
    """Visit every node of an action; `site` is that of its steps."""
    yield from _sequence(action.steps or (), site, (), is_sure=True)


def _sequence(
    nodes: tuple[Node, ...], site: Site, earlier: tuple[str, ...], *, is_sure: bool
) -> Iterator[Spot]:
    for position, node in enumerate(nodes):
        here = site.down(position)
        yield Spot(node, here, earlier, is_sure)
        for number, branch in enumerate(branches_of(node)):
            sure = is_sure and node.when is None and branch.when is None and not branch.is_else
            inner = here.down("branches", number, "steps")
            yield from _sequence(branch.steps, inner, earlier, is_sure=sure)
        if isinstance(node, Step):
            earlier = (*earlier, node.id)
