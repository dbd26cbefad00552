"""Say why an actor sees, or does not see, one record: role by role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, literal, null, select

from engine.access.actor import Actor, AllUnits
from engine.access.explain import Explanation, Sentence, explained, role_label, unlimited, why
from engine.access.rights import parent_of, roles_granting
from engine.access.rows import Place, actor_values, now_in, reaches, where_condition
from engine.metadata import Catalog, Entity, RoleRights
from engine.storage.joins import Joined, link_column
from engine.storage.tables import Tables

_UNIT = "wy_unit"


@dataclass(frozen=True, slots=True)
class _Asked:
    catalog: Catalog
    actor: Actor
    entity: Entity
    row: RowMapping


def explain_row(
    connection: Connection,
    catalog: Catalog,
    tables: Tables,
    actor: Actor,
    entity: str,
    record_id: int,
    action: str = "read",
) -> Explanation:
    """Say which role, unit or condition lets the actor do the action with a record, or not.

    For the one who administers rights: it tells that a record exists. Three statements at
    most, however many roles.
    """
    roles = roles_granting(catalog, actor, entity, action)
    found, record_id = _owner(connection, catalog, tables, entity, record_id)
    scope = _scope(catalog, tables, actor, found)
    place = Place(catalog, tables, actor, found, scope.table, scope.now, scope)
    query = select(*_columns(place, roles)).select_from(scope.from_)
    row = connection.execute(query.where(scope.table.c.id == record_id)).mappings().one_or_none()
    if row is None:
        return explained([Sentence("There is no such record.")])
    if actor.is_unlimited:
        return explained([unlimited(actor)])
    if not roles:
        return why(catalog, actor, entity, action)
    asked = _Asked(catalog, actor, found, row)
    return explained(one for role in roles for one in _sentences(asked, role))


def _owner(
    connection: Connection, catalog: Catalog, tables: Tables, entity: str, record_id: int
) -> tuple[Entity, int]:
    """Return the record a line belongs to, or the record itself."""
    found = catalog.entity(entity)
    while (parent := parent_of(catalog, found)) is not None:
        table = tables.table(found.name)
        link = table.c[link_column(found.part_of)]
        record_id = connection.scalar(select(link).where(table.c.id == record_id)) or 0
        found = parent
    return found, record_id


def _scope(catalog: Catalog, tables: Tables, actor: Actor, entity: Entity) -> Joined:
    now = now_in(catalog)
    return Joined(
        catalog,
        tables,
        entity.name,
        now=now,
        today=now.date(),
        given={"user": actor_values(actor)},
    )


def _columns(place: Place, roles: list[str]) -> Iterator[ColumnElement[Any]]:
    named = bool(place.entity.scope) and place.joined is not None
    unit = place.joined.title(("scope_unit",)) if named and place.joined else null()
    yield unit.label(_UNIT)
    for role in roles:
        for reach in reaches(place.entity, place.actor, [role]):
            scope = reach.scope(place)
            yield (literal(True) if scope is None else scope).label(f"scope {role}")
            if reach.where is not None:
                yield where_condition(place, reach.where).label(f"where {role}")


def _sentences(asked: _Asked, role: str) -> Iterator[Sentence]:
    declared = asked.entity.rights.by_role.get(role, RoleRights(can=frozenset()))
    words: dict[str, Any] = {
        "role": role_label(asked.catalog, role),
        "entity": asked.entity.label,
        "unit": asked.row[_UNIT] or "–",
    }
    reached = bool(asked.row[f"scope {role}"])
    holds = declared.where is None or bool(asked.row[f"where {role}"])
    message = _about_scope(asked, role, declared.rows, reached)
    yield Sentence(message, _used(message, words), allows=reached and holds)
    if declared.where is not None:
        message = _CONDITION[holds]
        yield Sentence(message, _used(message, {**words, "condition": declared.where.text}))


def _about_scope(asked: _Asked, role: str, rows: str, reached: bool) -> str:
    if rows in ("own", "department"):
        return _RULES[rows][reached]
    if rows == "all" or not asked.entity.scope:
        return "Your role %(role)s reaches every record of %(entity)s."
    units = asked.actor.units(role)
    if isinstance(units, AllUnits):
        return "You have the role %(role)s everywhere."
    return _RULES["unit"][reached] if units else "You have the role %(role)s in no unit."


def _used(message: str, words: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in words.items() if f"%({name})s" in message}


_RULES = {
    "unit": {
        True: "The record belongs to %(unit)s, where you have the role %(role)s.",
        False: "The record belongs to %(unit)s, where you do not have the role %(role)s.",
    },
    "own": {
        True: "The record is your own; your role %(role)s reaches such records.",
        False: "Your role %(role)s reaches only your own records in its units; this is none.",
    },
    "department": {
        True: "The record belongs to a department where you have the role %(role)s.",
        False: "The record belongs to no department where you have the role %(role)s.",
    },
}
_CONDITION = {
    True: "It satisfies the condition of the role %(role)s: %(condition)s",
    False: "It does not satisfy the condition of the role %(role)s: %(condition)s",
}
