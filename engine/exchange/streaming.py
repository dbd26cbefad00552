"""Every row of a list, in its order, with flat memory: what exports are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from engine.records import Column, Query, Workspace, joined, listing
from engine.storage.joins import Joined

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Stream:
    """The rows of a query: (id, version, …) as `columns` describes them, masks not yet on."""

    columns: tuple[Column, ...]
    statement: Select[Any]
    totals: dict[str, Any]

    def batches(self, work: Workspace) -> Iterator[list[Any]]:
        """Yield the rows, some thousands at a time, from a cursor on the server."""
        flowing = self.statement.execution_options(stream_results=True, yield_per=BATCH)
        with work.connection.execute(flowing) as result:
            for part in result.partitions():
                yield list(part)


def stream(work: Workspace, query: Query) -> Stream:
    """Return the rows of a list without its window; rights, rows and filters are the list's.

    Raises:
        Invalid: an unknown column, or a sort by one that is masked.
        Refused: the actor may not read the entity.
    """
    source = joined(work, query.entity)
    columns, selected = listing.selection_of(work, query, source)
    matching = listing.conditions_of(work, query, source)
    order = listing.order_of(work, query, source)
    statement = select(source.table.c.id, source.table.c.version, *selected)
    statement = statement.select_from(source.from_).where(*matching)
    for key, descending in order:
        statement = statement.order_by(
            key.desc().nulls_last() if descending else key.asc().nulls_last()
        )
    tie = source.table.c.id
    statement = statement.order_by(tie.desc() if order and order[-1][1] else tie.asc())
    return Stream(columns, statement, _totals(work, query, source, matching))


def _totals(
    work: Workspace, query: Query, source: Joined, matching: list[ColumnElement[bool]]
) -> dict[str, Any]:
    sums = listing.sums_of(work, query, source)
    if not sums:
        return {}
    row = work.connection.execute(select(*sums).select_from(source.from_).where(*matching)).one()
    return dict(zip(query.totals, row, strict=True))


def count(work: Workspace, query: Query, limit: int) -> int:
    """Return how many rows a list has, but at most one more than `limit`."""
    source = joined(work, query.entity)
    matching = listing.conditions_of(work, query, source)
    some = select(source.table.c.id).select_from(source.from_).where(*matching).limit(limit + 1)
    return work.connection.scalar(select(func.count()).select_from(some.subquery())) or 0
