"""The record service: the one door to business data for screens, REST, import and plugins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement

from engine.expressions import compile_sql
from engine.extension import ActionResult, Invalid, NotFound, Preview, Refused
from engine.metadata import Field
from engine.records import bulk, buttons, links, listing, many, search, writing, written
from engine.records.covers import shown_title
from engine.records.filters import condition_of
from engine.records.query import Page, Query
from engine.records.reach import joined
from engine.records.rows import fetch, fetch_one, fetch_titled, from_row, lines_of
from engine.records.shown import as_reader, hidden_in, leads_on, without_hidden
from engine.records.workspace import Workspace


class RecordService:
    """Reads and changes records for one actor, inside the caller's transaction."""

    def __init__(self, work: Workspace) -> None:
        self.work = work

    def page(self, query: Query) -> Page:
        """Return a page of the records the actor may see."""
        return listing.list_records(self.work, query)

    def view(self, entity: str, record_id: int, columns: Sequence[str]) -> Page:
        """Return one record with labels, computed values and masks, as a page of one row.

        Raises:
            NotFound: there is none, or none the actor may see.
        """
        query = Query(entity=entity, columns=tuple(columns), ids=(record_id,), size=1, count=False)
        if self.work.shown is not None:
            return self._shown(self.work, query)
        try:
            page = listing.list_records(self.work, query)
        except (Invalid, Refused):
            reader = as_reader(self.work, entity, record_id)
            if reader is None:
                raise
            return self._shown(reader, query)
        if page.rows:
            return page
        return self._shown(as_reader(self.work, entity, record_id), query)

    @staticmethod
    def _shown(reader: Workspace | None, query: Query) -> Page:
        """Return a record that an approval shows, without the columns it hides."""
        if reader is None or reader.shown is None:
            raise NotFound(query.entity, query.ids)
        hide = reader.shown.hide
        seen = (c for c in query.columns if c.partition(".")[0] not in hide)
        columns = tuple(c for c in seen if not leads_on(reader, c))
        page = listing.list_records(reader, replace(query, columns=columns))
        if not page.rows:
            raise NotFound(query.entity, query.ids)
        return page

    def view_created(
        self, entity: str, record: Mapping[str, Any], columns: Sequence[str]
    ) -> Page | None:
        """Return `view` of a record that `create` has returned, if nothing must be asked for it."""
        return written.view_created(self.work, entity, record, columns)

    def get(self, entity: str, record_id: int, *, lock: bool = False) -> dict[str, Any]:
        """Return one record's stored values by field name.

        Raises:
            NotFound: there is none, or none the actor may see.
        """
        if self.work.shown is not None and entity == self.work.shown.entity:
            return without_hidden(self.work, fetch_one(self.work, entity, record_id, lock=lock))
        try:
            return fetch_one(self.work, entity, record_id, lock=lock)
        except NotFound:
            reader = None if lock else as_reader(self.work, entity, record_id)
            if reader is None:
                raise
            return without_hidden(reader, fetch_one(reader, entity, record_id))

    def get_titled(
        self, entity: str, record_id: int
    ) -> tuple[dict[str, Any], dict[tuple[str, Any], str]]:
        """Return `get`, and what linked records are called: (entity, id) -> title.

        An entity with many links comes without; a title that is hidden shows as its number.
        """
        values, stored = fetch_titled(self.work, entity, record_id)
        shown = {k: shown_title(self.work, k[0], title) for k, title in stored.items()}
        return values, {k: str(title or f"#{k[1]}") for k, title in shown.items()}

    def lines(self, entity: str, name: str, record_id: int) -> list[dict[str, Any]]:
        """Return the lines of a record that `get` has returned."""
        if name in hidden_in(self.work, entity, record_id):
            return []
        return lines_of(self.work, entity, name, record_id)

    def find(
        self,
        entity: str,
        where: str | ColumnElement[bool] | None = None,
        *,
        sort: Sequence[str] = (),
        limit: int | None = None,
        lock: bool = False,
    ) -> list[dict[str, Any]]:
        """Return records that satisfy a filter in the expression language, or in SQL.

        A SQL condition is written over `tables.table(entity)` itself.
        """
        table = self.work.tables.table(entity)
        if isinstance(where, str):
            source = joined(self.work, entity)
            typed = condition_of(self.work, entity, where)
            matching = compile_sql(typed, source)
            from sqlalchemy import select

            where = table.c.id.in_(
                select(source.table.c.id).select_from(source.from_).where(matching)
            )
        order = []
        described = self.work.catalog.entity(entity)
        for key in sort:
            from engine.storage.joins import column_of

            column = column_of(table, described, key.removeprefix("-"))
            order.append(column.desc() if key.startswith("-") else column.asc())
        return fetch(self.work, entity, where, order=tuple(order), limit=limit, lock=lock)

    def create(self, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Create a record; see writing.create."""
        return writing.create(self.work, entity, values)

    def create_many(self, entity: str, rows: Iterable[Mapping[str, Any]]) -> list[int]:
        """Create many records in a few statements; all or none."""
        return many.create_many(self.work, entity, list(rows))

    def change(
        self, entity: str, record_id: int, values: Mapping[str, Any], *, version: int | None = None
    ) -> dict[str, Any]:
        """Change a record; see writing.change."""
        return writing.change(self.work, entity, record_id, values, version=version)

    def delete(self, entity: str, record_id: int, *, version: int | None = None) -> None:
        """Delete a record; see writing.delete."""
        writing.delete(self.work, entity, record_id, version=version)

    def press(
        self,
        entity: str,
        button: str,
        ids: Sequence[int],
        asked: Mapping[str, Any] | None = None,
    ) -> ActionResult:
        """Press a button; see buttons.press."""
        return buttons.press(self.work, entity, button, ids, asked)

    def preview(
        self, entity: str, button: str, ids: Sequence[int], asked: Mapping[str, Any]
    ) -> Preview:
        """Say what pressing a button would do; see buttons.preview."""
        return buttons.preview(self.work, entity, button, ids, asked)

    def preview_bulk(
        self, entity: str, ids: Sequence[int], values: Mapping[str, Any]
    ) -> bulk.BulkOutcome:
        """Say what a bulk change would do."""
        return bulk.preview(self.work, entity, ids, values)

    def bulk_change(
        self, entity: str, ids: Sequence[int], values: Mapping[str, Any]
    ) -> bulk.BulkOutcome:
        """Set the same values in many records, all or none."""
        return bulk.bulk_change(self.work, entity, ids, values)

    def look_up(
        self,
        entity: str,
        field: Field,
        words: str,
        record: dict[str, Any] | None = None,
        limit: int = 20,
        *,
        asked: dict[str, Any] | None = None,
    ) -> list[tuple[int, str, str]]:
        """Return what a link field may lead to; `asked` are the answers of a dialog so far."""
        given = {"record": record or {}, "ask": asked or {}}
        return links.look_up(self.work, entity, field, words, given, limit)

    def search(self, words: str) -> list[search.Hit]:
        """Search all entities."""
        return search.search_everything(self.work, words)


__all__ = ["RecordService", "from_row"]
