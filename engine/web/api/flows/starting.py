"""Start an approval of a record, and see before who will be asked."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request

from engine.extension import Invalid, NotFound
from engine.flows.attachments import FIELD, OWNER
from engine.flows.core.refusals import MESSAGES, FlowRefused
from engine.flows.forecast import before_start
from engine.flows.needs import comment_of
from engine.flows.service import FlowService
from engine.flows.starting import startable
from engine.metadata.flows import FlowAction
from engine.records import RecordService, Workspace
from engine.web.api.flows.reading import Sent, request_key
from engine.web.api.flows.wire import coming_json, names_of
from engine.web.api.idempotency import once
from engine.web.api.routes import Answer, bp
from engine.web.approvals.on_record import action_label
from engine.web.desk import current_work
from engine.web.views.files import keep_file

Json = dict[str, Any]


def _startable(work: Workspace, entity: str, record_id: int) -> list[tuple[FlowAction, str]]:
    if entity not in work.catalog.entities:
        raise NotFound("entity", entity)
    return startable(work, entity, RecordService(work).get(entity, record_id))


@bp.get("/flows/start/<entity>/<int:record_id>")
def flow_actions(entity: str, record_id: int) -> Answer:
    """What a record's flow can be told to do with it, and what stands against each."""
    work = current_work()
    found = _startable(work, entity, record_id)
    return jsonify(items=[_action(work, act, why) for act, why in found])


def _action(work: Workspace, act: FlowAction, why: str) -> Json:
    return {
        "action": act.name,
        "label": action_label(work, act),
        "asks_people": act.steps is not None,
        "can": not why,
        "code": why,
        "why_not": work.message(MESSAGES[why]) if why else "",
    }


@bp.post("/flows/start/<entity>/<int:record_id>/<action>")
def flow_start(entity: str, record_id: int, action: str) -> Answer:
    """Take a record through an action; with `preview`, only say who will be asked."""
    work = current_work()
    sent = Sent("chosen", "comment", "attachments", "preview")
    chosen, comment, preview = sent.people_of("chosen"), sent.text("comment"), sent.truth("preview")
    files = sent.numbers("attachments")
    sent.must_be_good()
    if preview:
        return jsonify(_preview(work, entity, record_id, action, chosen))

    def run() -> tuple[Any, int]:
        if entity not in work.catalog.entities:
            raise NotFound("entity", entity)
        done = FlowService(work).start(
            entity,
            record_id,
            action,
            chosen=chosen,
            comment=comment_of(comment),
            files=files,
            request_id=request_key(work),
        )
        case = done.case_id or None
        return {"case": case, "status": done.status, "seq": done.seq}, 201

    return once(work, run)


@bp.post("/flows/files/<entity>/<int:record_id>")
def flow_start_file(entity: str, record_id: int) -> Answer:
    """Keep a file (`file`) to attach to the start of an approval of a record."""
    work = current_work()
    found = [(a, why) for a, why in _startable(work, entity, record_id) if a.steps is not None]
    if not found:
        raise NotFound(entity, record_id)
    if all(why for _, why in found):
        raise FlowRefused(found[0][1])
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Invalid("Choose a file first.")
    return once(
        work,
        lambda: ({"id": keep_file(work, given, OWNER, None, FIELD), "name": given.filename}, 201),
    )


def _preview(
    work: Workspace, entity: str, record_id: int, action: str, chosen: dict[str, list[int]]
) -> Json:
    found = _startable(work, entity, record_id)
    act, why = next(((a, w) for a, w in found if a.name == action), (None, ""))
    if act is None:
        raise NotFound(f"{entity}.{action}", record_id)
    coming = []
    if not why and act.steps is not None:
        coming = before_start(work, entity, record_id, action, chosen)
    names = names_of(work, [user for one in coming for user in one.people])
    return {**_action(work, act, why), "coming": coming_json(coming, names)}
