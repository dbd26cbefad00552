"""Row rules in every statement that records make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    any_,
    bindparam,
    false,
    literal,
    select,
)

from engine.access import AllUnits, actor_values, may, merged, visible_rows
from engine.access.rights import parent_of, roles_granting
from engine.records.shown import is_of_shown, shown_rows
from engine.records.workspace import Workspace
from engine.storage.joins import Joined, link_column


def joined(work: Workspace, entity: str, **given: Mapping[str, Any]) -> Joined:
    """Return the rows of an entity for this work: its clock, its actor."""
    return joined_at(work, entity, None, **given)


def joined_at(
    work: Workspace, entity: str, table: FromClause | None, **given: Mapping[str, Any]
) -> Joined:
    """Return the rows of an entity in a table or alias that stands beside others."""
    return Joined(
        work.catalog,
        work.tables,
        entity,
        now=work.now,
        today=work.today,
        given={"user": actor_values(work.actor), **given},
        table=table,
    )


def is_allowed(work: Workspace, entity: str, action: str) -> bool:
    """Tell whether the actor may do an action at all; plugin code was allowed before."""
    if is_of_shown(work, entity):
        return action == "read"
    return work.trusted or may(work.catalog, work.actor, entity, action)


def visible(
    work: Workspace, entity: str, table: FromClause, action: str, scope: Joined | None = None
) -> ColumnElement[bool] | None:
    """Return the row rule of the actor for an action; None when every row passes.

    Plugin code reads and writes within the actor's units, whatever his rights there: the
    button it serves was allowed, and what it must know is not what he may look at.
    """
    if is_of_shown(work, entity):
        return shown_rows(work, entity, table) if action == "read" else false()
    if work.trusted:
        return _within_units(work, entity, table)
    return visible_rows(
        work.catalog, work.tables, work.actor, entity, table, action, now=work.now, joined=scope
    )


def has_fixed_rule(work: Workspace, entity: str, action: str) -> bool:
    """Tell whether the row rule is the same at every moment: no role's `where` is in it."""
    if work.trusted or work.actor.is_unlimited:
        return True
    found = work.catalog.entity(entity)
    roles = roles_granting(work.catalog, work.actor, entity, action)
    while (parent := parent_of(work.catalog, found)) is not None:
        found = parent
    declared = (found.rights.by_role.get(role) for role in roles)
    return all(one is None or one.where is None for one in declared)


def _within_units(work: Workspace, entity: str, table: FromClause) -> ColumnElement[bool] | None:
    actor = work.actor
    if actor.is_unlimited:
        return None
    described = work.catalog.entity(entity)
    if described.part_of and not described.scope:
        parent = described.field(described.part_of).options["to"]
        above = work.tables.table(parent).alias()
        seen = _within_units(work, parent, above)
        if seen is None:
            return None
        link = table.c[link_column(described.part_of)]
        return select(literal(1)).where(above.c.id == link, seen).correlate(table).exists()
    if not described.scope:
        return None
    units = merged([actor.units(role) for role in actor.roles])
    if isinstance(units, AllUnits):
        return None
    wanted = bindparam(None, sorted(units), type_=ARRAY(BigInteger), unique=True)
    return table.c.scope_unit_id == any_(wanted)
