"""What a list shows, as data that can wait in a table until the export runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from engine.extension import Invalid
from engine.records import Query, Workspace, chips_of, conditions

FORMATS = ("xlsx", "csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A list to be exported: its columns, filters and order, as its address says them."""

    entity: str
    format: str = "xlsx"
    columns: tuple[str, ...]
    sort: tuple[str, ...] = ()
    where: str = ""  # a filter text
    search: str = ""
    view: str = ""  # the name of a view shipped with the entity
    chips: tuple[tuple[str, tuple[str, ...]], ...] = ()  # ('f.state', ('vacant',))
    ids: tuple[int, ...] | None = None  # only these
    language: str = ""

    def as_settings(self) -> dict[str, Any]:
        """Return it as JSON carries it."""
        return asdict(self)


def asked_of(settings: Mapping[str, Any]) -> Asked:
    """Return what was kept by `as_settings`."""
    ids = settings.get("ids")
    return Asked(
        entity=str(settings["entity"]),
        format=str(settings["format"]),
        columns=tuple(settings["columns"]),
        sort=tuple(settings["sort"]),
        where=str(settings["where"]),
        search=str(settings["search"]),
        view=str(settings["view"]),
        chips=tuple((name, tuple(values)) for name, values in settings["chips"]),
        ids=None if ids is None else tuple(int(i) for i in ids),
        language=str(settings["language"]),
    )


def query_of(work: Workspace, asked: Asked) -> Query:
    """Return the query, checked for this actor now.

    Raises:
        Invalid: a filter, a column or the format is none.
    """
    entity = work.catalog.entity(asked.entity)
    if asked.format not in FORMATS:
        raise Invalid("Export as xlsx or csv.")
    if not asked.columns:
        raise Invalid("Choose at least one column.")
    chips = chips_of(work, asked.entity, asked.chips)
    found = list(conditions(work, asked.entity, chips, asked.where))
    view = next((v for v in entity.list.views if v.name == asked.view), None)
    if view is not None and view.filter is not None:
        found.append(view.filter.typed)
    return Query(
        entity=asked.entity,
        columns=asked.columns,
        conditions=tuple(found),
        search=asked.search,
        sort=asked.sort,
        totals=_totals(asked, entity.list.totals),
        ids=asked.ids,
    )


def _totals(asked: Asked, offered: Sequence[str]) -> tuple[str, ...]:
    return tuple(path for path in offered if path in asked.columns)
