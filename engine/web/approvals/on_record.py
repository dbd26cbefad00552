"""An approval beside its record: where it stands, and the buttons that start one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.flows.core.refusals import MESSAGES, FlowRefused
from engine.flows.panel import panel
from engine.flows.starting import startable
from engine.metadata.flows import FlowAction
from engine.records import Workspace, flows_of
from engine.storage.flow_tables import wy_flow_case as cases
from engine.web.approvals.shown import approval_view

View = dict[str, Any]


def beside(work: Workspace, entity: str, record: dict[str, Any]) -> View:
    """Return what a record's page shows of approvals; nothing for entities without flows."""
    if not flows_of(work.catalog, entity):
        return {"starts": [], "approval": None}
    query = (
        select(cases.c.id)
        .where(cases.c.entity == entity, cases.c.record_id == record["id"])
        .where(cases.c.parent_id.is_(None))
        .order_by(cases.c.id.desc())
        .limit(1)
    )
    last = work.connection.scalar(query)
    try:
        shown = approval_view(work, panel(work, last)) if last is not None else None
    except FlowRefused as refused:
        if refused.code != "unfit":
            raise
        shown = None  # an administrator must move it; until then the record is read without it
    return {"starts": start_actions(work, entity, record), "approval": shown}


def start_actions(work: Workspace, entity: str, record: dict[str, Any]) -> list[View]:
    """Return the flow's buttons of a record, grey with the reason when they cannot be pressed."""
    found = []
    for act, reason in startable(work, entity, record):
        if reason in ("wrong_state", "may_not_start", "already_running"):
            continue
        url = f"/flows/start/{entity}/{record['id']}/{act.name}"
        found.append(
            {
                "name": act.name,
                "label": action_label(work, act),
                "icon": "send" if act.steps is not None else "bolt",
                "color": "primary" if act.steps is not None else "",
                "url": url,
                "method": "dialog",
                "confirm": "",
                "enabled": not reason,
                "why_not": work.message(MESSAGES[reason]) if reason else "",
            }
        )
    return found


def action_label(work: Workspace, act: FlowAction) -> str:
    """Return what an action is called."""
    if act.label:
        return act.label.in_(work.language)
    return work.message("Submit for approval") if act.name == "submit" else act.name
