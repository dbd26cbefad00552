"""Computed fields that would wait for each other for ever."""

from __future__ import annotations

from collections.abc import Iterator

from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata import Entity

Node = tuple[str, str]


def check_cycles(draft: Draft, paths: Paths, entity: Entity, site: Site) -> None:
    """Report each circle of computed fields once, at the field that closes it."""
    for name, field in entity.fields.items():
        if field.compute is None:
            continue
        circle = _circle(draft, (entity.name, name))
        if circle and min(circle) == (entity.name, name):
            way = " → ".join(f"{owner}.{one}" for owner, one in (*circle, circle[0]))
            message = f"'{name}' is computed from itself: {way}"
            hint = "let one of them be typed in, or computed from other fields"
            draft.report(site.at("fields", name, "compute"), "compute-cycle", message, hint)


def _circle(draft: Draft, start: Node) -> tuple[Node, ...]:
    """Return a way from a computed field back to itself, () if there is none."""
    seen: set[Node] = set()
    open_ways: list[tuple[Node, ...]] = [(start,)]
    while open_ways:
        way = open_ways.pop()
        for following in _reads(draft, way[-1]):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                open_ways.append((*way, following))
    return ()


def _reads(draft: Draft, node: Node) -> Iterator[Node]:
    """Yield the computed fields that a computed field reads, over links and lines too."""
    field = draft.entities[node[0]].fields[node[1]]
    typed = field.compute.typed if field.compute else None
    for path in typed.expression.names() if typed is not None else ():
        owner = node[0]
        for step in path:
            entity = draft.entities.get(owner)
            found = entity.fields.get(step) if entity else None
            if found is None:
                break
            if found.compute is not None:
                yield owner, step
            owner = found.options.get("to") or found.options.get("of") or ""
