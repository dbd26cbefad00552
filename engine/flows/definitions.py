"""Which flow governs a record, and the text a running case is pinned to (rule 15)."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert

from engine.diagnostics import InvalidMetadata
from engine.flows.core.refusals import FlowRefused
from engine.flows.environment import FlowEnvironment, unit_of
from engine.loading import load_flow
from engine.metadata import Catalog
from engine.metadata.flows import Flow
from engine.records import Workspace, flows_of
from engine.storage.flow_tables import wy_flow_definition as table


def flow_for(work: Workspace, entity: str, record: dict[str, Any]) -> Flow | None:
    """Return the flow a record goes through: the one for the nearest unit whose condition holds.

    A flow for named units goes before one for all, and one with a condition before one without.
    """
    found = flows_of(work.catalog, entity)
    if len(found) <= 1 and not any(f.units or f.applies_when for f in found):
        return found[0] if found else None
    codes = unit_codes(work, unit_of(work, entity, record))
    fitting = [(_nearness(f, codes), f) for f in found]
    fitting = [(near, f) for near, f in fitting if near is not None and _holds(work, f, record)]
    if not fitting:
        return None
    return min(fitting, key=lambda one: (one[0], one[1].applies_when is None, one[1].name))[1]


def _nearness(flow: Flow, codes: list[str]) -> int | None:
    if not flow.units:
        return len(codes)
    return next((i for i, code in enumerate(codes) if code in flow.units), None)


def _holds(work: Workspace, flow: Flow, record: dict[str, Any]) -> bool:
    if flow.applies_when is None:
        return True
    return FlowEnvironment(work, flow.entity, record).holds(flow.applies_when)


def unit_codes(work: Workspace, unit: int | None) -> list[str]:
    """Return the codes of a unit and of those above it, the nearest first."""
    organization = work.catalog.organization
    if organization is None or unit is None:
        return []
    key = ("unit codes", unit)
    if key in work.memo:
        return list(work.memo[key])
    units = work.tables.table(organization.entity)
    code = organization.code or work.catalog.entity(organization.entity).title
    above = units.c[f"{organization.parent}_id"]
    walk = (
        select(units.c.id, units.c[code].label("code"), above.label("above"))
        .where(units.c.id == unit)
        .cte("walk", recursive=True)
    )
    walk = walk.union(
        select(units.c.id, units.c[code], above).join(walk, units.c.id == walk.c.above)
    )
    found = [str(row.code) for row in work.connection.execute(select(walk.c.code))]
    work.memo[key] = found
    return found


def definition_id(connection: Connection, catalog: Catalog, flow: Flow) -> int:
    """Return the kept text of a flow, keeping it when it is new."""
    query = select(table.c.id).where(table.c.flow == flow.name, table.c.digest == flow.digest)
    found = connection.scalar(query)
    if found is not None:
        return int(found)
    row = {
        "flow": flow.name,
        "file": flow.file,
        "digest": flow.digest,
        "text": catalog.sources[flow.file],
    }
    connection.execute(insert(table).values(row).on_conflict_do_nothing())
    return int(connection.execute(query).scalar_one())


def _pinned_of(work: Workspace) -> dict[int, Flow]:
    """Return what is remembered of a database's kept texts: its numbers are its own."""
    by_engine: WeakKeyDictionary[Engine, dict[int, Flow]]
    by_engine = vars(work.catalog).setdefault("_pinned_flows", WeakKeyDictionary())
    return by_engine.setdefault(work.connection.engine, {})


def pinned(work: Workspace, name: str, definition: int) -> Flow:
    """Return the flow as it was when the case began.

    Raises:
        FlowRefused: unfit; its text no longer fits the entities it is about.
    """
    known = _pinned_of(work)
    flow = known.get(definition)
    if flow is None:
        row = work.connection.execute(select(table).where(table.c.id == definition)).one()
        now = work.catalog.flows.get(name)
        current = now is not None and now.digest == row.digest
        try:
            flow = now if current and now else load_flow(row.text, row.file, work.catalog)
        except InvalidMetadata as broken:
            raise FlowRefused("unfit") from broken
        known[definition] = flow
    return flow
