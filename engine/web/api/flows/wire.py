"""Approvals as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.access import masked_fields, readable_fields
from engine.extension import Invalid, NotFound
from engine.fieldtypes import mask
from engine.flows.core.state import Task, Visit
from engine.flows.flow_map import flow_map
from engine.flows.forecast import Coming
from engine.flows.lists import Item
from engine.flows.migration import outdated
from engine.flows.needs import COMMANDS, needs
from engine.flows.panel import Panel, reader
from engine.flows.people import Directory
from engine.flows.together import Wrong
from engine.metadata import Text
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_task as tasks
from engine.web.api.wire import record_json
from engine.web.i18n import say

Json = dict[str, Any]
Names = Mapping[int, str]


def moment(at: datetime | None) -> str | None:
    """Return a moment as the API writes it."""
    return None if at is None else at.isoformat()


def person(names: Names, user: int | None) -> Json | None:
    """Return a person by account and name."""
    return None if user is None else {"id": user, "name": names.get(user, "")}


def names_of(work: Workspace, users: Sequence[int | None]) -> Names:
    """Return what people are called."""
    return Directory(work.as_flow()).names(sorted({user for user in users if user}))


def items_json(work: Workspace, found: Sequence[Item]) -> list[Json]:
    """Return lines of a list."""
    names = names_of(work, [u for one in found for u in (one.initiator_id, one.on_behalf_of)])
    return [
        {
            "case": one.case_id,
            "task": one.task_id,
            "flow": one.flow,
            "entity": one.entity,
            "record_id": one.record_id,
            "subject": one.subject,
            "step": one.step,
            "kind": one.kind,
            "status": one.status,
            "state": one.state,
            "initiator": person(names, one.initiator_id),
            "on_behalf_of": person(names, one.on_behalf_of),
            "since": moment(one.since),
            "due_at": moment(one.due_at),
            "is_new": one.is_new,
        }
        for one in found
    ]


def case_json(work: Workspace, found: Panel) -> Json:
    """Return a case with its record, as the caller may see it."""
    row, case = found.row, found.case
    known = tasks_of(work, row.id)
    return {
        "id": row.id,
        "flow": row.flow,
        "title": found.flow.title.in_(work.language),
        "action": row.action,
        "entity": row.entity,
        "record_id": row.record_id,
        "subject": row.subject,
        "status": case.status,
        "suspended": case.suspended,
        "round": case.round,
        "outdated": outdated(work, found),
        "initiator": person(found.names, case.initiator),
        "started_at": moment(row.started_at),
        "moved_at": moment(row.moved_at),
        "ended_at": moment(row.ended_at),
        "previous": row.previous_id,
        "record": _record(work, found),
        "map": [_drawn(work, node) for node in flow_map(found)],
        "steps": [_visit(work, found, v, known) for v in case.visits.values() if v.kind in _SHOWN],
        "coming": coming_json(found.coming, found.names),
        "log": _log(work, found, known),
        "can": _can(work, found, known),
        "edit": sorted(found.edit),
        "require": sorted(found.require),
        "hide": sorted(found.hide),
    }


_SHOWN = ("step", "resubmit", "wait")


def tasks_of(work: Workspace, case_id: int) -> dict[int, Any]:
    """Return the rows of a case's tasks by their number: id, due_at."""
    query = select(tasks.c.no, tasks.c.id, tasks.c.due_at).where(tasks.c.case_id == case_id)
    return {row.no: row for row in work.connection.execute(query)}


def _record(work: Workspace, found: Panel) -> Json:
    reading = reader(work, found)
    entity = work.catalog.entity(found.row.entity)
    values = record_json(reading, entity, found.row.record_id)
    return {name: one for name, one in values.items() if name.split(".")[0] not in found.hide}


def _drawn(work: Workspace, node: Json) -> Json:
    """Return a node of the map; the people of a step stand among the steps."""
    return {
        "id": node["id"],
        "kind": node["kind"],
        "title": _text(work, node["label"]),
        "state": node["state"],
        "times": node["times"],
        "branches": [
            {"name": _text(work, name), "nodes": [_drawn(work, one) for one in branch]}
            for name, branch in zip(node["names"], node["branches"], strict=True)
        ],
    }


def _text(work: Workspace, text: Text | None) -> str:
    return text.in_(work.language) if text else ""


