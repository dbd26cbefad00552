"""What is asked of a list, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.expressions import Typed

PAGE_SIZES = (20, 50, 100)
MAX_PAGE_SIZE = 500  # a reader's page; exports stream instead
COUNT_LIMIT = 10_000  # beyond it a list says «more than», and costs no more
MAX_OFFSET = 10_000  # deeper pages go on from a key


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A filter, an order and a window over the records of one entity."""

    entity: str
    columns: tuple[str, ...] = ()  # paths; empty: the list's own
    conditions: tuple[Typed, ...] = ()  # all must hold
    search: str = ""  # words in the entity's search fields, any spelling
    sort: tuple[str, ...] = ()  # paths, '-' first for descending; the id is always last
    page: int = 1
    size: int = 20
    after: str = ""  # the token of the last row seen; then `page` does not count
    count: bool = True
    totals: tuple[str, ...] = ()
    ids: tuple[int, ...] | None = None  # only these records


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an answer, and where its values stand in each row."""

    path: str
    entity: str  # the entity the last step of the path belongs to
    field: Any  # metadata.Field
    value: int  # index in the row
    title: int | None = None  # index of the linked record's title
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: rows are plain tuples (id, version, …) as `columns` describes them."""

    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]
    total: int | None  # None: not asked for
    total_is_exact: bool
    has_more: bool
    next: str = ""  # the token for `after`
    totals: Mapping[str, Any] = field(default_factory=dict)
