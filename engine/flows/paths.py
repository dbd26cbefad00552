"""Where a path from a record leads: over links, and over lines to several records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.records import Workspace
from engine.storage.joins import link_column, link_target


@dataclass(frozen=True, slots=True)
class Reached:
    """The records at the end of a path, each once, in the order of the lines passed."""

    entity: str
    ids: tuple[int, ...]


def follow(
    work: Workspace, entity: str, record_id: int, record: Mapping[str, Any], path: str
) -> Reached:
    """Return what a path of links and lines leads to; each step is one statement at most.

    Links of the record itself are taken from its values, so that one not yet saved has them.

    Raises:
        KeyError: a step is neither a link nor lines.
    """
    at = Reached(entity, (record_id,))
    for position, step in enumerate(path.split(".") if path else ()):
        lines = _lines(work, at.entity, step)
        if lines is not None:
            at = _over_lines(work, at, *lines)
        elif not position and step in record:
            target = link_target(work.catalog, entity, step)
            at = Reached(target, () if record[step] is None else (record[step],))
        else:
            at = _over_link(work, at, step)
    return at


def _lines(work: Workspace, entity: str, step: str) -> tuple[str, str] | None:
    described = work.catalog.entities.get(entity)
    field = described.fields.get(step) if described is not None else None
    if field is None or field.type != "lines":
        return None
    return field.options["of"], link_column(field.options["by"])


def _over_lines(work: Workspace, at: Reached, of: str, by: str) -> Reached:
    if not at.ids:
        return Reached(of, ())
    table = work.tables.table(of)
    query = select(table.c.id).where(table.c[by].in_(at.ids)).order_by(table.c.id)
    return Reached(of, tuple(work.connection.scalars(query)))


def _over_link(work: Workspace, at: Reached, step: str) -> Reached:
    target = link_target(work.catalog, at.entity, step)
    if not at.ids:
        return Reached(target, ())
    table = work.tables.table(at.entity)
    query = select(table.c.id, table.c[link_column(step)]).where(table.c.id.in_(at.ids))
    links = {row[0]: row[1] for row in work.connection.execute(query)}
    return Reached(target, _once([links.get(one) for one in at.ids]))


def _once(ids: Sequence[int | None]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(one for one in ids if one is not None))
