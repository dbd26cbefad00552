"""The org unit that owns each row, kept in the row itself.

A row's unit is found over links (`estate.unit`). When one of those links changes far away, or
when an entity gets its scope after it has rows, the rows are brought up to date set-wise.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from engine.metadata import Catalog, Entity
from engine.storage.joins import Joined, link_target
from engine.storage.system_tables import wy_schema
from engine.storage.tables import Tables, tables_of

Path = tuple[str, ...]
_MARK = "scope of "  # in wy_schema: by which links the rows of an entity were filled


def fill_scope(
    connection: Connection,
    catalog: Catalog,
    tables: Tables,
    entity: Entity,
    *,
    through: tuple[Path, int] | None = None,
) -> int:
    """Write the owning unit into the rows of a scoped entity; return how many changed.

    `through` keeps to the rows whose links of that path lead to that record.
    """
    now = datetime.now(UTC)
    source = Joined(catalog, tables, entity.name, now=now, today=now.date())
    unit = source.column(tuple(entity.scope.split(".")))
    conditions: list[ColumnElement[Any]] = [source.table.c.scope_unit_id.is_distinct_from(unit)]
    if through is not None:
        path, record_id = through
        conditions.append(source.column(path) == record_id)
    found = select(source.table.c.id, unit.label("unit")).select_from(source.from_)
    found = found.where(*conditions)
    wanted = found.subquery()
    table = tables.table(entity.name)
    change = update(table).where(table.c.id == wanted.c.id)
    return connection.execute(change.values(scope_unit_id=wanted.c.unit)).rowcount


def fill_new_scopes(connection: Connection, catalog: Catalog) -> None:
    """Bring the rows of entities up to date whose scope is new, or leads elsewhere than before."""
    kept = wy_schema.c
    query = select(kept.object, kept.signature).where(
        kept.object.startswith(_MARK, autoescape=True)
    )
    known = {row.object: row.signature for row in connection.execute(query)}
    changed = [
        entity
        for entity in catalog.entities.values()
        if entity.scope and known.get(_MARK + entity.name) != entity.scope
    ]
    if not changed:
        return
    tables = tables_of(catalog)
    for entity in changed:
        fill_scope(connection, catalog, tables, entity)
    rows = [{"object": _MARK + one.name, "signature": one.scope} for one in changed]
    statement = insert(wy_schema)
    statement = statement.on_conflict_do_update(
        index_elements=["object"], set_={"signature": statement.excluded.signature}
    )
    connection.execute(statement, rows)


def owned_through(catalog: Catalog) -> dict[tuple[str, str], list[tuple[Entity, Path]]]:
    """Map (entity, link) to the scoped entities whose unit is found over that link of it.

    The path is what leads from such an entity to the record that has the link.
    """
    found: dict[tuple[str, str], list[tuple[Entity, Path]]] = {}
    for entity in catalog.entities.values():
        steps = tuple(entity.scope.split(".")) if entity.scope else ()
        at = entity.name
        for depth, step in enumerate(steps):
            if depth:
                found.setdefault((at, step), []).append((entity, steps[:depth]))
            at = link_target(catalog, at, step)
    return found