def _visit(work: Workspace, found: Panel, visit: Visit, known: Mapping[int, Any]) -> Json:
    node = next((n for n in found.action.nodes() if n.id == visit.node), None)
    return {
        "visit": visit.no,
        "step": visit.node,
        "kind": visit.kind,
        "title": _text(work, node.title) if node is not None else "",
        "state": visit.state,
        "reason": visit.reason,
        "superseded": visit.superseded,
        "held": str(visit.data.get("held", "")),
        "sign": getattr(getattr(node, "sign", None), "mode", ""),
        "started_at": moment(visit.started_at),
        "ended_at": moment(visit.ended_at),
        "tasks": [_task(found, t, known) for t in found.case.tasks_of(visit.no)],
    }


def _task(found: Panel, task: Task, known: Mapping[int, Any]) -> Json:
    return {
        "id": known[task.no].id,
        "person": person(found.names, task.user),
        "proxy": person(found.names, task.proxy),
        "kind": task.kind,
        "state": task.state,
        "reason": task.reason,
        "comment": task.comment,
        "since": moment(task.opened_at),
        "until": moment(task.closed_at),
        "due_at": moment(known[task.no].due_at),
        "decided_by": person(found.names, task.decided_by),
    }


def coming_json(found: Sequence[Coming], names: Names) -> list[Json]:
    """Return the steps to come, if everybody agrees."""
    return [
        {
            "step": one.step,
            "title": one.title,
            "people": [person(names, user) for user in one.people],
            "sign": one.sign,
            "nobody": one.nobody,
            "chosen_by": one.chosen_by,
        }
        for one in found
    ]


def _log(work: Workspace, found: Panel, known: Mapping[int, Any]) -> list[Json]:
    seen = _seen(work, found)
    return [
        {
            "seq": row.seq,
            "at": moment(row.at),
            "command": row.command,
            "by": person(found.names, row.actor_id),
            "on_behalf_of": person(found.names, row.on_behalf_of),
            "step": row.step,
            "task": known[row.task].id if row.task in known else None,
            "target": row.target,
            "users": [person(found.names, int(user)) for user in row.said.get("users", ())],
            "comment": row.comment,
            "from_status": row.from_status,
            "to_status": row.to_status,
            "changes": {
                name: [_covered(seen[name], one) for one in pair]
                for name, pair in row.changes.items()
                if name in seen
            },
            "files": [
                {"id": f.id, "name": f.name, "size_bytes": f.size_bytes}
                for f in found.files.get(row.seq, ())
            ],
        }
        for row in found.log
    ]


def _seen(work: Workspace, found: Panel) -> dict[str, str]:
    """Return the fields whose changes the caller may know of, each with its mask."""
    actor, entity = reader(work, found).actor, found.row.entity
    masked = masked_fields(work.catalog, actor, entity)
    fields = work.catalog.entity(entity).fields
    shown = readable_fields(work.catalog, actor, entity) - found.hide
    return {name: fields[name].mask or "" if name in masked else "" for name in shown}


def _covered(cover: str, value: Any) -> Any:
    return mask(cover, str(value)) if cover and value not in (None, "") else value


def _can(work: Workspace, found: Panel, known: Mapping[int, Any]) -> list[Json]:
    can = [_offer(found, name, known) for name in COMMANDS if name in found.can]
    if found.is_admin and outdated(work, found):
        can.append({"command": "migrate"})
    return can


def _offer(found: Panel, name: str, known: Mapping[int, Any]) -> Json:
    """Return a command with what it asks for; what it does not ask for is left out."""
    need, offered = needs(found, name), found.can[name]
    task = offered if type(offered) is int and name != "assign" else None
    asks: Json = {
        "task": known[task].id if task is not None and task in known else None,
        "users": need.users,
        "targets": list(need.targets),
        "modes": list(need.modes),
        "mode": need.mode,
        "tasks": [known[no].id for no in need.tasks],
        "visits": list(need.visits),
        "comment": need.comment,
        "leaver": need.leaver,
        "values": need.values,
        "chosen": list(need.chosen),
    }
    return {"command": name, **{key: value for key, value in asks.items() if value}}


def refusal_json(wrong: Wrong) -> Json:
    """Return why one of several things was refused."""
    if isinstance(wrong, NotFound):
        return {"code": "not_found", "message": ""}
    if isinstance(wrong, Invalid):
        first = wrong.problems[0]
        message = "; ".join(say(p) for p in wrong.problems)
        return {"code": first.code, "message": message}
    return {"code": getattr(wrong, "code", ""), "message": say(wrong)}
