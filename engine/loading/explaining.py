"""Say where each effective value comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.diagnostics import Place
from engine.metadata import Catalog
from engine.source import Document, parse

Explained = tuple[str, Any, Place]


def explain(catalog: Catalog, name: str) -> list[Explained]:
    """Return what is written under a name such as 'room.built_area', value by value.

    A place is where the value's key stands; a map of several keys is not listed itself, only
    what is in it.

    Raises:
        KeyError: nothing of that name is written anywhere.
    """
    places = {
        key: place
        for key, place in catalog.origins.items()
        if key == name or key.startswith(f"{name}.")
    }
    if not places:
        raise KeyError(f"nothing is called {name!r}")
    values: dict[str, dict[Place, Any]] = {}
    for place in places.values():
        if place.file not in values:
            values[place.file] = dict(_values(catalog.sources[place.file], place.file))
    inner = {key.rpartition(".")[0] for key in places}
    return [(k, values[p.file][p], p) for k, p in places.items() if k not in inner]


def _values(text: str, file: str) -> Iterator[tuple[Place, Any]]:
    document, _ = parse(text, file)
    if isinstance(document, Document):
        for _path, place, value in document.walk():
            yield place, value
