"""Approvals that still run by a text the new metadata no longer bears (rule 15 of flows.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, func, select

from engine.diagnostics import InvalidMetadata
from engine.loading import load_flow
from engine.metadata import Catalog
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_definition as definitions
from engine.storage.steps import Step


def misfits(
    connection: Connection, catalog: Catalog, live: Collection[str]
) -> Iterator[Step]:
    """Yield a step for each text of a flow that running approvals follow and that has broken.

    It does nothing: it stands for the loss, so that nobody takes a field from under them unseen.
    """
    if cases.name not in live or definitions.name not in live:
        return
    current = {(flow.name, flow.digest) for flow in catalog.flows.values()}
    query = (
        select(definitions, func.count().label("running"))
        .join(cases, cases.c.definition_id == definitions.c.id)
        .where(cases.c.status == "running")
        .group_by(definitions.c.id)
        .order_by(definitions.c.id)
    )
    for row in connection.execute(query):
        if (row.flow, row.digest) in current:
            continue
        try:
            load_flow(row.text, row.file, catalog)
        except InvalidMetadata as broken:
            why = f"{row.running} approvals run by a text that no longer fits: {broken.found[0]}"
            why = why.splitlines()[0] + "; end them, or move them to the newest text"
            yield Step(sign="!", kind="flow", target=f"flow {row.flow}", safe=False, why=why)
