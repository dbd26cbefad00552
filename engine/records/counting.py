"""How many records match, and the totals over them; bounded, and in one statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, literal, select

from engine.records.query import COUNT_LIMIT, Query
from engine.records.workspace import Workspace
from engine.storage.joins import Joined


def numbers_of(
    work: Workspace,
    query: Query,
    source: Joined,
    matching: list[ColumnElement[bool]],
    sums: list[ColumnElement[Any]],
    page: tuple[int, bool],
) -> tuple[int | None, bool, dict[str, Any]]:
    """Return the count, whether it is exact, and the totals; in one statement at most.

    `page` says how many rows it has and whether more follow.
    """
    known, wanted = _known_count(query, *page), list(sums)
    if known is None and query.count and not query.after:
        some = select(literal(1)).select_from(source.from_).where(*matching)
        some = some.limit(COUNT_LIMIT + 1)
        counted = select(func.count()).select_from(some.subquery())
        if not wanted:
            number = work.connection.scalar(counted) or 0
            return min(number, COUNT_LIMIT), number <= COUNT_LIMIT, {}
        wanted.append(counted.scalar_subquery())
    if not wanted:
        return known, known is not None, {}
    found = select(*wanted).select_from(source.from_).where(*matching)
    row = list(work.connection.execute(found).one())
    totals = dict(zip(query.totals, row, strict=False))
    if len(wanted) > len(sums):
        known = row[-1]
    exact = known is not None and known <= COUNT_LIMIT
    return None if known is None else min(known, COUNT_LIMIT), exact, totals


def _known_count(query: Query, shown: int, more: bool) -> int | None:
    """Return how many match when the page itself tells."""
    if not query.count or query.after or more or (query.page > 1 and not shown):
        return None
    return (max(1, query.page) - 1) * query.size + shown
