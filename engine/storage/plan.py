"""What applying a catalog would do to the database."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

import engine.storage.flow_tables  # defines tables of SYSTEM
import engine.storage.work_tables  # noqa: F401  # defines tables of SYSTEM
from engine.metadata import Catalog, Entity
from engine.storage.collector import collector_paused
from engine.storage.compare import compare
from engine.storage.context import Context, Renames
from engine.storage.live import read_live
from engine.storage.routines import routine_signatures, routine_steps
from engine.storage.running_flows import misfits
from engine.storage.shape import TableShape, shape_of
from engine.storage.steps import Plan, Step
from engine.storage.system_tables import SYSTEM
from engine.storage.tables import Tables, tables_of

__all__ = ["Plan", "Step", "plan"]


def plan(
    connection: Connection,
    catalog: Catalog,
    *,
    drop_unused: bool = False,
    tables: Tables | None = None,
) -> Plan:
    """Compare a catalog with the database; writes nothing.

    `tables` spares building them again. `drop_unused` turns what the catalog no longer
    describes into steps that drop it. The questions to the data run only for steps that
    the data could forbid.
    """
    with collector_paused():
        return _plan(connection, catalog, drop_unused, tables or tables_of(catalog))


def _plan(connection: Connection, catalog: Catalog, drop_unused: bool, tables: Tables) -> Plan:
    wanted = dict(_system_shapes())
    wanted.update((entity, shape_of(tables.table(entity))) for entity in tables.names)
    live = read_live(connection)
    context = Context(connection, live, wanted, _renames(catalog, tables), drop_unused)
    found = compare(context)
    return replace(
        found,
        steps=(
            *routine_steps(live.signatures),
            *found.steps,
            *misfits(connection, catalog, live.tables),
        ),
        signatures=tuple(sorted({**dict(found.signatures), **routine_signatures()}.items())),
    )


@functools.cache
def _system_shapes() -> tuple[tuple[str, TableShape], ...]:
    return tuple((table.name, shape_of(table)) for table in SYSTEM.sorted_tables)


def _renames(catalog: Catalog, tables: Tables) -> Renames:
    entities = [e for e in catalog.entities.values() if e.name in tables.names]
    return Renames(
        {entity.name: entity.renamed_from for entity in entities if entity.renamed_from},
        {pair: old for entity in entities for pair, old in _renamed_columns(entity, tables)},
    )


def _renamed_columns(entity: Entity, tables: Tables) -> Iterator[tuple[tuple[str, str], str]]:
    for field in entity.fields.values():
        if field.renamed_from:
            for column in tables.names[entity.name][field.name]:
                # The same ending: 'owner_id' comes from 'holder_id'.
                yield (entity.name, column), field.renamed_from + column[len(field.name) :]
