"""Beside plain records: bulk changes, buttons, look-ups, comments, files."""

from __future__ import annotations

import base64
from typing import Any

from flask import jsonify, request
from sqlalchemy import select

from engine.extension import ActionResult, Invalid, NotFound
from engine.fieldtypes import field_type
from engine.metadata import Entity
from engine.records import BulkOutcome, RecordService, Workspace, is_allowed
from engine.storage.joins import person_name
from engine.storage.system_tables import ab_user
from engine.storage.work_tables import wy_comment
from engine.web.api.idempotency import once
from engine.web.api.reading import ids_of, sent_object, values_of
from engine.web.api.routes import Answer, bp
from engine.web.desk import current_work, entity_for
from engine.web.i18n import say

NEWEST = 100  # comments of one answer


@bp.post("/<entity>/bulk")
def bulk(entity: str) -> Answer:
    """Set the same values in many records; with `preview`, only say what would happen."""
    entity_for(entity, "bulk")
    sent = sent_object()
    ids, values = ids_of(sent), sent.get("values")
    if not isinstance(values, dict):
        raise Invalid("Say what is to be changed: «values» must be an object.")
    wanted = values_of(values)
    service = RecordService(current_work())
    if sent.get("preview"):
        return jsonify(_outcome(service.preview_bulk(entity, ids, wanted)))
    return once(current_work(), lambda: (_outcome(service.bulk_change(entity, ids, wanted)), 200))


def _outcome(outcome: BulkOutcome) -> dict[str, Any]:
    return {
        "changed": list(outcome.changed),
        "unchanged": list(outcome.unchanged),
        "problems": {
            str(i): [{"field": p.field, "message": say(p)} for p in problems]
            for i, problems in outcome.problems.items()
        },
    }


@bp.post("/<entity>/button/<button>")
def press(entity: str, button: str) -> Answer:
    """Press a button on some records; with `preview`, only say what it would do."""
    work = current_work()
    described = work.catalog.entities.get(entity)
    if described is None or button not in described.buttons:
        raise NotFound("button", f"{entity}.{button}")
    entity_for(entity, button)
    sent = sent_object()
    ids, asked = ids_of(sent), sent.get("ask", {})
    if not isinstance(asked, dict):
        raise Invalid("«ask» must be an object.")
    if sent.get("preview"):
        shown = RecordService(work).preview(entity, button, ids, asked)
        left_out = [{"reason": work.message(why), "count": n} for why, n in shown.left_out]
        return jsonify(count=shown.count, left_out=left_out)

    def run() -> tuple[Any, int]:
        result = RecordService(work).press(entity, button, ids, asked)
        return _result(work, result), 200

    return once(work, run)


def _result(work: Workspace, result: ActionResult) -> dict[str, Any]:
    message = work.message(result.message or "Done.", **result.params)
    found: dict[str, Any] = {"message": message, "redirect": result.redirect}
    if result.file is not None:
        content = result.file if isinstance(result.file, bytes) else b"".join(result.file)
        found["file"] = {
            "name": result.file_name,
            "content_type": result.content_type,
            "base64": base64.b64encode(content).decode(),
        }
    return found


@bp.get("/<entity>/lookup/<field>")
def look_up(entity: str, field: str) -> Answer:
    """What a link field may lead to; `q` are words, `r.<name>` values of the record."""
    from engine.web.views.lookups import lookup_answer

    found: Answer = lookup_answer(current_work(), entity, field)
    return found


@bp.get("/<entity>/<int:record_id>/comments")
def comments(entity: str, record_id: int) -> Answer:
    """The newest comments on a record, newest first."""
    work = current_work()
    described = entity_for(entity)
    if not described.comments:
        raise NotFound("comments", record_id)
    RecordService(work).view(entity, record_id, ())  # must be visible
    kept = wy_comment.c
    query = (
        select(wy_comment, person_name(ab_user).label("who"))
        .select_from(wy_comment.outerjoin(ab_user, ab_user.c.id == kept.created_by))
        .where(kept.entity == entity, kept.record_id == record_id, kept.deleted_at.is_(None))
        .order_by(kept.id.desc())
        .limit(NEWEST)
    )
    items = [
        {"id": r.id, "text": r.text, "by": r.who or "", "at": r.created_at.isoformat()}
        for r in work.connection.execute(query)
    ]
    return jsonify(items=items)


@bp.post("/<entity>/<int:record_id>/comments")
def comment(entity: str, record_id: int) -> Answer:
    """Write a comment."""
    from engine.web.views.talking import add_comment

    described = entity_for(entity)
    text = sent_object().get("text")
    work = current_work()

    def run() -> tuple[Any, int]:
        add_comment(work, described, record_id, text)
        return {"message": work.message("Saved.")}, 201

    return once(work, run)


@bp.post("/<entity>/<int:record_id>/reveal/<field>")
def reveal(entity: str, record_id: int, field: str) -> Answer:
    """A masked value in full; it is noted who asked."""
    from engine.web.views.revealing import revealed

    answer = jsonify(value=revealed(current_work(), entity_for(entity), record_id, field))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/files")
def upload() -> Answer:
    """Keep a file for a field (`entity`, `field`); its id is then a value of that field."""
    work = current_work()
    described, name = _field_for_file()
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Invalid("Choose a file first.")

    def run() -> tuple[Any, int]:
        from engine.web.views.files import keep_for_field

        file_id = keep_for_field(work, given, described, described.fields[name])
        return {"id": file_id, "name": given.filename}, 201

    return once(work, run)


def _field_for_file() -> tuple[Entity, str]:
    """Return the entity and field an upload is meant for, which the caller may set."""
    from engine.access import changeable_fields

    work, entity = current_work(), request.form.get("entity", "")
    described = work.catalog.entities.get(entity)
    if described is None or not any(is_allowed(work, entity, a) for a in ("create", "change")):
        raise Invalid("Say for which «entity» the file is.")
    name = request.form.get("field", "")
    field = described.fields.get(name)
    open_ = changeable_fields(work.catalog, work.actor, entity)
    if field is None or name not in open_ or not hasattr(field_type(field.type), "check_upload"):
        raise Invalid("Say for which «field» the file is.")
    return described, name


@bp.get("/files/<int:file_id>")
def file(file_id: int) -> Answer:
    """A file, to those who may see the record and the field it stands in."""
    from engine.web.views.files import file_answer

    found: Answer = file_answer(current_work(), file_id)
    return found
