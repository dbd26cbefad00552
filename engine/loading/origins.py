"""Where each value was written, for `explain`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.diagnostics import Place
from engine.source import Document, Project
from engine.source.document import Entry

_DEPTH = 5  # 'entities', 'room', 'fields', 'built_area', 'label': no deeper
_NAMED = ("step", "choose", "parallel", "wait", "id")  # keys that name a node of a flow


def origins_of(project: Project) -> dict[str, Place]:
    """Map dotted names such as 'room.built_area.label' to the places of their keys.

    An entity's own keys stand under its name, those of its fields under the fields' names.
    The manifest's begin with 'manifest', those of a module with 'module.<name>', those of a
    flow with 'flow.<name>', its nodes' under their names.
    """
    found: dict[str, Place] = {}
    if project.manifest is not None:
        found.update(_of(project.manifest, "manifest"))
    for module in project.modules:
        name = f"module.{module.value['module']}"
        entities = module.root.inner.get("entities") if module.root.inner else None
        for key, place in _of(module, name, leave_out="entities"):
            found.setdefault(key, place)
        for key, place in _entities(module, entities):
            found.setdefault(key, place)
    for flow in project.flows:
        for key, place in _flow(flow, f"flow.{flow.value['flow']}"):
            found.setdefault(key, place)
    return found


def _of(document: Document, name: str, leave_out: str = "") -> Iterator[tuple[str, Place]]:
    for key, entry in (document.root.inner or {}).items():
        if key != leave_out:
            yield from _below(document.file, entry, f"{name}.{key}", 1)


def _entities(document: Document, entities: Entry | None) -> Iterator[tuple[str, Place]]:
    for name, entity in (entities.inner or {}).items() if entities else ():
        yield str(name), _place(document.file, entity)
        for key, entry in (entity.inner or {}).items():
            if key == "fields":
                for field, inner in (entry.inner or {}).items():
                    yield from _below(document.file, inner, f"{name}.{field}", 4)
            else:
                yield from _below(document.file, entry, f"{name}.{key}", 3)


def _flow(document: Document, name: str) -> Iterator[tuple[str, Place]]:
    yield from _of(document, name, leave_out="steps")
    yield from _nodes(document.file, document.root, document.value, name)


def _nodes(file: str, entry: Entry, value: Any, name: str) -> Iterator[tuple[str, Place]]:
    """Yield the nodes that have a name, wherever they stand in the tree."""
    keys = _NAMED if isinstance(value, dict) else ()
    own = next((value[key] for key in keys if key in value), None)
    if isinstance(own, str):
        yield from _below(file, entry, f"{name}.{own}", 3)
    for key, inner in (entry.inner or {}).items():
        yield from _nodes(file, inner, value[key], name)


def _below(file: str, entry: Entry, name: str, depth: int) -> Iterator[tuple[str, Place]]:
    yield name, _place(file, entry)
    if depth < _DEPTH:
        for key, inner in (entry.inner or {}).items():
            if isinstance(key, str):
                yield from _below(file, inner, f"{name}.{key}", depth + 1)


def _place(file: str, entry: Entry) -> Place:
    return Place(file, entry.key.line, entry.key.column)
