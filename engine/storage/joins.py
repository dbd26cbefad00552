"""Paths over links as SQL: `room.building.name` becomes two left joins, made once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Numeric,
    Text,
    Time,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
)

from engine.expressions import SqlScope, Type, aggregate_call, compile_sql
from engine.metadata import Catalog, Entity
from engine.storage.tables import Tables

ENGINE_LINKS = {"created_by": "user", "updated_by": "user"}
Path = tuple[str, ...]


def person_name(users: FromClause) -> ColumnElement[str]:
    """Return how a person is called: family name first where it is written in Chinese."""
    chinese = users.c.last_name.op("~")("[一-龥]") | users.c.first_name.op("~")("[一-龥]")
    return case(
        (chinese, func.concat(users.c.last_name, users.c.first_name)),
        else_=func.trim(func.concat(users.c.first_name, " ", users.c.last_name)),
    )


class Joined:
    """The rows of one entity with what its paths need joined to them.

    Is an expressions.SqlScope: formulas compiled in it share its joins. `given` holds
    values for the roots `user`, `record`, `ask` and `old`, as nested mappings.
    """

    def __init__(
        self,
        catalog: Catalog,
        tables: Tables,
        entity: str,
        *,
        now: datetime,
        today: date,
        given: Mapping[str, Mapping[str, Any]] | None = None,
        table: FromClause | None = None,
    ) -> None:
        self.catalog = catalog
        self.tables = tables
        self.entity = entity
        self.now = now
        self.today = today
        self.given = given or {}
        self._is_root = table is None
        self.table: FromClause = table if table is not None else self._alias(entity, ())
        self.from_: FromClause = self.table
        self.time_zone = catalog.product.time_zone
        self._reached: dict[Path, FromClause] = {}

    def _alias(self, entity: str, links: Path) -> FromClause:
        """Return the alias of what some links lead to.

        A scope of its own takes the same ones each time; one that stands beside others in a
        statement takes fresh ones.
        """
        if not self._is_root:
            return self.tables.table(entity).alias()
        key = (self.entity, *links)
        known = self.tables.aliases.get(key)
        if known is None:
            known = self.tables.aliases.setdefault(key, self.tables.table(entity).alias())
        return known

    def joins(self) -> tuple[FromClause, dict[Path, FromClause]]:
        """Return what is joined so far, for a later scope of the same entity."""
        return self.from_, dict(self._reached)

    def take_joins(self, joins: tuple[FromClause, dict[Path, FromClause]]) -> None:
        """Begin with the joins of an earlier scope; both must stand alone in a statement."""
        self.from_, self._reached = joins[0], dict(joins[1])

    def reach(self, links: Path) -> tuple[FromClause, str]:
        """Return the joined table at the end of some links, and its entity.

        Raises:
            KeyError: a step is not a link.
        """
        table, entity = self.table, self.entity
        for depth, step in enumerate(links, 1):
            target = link_target(self.catalog, entity, step)
            known = self._reached.get(links[:depth])
            if known is None:
                known = self._alias(target, links[:depth])
                self.from_ = self.from_.outerjoin(known, table.c[link_column(step)] == known.c.id)
                self._reached[links[:depth]] = known
            table, entity = known, target
        return table, entity

    def column(self, path: Path, kind: Type | None = None, /) -> ColumnElement[Any]:
        """Return the value at a path: a column, a computed expression or a given value."""
        if path[0] in self.given:
            return _given(_dig(self.given, path), kind)
        table, entity = self.reach(path[:-1])
        name = path[-1]
        if entity == "user":
            return user_column(table, name)
        field = self.catalog.entity(entity).fields.get(name)
        if field is not None and field.compute is not None and not field.stored:
            return compile_sql(field.compute.typed, _Prefixed(self, path[:-1]))
        return column_of(table, self.catalog.entity(entity), name)

    def title(self, links: Path) -> ColumnElement[Any]:
        """Return what the record at the end of some links is called."""
        table, entity = self.reach(links)
        if entity == "user":
            return person_name(table)
        return self.column((*links, self.catalog.entity(entity).title))

    def aggregate(
        self,
        lines: Path,
        build: Callable[[SqlScope], tuple[ColumnElement[Any] | None, ColumnElement[bool] | None]],
        function: str,
    ) -> ColumnElement[Any]:
        """Return a correlated subquery over the lines at a path."""
        table, owner = self.reach(lines[:-1])
        options = self.catalog.entity(owner).field(lines[-1]).options
        inner = Joined(
            self.catalog,
            self.tables,
            options["of"],
            now=self.now,
            today=self.today,
            given=self.given,
            table=self.tables.table(options["of"]).alias(),
        )
        value, condition = build(inner)
        result = aggregate_call(function, value, condition)
        query = select(result).select_from(inner.from_)
        query = query.where(inner.table.c[link_column(options["by"])] == table.c.id)
        return query.correlate(*_all_aliases(self)).scalar_subquery()

    def child_of(self, path: Path, top: Any) -> ColumnElement[bool]:
        """Tell whether the record at a path is that one, or below it in its tree."""
        target = link_target(self.catalog, self.catalog_entity_at(path[:-1]), path[-1])
        return self.column(path).in_(descendants(self.catalog, self.tables, target, top))

    def catalog_entity_at(self, links: Path) -> str:
        """Return the entity at the end of some links, joining nothing."""
        entity = self.entity
        for step in links:
            entity = link_target(self.catalog, entity, step)
        return entity


class _Prefixed:
    """The same joins, seen from a linked record: for computed fields reached by a path."""

    def __init__(self, base: Joined, prefix: Path) -> None:
        self._base, self._prefix = base, prefix
        self.now, self.today, self.time_zone = base.now, base.today, base.time_zone

    def column(self, path: Path, kind: Type | None = None, /) -> ColumnElement[Any]:
        if path[0] in self._base.given:
            return self._base.column(path, kind)
        return self._base.column((*self._prefix, *path), kind)

    def aggregate(self, lines: Path, build: Any, function: str) -> ColumnElement[Any]:
        return self._base.aggregate((*self._prefix, *lines), build, function)

    def child_of(self, path: Path, top: Any) -> ColumnElement[bool]:
        return self._base.child_of((*self._prefix, *path), top)


def _all_aliases(scope: Joined) -> list[FromClause]:
    return [scope.table, *scope._reached.values()]


def _dig(given: Mapping[str, Any], path: Path) -> Any:
    """Return a given value; one behind a link stands under its whole path, as 'room.estate'."""
    return given[path[0]].get(".".join(path[1:]))


_SQL_TYPES: dict[str, Any] = {
    "number": Numeric(),
    "text": Text(),
    "choice": Text(),
    "boolean": Boolean(),
    "date": Date(),
    "datetime": DateTime(timezone=True),
    "time": Time(),
    "link": BigInteger(),
}


def _given(value: Any, kind: Type | None) -> ColumnElement[Any]:
    """Return a value of the outside as SQL; an empty one still has its type."""
    if value is not None:
        return literal(value)
    known = _SQL_TYPES.get(kind.name) if kind is not None else None
    return null() if known is None else cast(null(), known)


def link_column(name: str) -> str:
    """Return the column behind a link field; engine links keep their names."""
    return name if name in ENGINE_LINKS else f"{name}_id"


def link_target(catalog: Catalog, entity: str, name: str) -> str:
    """Return the entity a link field leads to.

    Raises:
        KeyError: the field is not a link.
    """
    if name in ENGINE_LINKS:
        return ENGINE_LINKS[name]
    if name == "scope_unit" and catalog.organization is not None:
        return catalog.organization.entity
    target = catalog.entity(entity).field(name).options.get("to")
    if not isinstance(target, str):
        raise KeyError(f"{entity}.{name} is not a link")
    return target


def column_of(table: FromClause, entity: Entity, name: str) -> ColumnElement[Any]:
    """Return a field's column in a table or alias."""
    field = entity.fields.get(name)
    if name == "scope_unit" or (field is not None and field.type == "link"):
        return table.c[f"{name}_id"]
    if field is not None and field.type == "any_link":
        return table.c[f"{name}_id"]
    return table.c[name]


def user_column(users: FromClause, name: str) -> ColumnElement[Any]:
    """Return a column of a person's account: id, name, login or email."""
    if name == "name":
        return person_name(users)
    return users.c["username" if name == "login" else name]


def descendants(catalog: Catalog, tables: Tables, entity: str, top: Any) -> Any:
    """Return a query of the ids of a record and all below it in its tree."""
    table = tables.table(entity)
    parent = "" if entity == "user" else catalog.entity(entity).parent
    if not parent:
        return select(table.c.id).where(table.c.id == top)
    tree = select(table.c.id).where(table.c.id == top).cte(recursive=True)
    below = table.alias()
    step = select(below.c.id).where(below.c[link_column(parent)] == tree.c.id)
    return select(tree.union(step).c.id)


def both(*conditions: ColumnElement[bool] | None) -> ColumnElement[bool] | None:
    """Join what conditions there are with AND; None when there is none."""
    present = [c for c in conditions if c is not None]
    return and_(*present) if present else None
