"""Which rows an actor sees: one predicate, made of his roles, for every statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    and_,
    any_,
    bindparam,
    false,
    literal,
    or_,
    select,
)

from engine.access.actor import ALL, Actor, AllUnits, Units, merged
from engine.access.rights import may, parent_of, roles_granting
from engine.expressions import compile_sql
from engine.metadata import Catalog, Entity, Formula
from engine.storage.columns import USER
from engine.storage.joins import Joined, link_column
from engine.storage.tables import Tables

Condition = ColumnElement[bool] | None  # None: every row


@dataclass(frozen=True, slots=True)
class Place:
    """Where the predicate will stand: the rows of one entity in a statement.

    With `joined`, paths that rules read are joined there, in the caller's own statement;
    without it they go into a subquery, so that the predicate stands alone.
    """

    catalog: Catalog
    tables: Tables
    actor: Actor
    entity: Entity
    table: FromClause
    now: datetime
    joined: Joined | None = None

    def beside(self, table: FromClause) -> Joined:
        """Return a scope for formulas over these rows in a table."""
        return Joined(
            self.catalog,
            self.tables,
            self.entity.name,
            now=self.now,
            today=self.now.date(),
            given={"user": actor_values(self.actor)},
            table=table,
        )

    def over_paths(self, build: Callable[[Joined], ColumnElement[bool]]) -> ColumnElement[bool]:
        """Return a condition that may read paths over links."""
        if self.joined is not None:
            return build(self.joined)
        plain = self.beside(self.table)
        condition = build(plain)
        if plain.from_ is plain.table:
            return condition
        apart = self.beside(self.tables.table(self.entity.name).alias())
        condition = build(apart)
        inner = select(literal(1)).select_from(apart.from_)
        inner = inner.where(apart.table.c.id == self.table.c.id, condition)
        return inner.correlate(self.table).exists()


@dataclass(slots=True)
class Reach:
    """What some roles with the same `where` reach together."""

    where: Formula | None = None
    units: list[Units] = field(default_factory=list)
    departments: set[int] = field(default_factory=set)
    own: list[Units] = field(default_factory=list)  # where records that are his own count

    def add(self, entity: Entity, rows: str, units: Units) -> None:
        """Take in one more role; a rule the entity has no path for reaches nothing."""
        if rows == "all" or (rows == "unit" and not entity.scope):
            self.units.append(ALL)
        elif rows == "unit":
            self.units.append(units)
        elif rows == "own":
            self.own.append(units if entity.scope else ALL)
        elif rows == "department" and entity.department:
            self._add_department(units)

    def _add_department(self, units: Units) -> None:
        if isinstance(units, AllUnits):
            self.units.append(ALL)
        else:
            self.departments |= units

    def scope(self, place: Place) -> Condition:
        """Return the condition without the `where`."""
        units = merged(self.units)
        if isinstance(units, AllUnits):
            return None
        parts: list[ColumnElement[bool]] = []
        if units:
            parts.append(_among(place.table.c.scope_unit_id, units))
        if self.departments:
            parts.append(_department(place, frozenset(self.departments)))
        own = merged(self.own)
        if own:
            parts.append(_own(place, own))
        return or_(*parts) if parts else false()

    def condition(self, place: Place) -> Condition:
        """Return the whole condition."""
        scope = self.scope(place)
        if self.where is None:
            return scope
        formula = where_condition(place, self.where)
        return formula if scope is None else and_(scope, formula)


def visible_rows(  # noqa: PLR0913 - the last two only spare work
    catalog: Catalog,
    tables: Tables,
    actor: Actor,
    entity: str,
    table: FromClause,
    action: str = "read",
    *,
    now: datetime | None = None,
    joined: Joined | None = None,
) -> Condition:
    """Return what keeps the rows with which the actor may do the action; None: all of them.

    The union over the roles that have the right. `table` is the entity's table or an alias
    in the caller's statement; `joined`, when given, is that alias's scope, knows `user` (see
    actor_values) and takes up the joins. The units come from the actor alone: an id that was
    sent in never adds a row.
    """
    if not may(catalog, actor, entity, action):
        return false()
    if actor.is_unlimited or entity == USER:
        return None
    roles = roles_granting(catalog, actor, entity, action)
    moment = joined.now if joined is not None else now or now_in(catalog)
    place = Place(catalog, tables, actor, catalog.entity(entity), table, moment, joined)
    return _rows(place, roles)


def now_in(catalog: Catalog) -> datetime:
    """Return the moment in the company's zone."""
    return datetime.now(ZoneInfo(catalog.product.time_zone))


def _rows(place: Place, roles: Sequence[str]) -> Condition:
    parent = parent_of(place.catalog, place.entity)
    if parent is not None:
        return _rows_of_lines(place, parent, roles)
    conditions = [reach.condition(place) for reach in reaches(place.entity, place.actor, roles)]
    if any(one is None for one in conditions):
        return None
    return or_(*(one for one in conditions if one is not None))


def _rows_of_lines(place: Place, parent: Entity, roles: Sequence[str]) -> Condition:
    """Lines are seen with their record: a semi-join on it, or nothing if all are seen."""
    above = place.tables.table(parent.name).alias()
    seen = _rows(Place(place.catalog, place.tables, place.actor, parent, above, place.now), roles)
    if seen is None:
        return None
    link = place.table.c[link_column(place.entity.part_of)]
    inner = select(literal(1)).select_from(above).where(above.c.id == link, seen)
    return inner.correlate(place.table).exists()


def reaches(entity: Entity, actor: Actor, roles: Iterable[str]) -> list[Reach]:
    """Return the roles' rules, those with the same `where` put together."""
    found: dict[str, Reach] = {}
    for role in roles:
        declared = entity.rights.by_role.get(role)
        where = declared.where if declared is not None else None
        key = where.text if where is not None else ""
        reach = found.setdefault(key, Reach(where))
        reach.add(entity, declared.rows if declared is not None else "unit", actor.units(role))
    return list(found.values())


def where_condition(place: Place, where: Formula) -> ColumnElement[bool]:
    """Return a role's `where` as SQL; unknown counts as no."""
    return place.over_paths(lambda scope: compile_sql(where.typed, scope))


def own_column(entity: Entity, table: FromClause) -> ColumnElement[Any]:
    """Return the column that says whose record it is."""
    return table.c[link_column(entity.own) if entity.own else "created_by"]


def actor_values(actor: Actor) -> dict[str, Any]:
    """Return what formulas may read under `user.`."""
    return {"id": actor.user_id, "login": actor.login, "name": actor.name}


def _own(place: Place, units: Units) -> ColumnElement[bool]:
    """Who has left an office leaves behind what was his there."""
    mine = own_column(place.entity, place.table) == place.actor.user_id
    if isinstance(units, AllUnits):
        return mine
    return and_(mine, _among(place.table.c.scope_unit_id, units))


def _department(place: Place, units: frozenset[int]) -> ColumnElement[bool]:
    path = tuple(place.entity.department.split("."))
    return place.over_paths(lambda scope: _among(scope.column(path), units))


def _among(column: ColumnElement[Any], units: frozenset[int]) -> ColumnElement[bool]:
    if len(units) == 1:
        return column == next(iter(units))
    return column == any_(bindparam(None, sorted(units), type_=ARRAY(BigInteger), unique=True))
