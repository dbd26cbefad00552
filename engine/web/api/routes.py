"""Records over the API: lists, one record, writing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from engine.records import RecordService
from engine.web.api.idempotency import once
from engine.web.api.reading import query_of, sent_object, values_of, version_of
from engine.web.api.wire import changed_json, created_json, entity_names, page_json, record_json
from engine.web.desk import current_work, entity_for

bp = Blueprint("api", __name__, url_prefix="/api/v1")
Answer = Response | tuple[Any, ...]


@bp.get("/openapi.json")
def openapi() -> Answer:
    """The API described, for what the caller may read."""
    from engine.web.api.openapi import describe

    return jsonify(describe(current_work()))


@bp.get("/")
def index() -> Answer:
    """The entities the caller may read."""
    work = current_work()
    names = entity_names(work)
    return jsonify(
        items=[{"name": n, "label": work.catalog.entity(n).label.in_(work.language)} for n in names]
    )


@bp.get("/<entity>/")
def list_records(entity: str) -> Answer:
    """A page of records; filters, columns and order as the screens have them."""
    described = entity_for(entity)
    return jsonify(page_json(RecordService(current_work()).page(query_of(described))))


@bp.post("/<entity>/")
def create(entity: str) -> Answer:
    """Create a record."""
    described = entity_for(entity, "create")
    values = values_of(sent_object())

    def run() -> tuple[Any, int]:
        work = current_work()
        record = RecordService(work).create(entity, values)
        return created_json(work, described, record), 201

    return once(current_work(), run)


@bp.get("/<entity>/<int:record_id>")
def get(entity: str, record_id: int) -> Answer:
    """One record with its lines."""
    described = entity_for(entity)
    found = record_json(current_work(), described, record_id)
    answer = jsonify(found)
    answer.headers["ETag"] = f'"{found["version"]}"'
    return answer


@bp.patch("/<entity>/<int:record_id>")
def change(entity: str, record_id: int) -> Answer:
    """Change the fields that are sent; with a version (in it or If-Match), only that one."""
    described = entity_for(entity, "change")
    sent = sent_object()
    values, version = values_of(sent, record_id), version_of(sent)

    def run() -> tuple[Any, int]:
        work = current_work()
        RecordService(work).change(entity, record_id, values, version=version)
        return changed_json(work, described, record_id), 200

    return once(current_work(), run)


@bp.delete("/<entity>/<int:record_id>")
def delete(entity: str, record_id: int) -> Answer:
    """Delete a record."""
    entity_for(entity, "delete")
    version = version_of()

    def run() -> tuple[Any, int]:
        RecordService(current_work()).delete(entity, record_id, version=version)
        return {"deleted": record_id}, 200

    return once(current_work(), run)
