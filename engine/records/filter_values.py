"""What the filter of a link reads of the record being edited, beyond its own fields.

`record.room.estate` reads a linked record, and in a line `record.reduction.room` the document
it belongs to, as that is being typed: it may not be stored yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.metadata import Field
from engine.records.environment import read_paths
from engine.records.incoming import Draft
from engine.records.plans import Path
from engine.records.workspace import Workspace
from engine.storage.joins import link_target


def filter_values(draft: Draft, field: Field) -> dict[str, Any]:
    """Return the values of a draft, with what the field's filter reads over its links."""
    values = dict(draft.values)
    others = []
    for path in paths_over_links(field):
        if draft.parent is not None and path[0] == draft.parent_link:
            values[".".join(path)] = draft.parent.environment().value(path[1:])
        else:
            others.append(path)
    return values | linked_filter_values(draft.work, draft.entity.name, values, others)


def paths_over_links(field: Field) -> list[Path]:
    """Return the paths over links that a filter reads of the edited record, sorted."""
    formula = field.options.get("filter")
    if formula is None:
        return []
    return sorted({p[1:] for p in formula.typed.paths if p[0] == "record" and len(p) > 2})


def linked_filter_values(
    work: Workspace, entity: str, values: Mapping[str, Any], paths: Iterable[Path]
) -> dict[str, Any]:
    """Return by dotted path what the records that `values` link to hold there."""
    by_link: dict[str, list[Path]] = {}
    for path in paths:
        by_link.setdefault(path[0], []).append(path[1:])
    found: dict[str, Any] = {}
    for link, rest in by_link.items():
        target = link_target(work.catalog, entity, link)
        read = read_paths(work, target, values[link], rest) if values.get(link) else {}
        found |= {".".join((link, *path)): read.get(path) for path in rest}
    return found
