"""Reads what a document shows: the values of paths, and the rows below each record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Row, any_, bindparam, select

from engine.documents.prints import Rows
from engine.documents.values import Told, decides, plain_form, teller
from engine.expressions import compile_sql
from engine.extension import Invalid
from engine.metadata import Field
from engine.records import Workspace, condition_of, joined, listing, resolve, visible
from engine.storage.joins import Joined
from engine.wording import translator


@dataclass(slots=True)
class Item:
    """A record on paper."""

    id: int
    values: dict[str, Any] = field(default_factory=dict)  # by path, as stored
    texts: dict[str, str] = field(default_factory=dict)
    plain: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[Item]] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)  # what a plugin added, as it gave it


@dataclass(frozen=True, slots=True)
class Cell:
    """A path of a document: where its value and a link's title stand in a row."""

    path: str
    field: Field
    value: int
    title: int | None
    tell: Told
    decides: bool


@dataclass(frozen=True)
class Reader:
    """Reads for one print. `trusted` reads what the print names, whoever prints it."""

    work: Workspace
    trusted: bool
    unmask: tuple[str, ...] = ()

    def readable(self, entity: str, paths: Iterable[str]) -> tuple[str, ...]:
        """Keep the paths that may be shown; a declared print's are its author's word."""
        if self.trusted:
            return tuple(paths)
        return tuple(path for path in paths if self._may_read(entity, path))

    def _may_read(self, entity: str, path: str) -> bool:
        try:
            listing.readable(self.work, entity, path)
        except Invalid:
            return False
        return True

    def items(self, entity: str, paths: Sequence[str], ids: Sequence[int]) -> list[Item]:
        """Return the records of these ids, in their order."""
        source = joined(self.work, entity)
        found = {
            item.id: item for item, _ in self._read(source, paths, among(source.table.c.id, ids))
        }
        return [found[one] for one in ids if one in found]

    def add_rows(self, items: Sequence[Item], rows: Rows) -> None:
        """Read the rows below all these records in one statement; each gets its list."""
        owners: dict[int, list[Item]] = {}
        for item in items:
            item.rows[rows.name] = []
            owner = item.values.get(rows.owner) if rows.owner else item.id
            if owner is not None:
                owners.setdefault(owner, []).append(item)
        source = joined(self.work, rows.entity)
        by = source.column((rows.by,))
        conditions = [among(by, list(owners)), *self._conditions(source, rows)]
        order = [self._key(source, key) for key in rows.sort]
        paths = self.readable(rows.entity, rows.columns)
        for row, owner in self._read(source, paths, *conditions, by=by, order=order):
            for item in owners[owner]:
                item.rows[rows.name].append(row)

    def _conditions(self, source: Joined, rows: Rows) -> list[ColumnElement[bool]]:
        found = []
        work = self.work.as_trusted() if self.trusted else self.work
        if rows.where:
            found.append(compile_sql(condition_of(work, rows.entity, rows.where), source))
        if not self.work.catalog.entity(rows.entity).part_of:
            rule = visible(work, rows.entity, source.table, "read", source)
            found += [] if rule is None else [rule]
        return found

    def _key(self, source: Joined, key: str) -> ColumnElement[Any]:
        column = source.column(tuple(key.removeprefix("-").split(".")))
        return column.desc() if key.startswith("-") else column.asc()

    def _read(
        self,
        source: Joined,
        paths: Sequence[str],
        *conditions: ColumnElement[bool],
        by: ColumnElement[Any] | None = None,
        order: Sequence[ColumnElement[Any]] = (),
    ) -> list[tuple[Item, Any]]:
        cells, columns = self._cells(source, paths)
        owner = source.table.c.id if by is None else by
        statement = select(source.table.c.id, owner.label("owner"), *columns)
        statement = statement.select_from(source.from_).where(*conditions)
        statement = statement.order_by(*order, source.table.c.id)
        found = self.work.connection.execute(statement)
        return [(_item(row, cells), row[1]) for row in found]

    def _cells(
        self, source: Joined, paths: Sequence[str]
    ) -> tuple[list[Cell], list[ColumnElement[Any]]]:
        cells: list[Cell] = []
        columns: list[ColumnElement[Any]] = []
        for path in paths:
            described = self._field(source.entity, path)
            steps = tuple(path.split("."))
            value, title = 2 + len(columns), None
            columns.append(source.column(steps).label(f"v{value}"))
            if described.type in ("link", "any_link"):
                title = value + 1
                columns.append(_title(source, described, steps).label(f"t{title}"))
            masked = bool(described.mask) and path not in self.unmask
            tell = teller(self.work.catalog, described, self.work.style, masked=masked)
            decisive = decides(described) and not masked
            cells.append(Cell(path, described, value, title, tell, decisive))
        return cells, columns

    def _field(self, entity: str, path: str) -> Field:
        try:
            return resolve(self.work.catalog, entity, path)[1]
        except KeyError as unknown:
            raise ValueError(f"a print names {path!r}, which {entity!r} has not") from unknown


def _title(source: Joined, described: Field, steps: tuple[str, ...]) -> ColumnElement[Any]:
    if described.type == "link":
        return source.title(steps)
    table, _ = source.reach(steps[:-1])
    return table.c[f"{described.name}_entity"]


def _item(row: Row[Any], cells: Sequence[Cell]) -> Item:
    item = Item(row[0])
    for cell in cells:
        value = row[cell.value]
        item.values[cell.path] = value
        item.texts[cell.path] = cell.tell(value, None if cell.title is None else row[cell.title])
        if cell.decides:
            item.plain[cell.path] = plain_form(cell.field, value)
    return item


def among(column: ColumnElement[Any], ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of some ids, as one parameter."""
    return column == any_(bindparam(None, list(ids), type_=ARRAY(BigInteger), unique=True))


def in_language(work: Workspace, language: str) -> Workspace:
    """Return the same work for a reader of another language."""
    known = work.catalog.product.languages
    if language not in known:
        return work
    return replace(work, language=language, translate=translator(language))
