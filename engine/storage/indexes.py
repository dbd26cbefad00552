"""The indexes of an entity's table: those declared, and those every screen needs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from sqlalchemy import Index, Table

from engine.metadata import Entity, Field
from engine.metadata import Index as DeclaredIndex
from engine.storage.names import named
from engine.storage.own_row import OwnRow, own_row_sql
from engine.storage.search import SEARCH_COLUMN

Names = Mapping[str, tuple[str, ...]]


def add_indexes(table: Table, entity: Entity, names: Names, scope: OwnRow) -> None:
    """Give the table its indexes; one that another serves as well is left out.

    Raises:
        ReadsElsewhere: the `where` of a declared index reads more than the row.
    """
    found: set[tuple[str, ...]] = set()
    for declared in entity.indexes:
        index = _declared(table, entity, names, scope, declared)
        if declared.where is None:
            found.add(tuple(column.name for column in index.columns))
    for columns, unique in _usual(table, entity, names):
        if unique or not any(known[: len(columns)] == columns for known in found):
            kind = "uq" if unique else "ix"
            name = named(kind, entity.name, *columns)
            Index(name, *(table.c[column] for column in columns), unique=unique)
            found.add(columns)
    _add_search_index(table, entity)
    _add_list_index(table, entity, names)


def _declared(
    table: Table, entity: Entity, names: Names, scope: OwnRow, declared: DeclaredIndex
) -> Index:
    columns = [name for field in declared.fields for name in names[field]]
    where = None if declared.where is None else own_row_sql(declared.where, scope)
    # Two unique rules over the same fields may differ in their condition.
    parts = columns if declared.where is None else [*columns, _word(declared.where.text)]
    return Index(
        named("uq" if declared.unique else "ix", entity.name, *parts),
        *(table.c[name] for name in columns),
        unique=declared.unique,
        postgresql_where=where,
    )


def _word(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def _usual(table: Table, entity: Entity, names: Names) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield (columns, unique) of what fields, keys and row rules ask for."""
    for field in entity.fields.values():
        columns = names[field.name]
        if columns and field.unique:
            yield columns, True
        elif columns and (field.index or _is_looked_up(table, field, columns)):
            yield columns, False
    if "scope_unit" in names:
        yield names["scope_unit"], False
    if _own_is_author(entity):
        yield names["created_by"], False


def _is_looked_up(table: Table, field: Field, columns: tuple[str, ...]) -> bool:
    return field.type == "any_link" or bool(table.c[columns[0]].foreign_keys)


def _own_is_author(entity: Entity) -> bool:
    roles = entity.rights.by_role.values()
    return not entity.own and any(role.rows == "own" for role in roles)


def _add_search_index(table: Table, entity: Entity) -> None:
    if SEARCH_COLUMN in table.c:
        Index(
            named("ix", entity.name, "search"),
            table.c[SEARCH_COLUMN],
            postgresql_using="gin",
            postgresql_ops={SEARCH_COLUMN: "gin_trgm_ops"},
        )


def _add_list_index(table: Table, entity: Entity, names: Names) -> None:
    """Add the index that gives a list's first page without sorting the table.

    Its order is the one of the record service: no value comes last, then the id. Ledgers
    written by plugins go without: each index costs there a million times.
    """
    fields = [key.removeprefix("-") for key in entity.list.sort]
    kept = [names.get(field, ()) for field in fields]
    if not kept or entity.written_by == "plugins" or not all(len(one) == 1 for one in kept):
        return
    down = [key.startswith("-") for key in entity.list.sort]
    columns = [table.c[one[0]] for one in kept]
    ordered = [c.desc().nulls_last() if d else c for c, d in zip(columns, down, strict=True)]
    last = table.c.id.desc() if down[-1] else table.c.id
    Index(named("ix", entity.name, "list"), *ordered, last)
