"""What an address asks of a list, read for its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from engine.access import readable_fields
from engine.extension import Invalid
from engine.metadata import Entity, SavedFilter
from engine.records import (
    ENGINE_FIELDS,
    PAGE_SIZES,
    Chip,
    Query,
    Workspace,
    chips_of,
    conditions,
    resolve,
)
from engine.records.listing import must_have_order
from engine.web.i18n import say
from engine.web.present.kept import once_for_roles
from engine.web.urls import list_url


@dataclass(frozen=True)
class ListRequest:
    """What an address asks of a list."""

    work: Workspace
    entity: Entity
    arguments: MultiDict[str, str]
    view: SavedFilter | None
    chips: tuple[Chip, ...]
    columns: tuple[str, ...]
    sort: tuple[str, ...]
    page: int
    size: int
    mode: str
    error: str = ""  # why a filter was not understood
    titles: Mapping[tuple[str, Any], str] = field(default_factory=dict)  # of records in chips

    def url(self, **changes: Any) -> str:
        """Return the address of this list with some arguments changed; None takes one out."""
        parts = dict(self._spelled)
        for name, value in changes.items():
            key = name.replace("__", ".")
            if value is None:
                parts.pop(key, None)
            else:
                parts[key] = urlencode({key: str(value)})
        query = "&".join(parts.values())
        return list_url(self.entity.name) + (f"?{query}" if query else "")

    @cached_property
    def _spelled(self) -> dict[str, str]:
        """Each argument as the address spells it; a page has dozens of links that keep them."""
        given = self.arguments.lists()
        return {k: urlencode({k: vs}, doseq=True) for k, vs in given if k != "page" and vs}


def read_request(work: Workspace, entity: Entity, arguments: MultiDict[str, str]) -> ListRequest:
    """Read a list's address; a wrong filter is noted and shows nothing else."""
    view = next((v for v in entity.list.views if v.name == arguments.get("view")), None)
    error = ""
    chips: list[Chip] = []
    try:
        chips = chips_of(work, entity.name, arguments.lists())
    except Invalid as wrong:
        error = "; ".join(say(p) for p in wrong.problems)
    wanted = tuple(c for c in arguments.get("cols", "").split(",") if c)
    shipped = (view.columns if view and view.columns else ()) or entity.list.columns
    sort = tuple(s for s in arguments.get("sort", "").split(",") if s)
    size = arguments.get("size", type=int) or PAGE_SIZES[0]
    return ListRequest(
        work=work,
        entity=entity,
        arguments=arguments,
        view=view,
        chips=tuple(chips),
        columns=readable_paths(work, entity, wanted or shipped or (entity.title,)),
        sort=sort or (view.sort if view and view.sort else entity.list.sort),
        page=max(1, arguments.get("page", type=int) or 1),
        size=size if size in PAGE_SIZES else PAGE_SIZES[0],
        mode=arguments.get("as") or ("tree" if entity.list.tree else "table"),
        error=error,
    )


def readable_paths(work: Workspace, entity: Entity, paths: Sequence[str]) -> tuple[str, ...]:
    """Keep the paths whose every step the reader may see."""
    return tuple(p for p in dict.fromkeys(paths) if _is_readable(work, entity.name, p))


def _is_readable(work: Workspace, entity: str, path: str) -> bool:
    at = entity
    for step in path.split("."):
        try:
            _, described = resolve(work.catalog, at, step)
        except KeyError:
            return False
        engine = at == "user" or step in ENGINE_FIELDS or step == "scope_unit"
        if not engine and step not in readable_fields(work.catalog, work.actor, at):
            return False
        if described.type == "lines":
            return False
        target = described.options.get("to")
        at = target if isinstance(target, str) else at
    return True


def query_of(asked: ListRequest, columns: Sequence[str]) -> Query:
    """Return the query of a list request.

    Raises:
        Invalid: its filter text is wrong.
    """
    where = asked.arguments.get("where", "")
    found = list(conditions(asked.work, asked.entity.name, asked.chips, where))
    if asked.view is not None and asked.view.filter is not None:
        found.append(asked.view.filter.typed)
    return Query(
        entity=asked.entity.name,
        columns=tuple(columns),
        conditions=tuple(found),
        search=asked.arguments.get("q", ""),
        sort=tuple(s for s in asked.sort if is_sortable(asked, s)),
        page=asked.page,
        size=asked.size,
        totals=readable_paths(asked.work, asked.entity, asked.entity.list.totals),
    )


def is_sortable(asked: ListRequest, key: str) -> bool:
    """Tell whether the list may be sorted by a path for its reader."""
    path = key.removeprefix("-")
    if not _is_readable(asked.work, asked.entity.name, path):
        return False
    try:
        must_have_order(asked.work, asked.entity.name, path)
    except Invalid:
        return False
    return True


def is_narrowed(asked: ListRequest) -> bool:
    """Tell whether the list shows less than all."""
    given = any(asked.arguments.get(name) for name in ("q", "where"))
    return bool(given or asked.chips or asked.view)


def card_paths(work: Workspace, entity: Entity) -> tuple[str, ...]:
    """Return the paths a card shows."""
    card = entity.list.card
    wanted = (card.title or entity.title, *card.subtitle, card.badge, card.amount)
    return readable_paths(work, entity, [w for w in wanted if w])


def path_label(work: Workspace, entity: Entity, path: str) -> str:
    """Return what a readable path is called: the labels of its steps."""
    key = ("path label", entity.name, path)
    return once_for_roles(work, key, lambda: _path_label(work, entity, path))


def _path_label(work: Workspace, entity: Entity, path: str) -> str:
    names, at = [], entity.name
    for step in path.split("."):
        _, described = resolve(work.catalog, at, step)
        names.append(described.label.in_(work.language))
        target = described.options.get("to")
        at = target if isinstance(target, str) else at
    return " · ".join(names[-2:])
