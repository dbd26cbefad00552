"""The catalog as SQLAlchemy Core tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from types import MappingProxyType
from typing import Any

from sqlalchemy import CheckConstraint, Column, Computed, ForeignKey, FromClause, MetaData, Table
from sqlalchemy import Text as TextColumn

from engine.fieldtypes.base import field_type
from engine.metadata import Catalog, Entity
from engine.storage.collector import collector_paused
from engine.storage.columns import ENGINE_COLUMNS, USER, engine_columns, field_columns, is_kept
from engine.storage.indexes import add_indexes
from engine.storage.names import named
from engine.storage.own_row import OwnRow, ReadsElsewhere, own_row_sql
from engine.storage.search import SEARCH_COLUMN, search_expression
from engine.storage.system_tables import ab_user

ColumnNames = Mapping[str, tuple[str, ...]]  # field -> its columns; () when it is not kept


@dataclass(frozen=True, slots=True)
class Tables:
    """One table per entity; the virtual entity `user` is Flask-AppBuilder's `ab_user`."""

    metadata: MetaData
    names: Mapping[str, ColumnNames]  # entity -> field, engine fields too -> columns
    aliases: dict[tuple[str, ...], FromClause] = attribute(
        default_factory=dict, compare=False, repr=False
    )  # of entities in joins: making one anew costs a tenth of a millisecond
    prepared: dict[Any, Any] = attribute(default_factory=dict, compare=False, repr=False)
    # ^ parts of statements that upper layers build once

    def table(self, entity: str) -> Table:
        """Return the entity's table.

        Raises:
            KeyError: no such entity.
        """
        return self.metadata.tables["ab_user" if entity == USER else entity]

    def columns(self, entity: str, field: str) -> tuple[Column[Any], ...]:
        """Return a field's columns: two of an any_link, none of lines and computed fields.

        Raises:
            KeyError: no such entity or field.
        """
        table = self.table(entity)
        return tuple(table.c[name] for name in self.names[entity][field])

    def column(self, entity: str, field: str) -> Column[Any]:
        """Return the column of a field; of an any_link, the one with the id.

        Raises:
            KeyError: the entity has no such field, or the field has no column.
        """
        found = self.columns(entity, field)
        if not found:
            raise KeyError(f"{entity}.{field} has no column")
        return found[-1]


def tables_of(catalog: Catalog) -> Tables:
    """Build the tables; needs no database. Costs some milliseconds per entity: keep it.

    Raises:
        ValueError: the catalog was not checked.
    """
    metadata = MetaData()
    ab_user.to_metadata(metadata)
    with collector_paused():
        names = {
            entity.name: _add_table(metadata, catalog, entity)
            for entity in catalog.entities.values()
            if entity.name != USER
        }
    return Tables(metadata, MappingProxyType(names))


def _add_table(metadata: MetaData, catalog: Catalog, entity: Entity) -> ColumnNames:
    table = Table(entity.name, metadata, *engine_columns(), comment=str(entity.label) or None)
    if entity.scope and catalog.organization is not None:
        key = ForeignKey(f"{catalog.organization.entity}.id", ondelete="RESTRICT")
        table.append_column(Column(ENGINE_COLUMNS["scope_unit"], table.c.id.type, key))
    names: dict[str, tuple[str, ...]] = {
        field: (name,) for field, name in ENGINE_COLUMNS.items() if name in table.c
    }
    for field in entity.fields.values():
        columns = field_columns(entity, field)
        for column in columns:
            table.append_column(column)
        names[field.name] = tuple(column.name for column in columns)
    _add_search(table, entity, names)
    _add_checks(table, catalog, entity, names)
    add_indexes(table, entity, names, _own_row(table, names, catalog))
    return MappingProxyType(names)


def _own_row(table: Table, names: ColumnNames, catalog: Catalog) -> OwnRow:
    def column_of(field: str) -> Column[Any]:
        kept = names.get(field, ())
        if not kept:
            raise KeyError(field)
        return table.c[kept[-1]]

    return OwnRow(column_of, catalog.product.time_zone)


def _add_search(table: Table, entity: Entity, names: ColumnNames) -> None:
    kept = [name for field in entity.search for name in names.get(field, ())]
    texts = [name for name in kept if isinstance(table.c[name].type, TextColumn)]
    if texts:
        expression = search_expression([f'"{name}"' for name in texts])
        table.append_column(Column(SEARCH_COLUMN, TextColumn, Computed(expression, persisted=True)))


def _add_checks(table: Table, catalog: Catalog, entity: Entity, names: ColumnNames) -> None:
    for field in entity.fields.values():
        if is_kept(field):
            for check in field_type(field.type).constraints(field):
                table.append_constraint(check)
    scope = _own_row(table, names, catalog)
    for rule in entity.checks:
        try:
            condition = own_row_sql(rule.that, scope)
        except ReadsElsewhere:
            continue  # kept by the record service alone
        name = named("ck", entity.name, rule.name)
        table.append_constraint(CheckConstraint(condition, name=name))
