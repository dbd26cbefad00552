"""The routes of the API."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from engine.extension import Invalid, Refused
from engine.metadata import Entity
from engine.records import MAX_PAGE_SIZE, Query, RecordService, chips_of, conditions
from engine.web.api.idempotency import once
from engine.web.api.wire import columns_for, entity_names, page_json, record_json, taken
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
    return jsonify(page_json(RecordService(current_work()).page(_query(described))))


def _query(entity: Entity) -> Query:
    work, arguments = current_work(), request.args
    chips = chips_of(work, entity.name, arguments.lists())
    found = list(conditions(work, entity.name, chips, arguments.get("where", "")))
    view = next((v for v in entity.list.views if v.name == arguments.get("view")), None)
    if arguments.get("view") and view is None:
        raise Invalid("There is no view %(name)s.", name=arguments["view"])
    if view is not None and view.filter is not None:
        found.append(view.filter.typed)
    return Query(
        entity=entity.name,
        columns=_list_of("columns") or columns_for(work, entity),
        conditions=tuple(found),
        search=arguments.get("q", ""),
        sort=_list_of("sort"),
        page=_whole("page", 1, 1, 100_000),
        size=_whole("size", 25, 1, MAX_PAGE_SIZE),
        after=arguments.get("after", ""),
        count=arguments.get("count", "true") != "false",
        totals=_list_of("totals"),
    )


def _list_of(name: str) -> tuple[str, ...]:
    return tuple(p.strip() for p in request.args.get(name, "").split(",") if p.strip())


def _whole(name: str, default: int, least: int, most: int) -> int:
    raw = request.args.get(name)
    if raw is None:
        return default
    if not raw.isdecimal() or not least <= int(raw) <= most:
        raise Invalid("%(name)s must be a whole number from %(least)s to %(most)s.",
                      name=name, least=least, most=most)  # fmt: skip
    return int(raw)


def _sent() -> dict[str, Any]:
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise Invalid("Send one JSON object, with the content type application/json.")
    return sent


@bp.post("/<entity>/")
def create(entity: str) -> Answer:
    """Create a record."""
    described = entity_for(entity, "create")
    sent = _sent()

    def run() -> tuple[Any, int]:
        work = current_work()
        record = RecordService(work).create(entity, taken(sent))
        return record_json(work, described, record["id"]), 201

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
    sent = _sent()

    def run() -> tuple[Any, int]:
        work = current_work()
        RecordService(work).change(entity, record_id, taken(sent), version=_version(sent))
        return record_json(work, described, record_id), 200

    return once(current_work(), run)


def _version(sent: dict[str, Any] | None = None) -> int | None:
    raw = (sent or {}).get("version")
    if raw is None:
        raw = request.headers.get("If-Match", "").strip('"') or None
    if raw is None:
        return None
    if isinstance(raw, bool) or not str(raw).isdecimal():
        raise Invalid("The version must be a whole number.")
    return int(raw)


@bp.delete("/<entity>/<int:record_id>")
def delete(entity: str, record_id: int) -> Answer:
    """Delete a record."""
    entity_for(entity, "delete")

    def run() -> tuple[Any, int]:
        RecordService(current_work()).delete(entity, record_id, version=_version())
        return {"deleted": record_id}, 200

    return once(current_work(), run)


@bp.post("/<entity>/bulk")
def bulk(entity: str) -> Answer:
    """Set the same values in many records; with `preview`, only say what would happen."""
    entity_for(entity, "bulk")
    sent = _sent()
    ids, values = _ids(sent), sent.get("values")
    if not isinstance(values, dict):
        raise Invalid("Say what is to be changed: «values» must be an object.")
    service = RecordService(current_work())
    if sent.get("preview"):
        outcome = service.preview_bulk(entity, ids, taken(values))
        return jsonify(_outcome(outcome))
    return once(
        current_work(),
        lambda: (_outcome(service.bulk_change(entity, ids, taken(values))), 200),
    )


def _ids(sent: dict[str, Any]) -> list[int]:
    ids = sent.get("ids", [])
    good = isinstance(ids, list) and all(
        isinstance(i, int) and not isinstance(i, bool) for i in ids
    )
    if not good:
        raise Invalid("«ids» must be a list of whole numbers.")
    return [int(i) for i in ids]


def _outcome(outcome: Any) -> dict[str, Any]:
    say = current_work().message
    return {
        "changed": list(outcome.changed),
        "unchanged": list(outcome.unchanged),
        "problems": {
            str(i): [{"field": p.field, "message": say(p.message, **p.params)} for p in problems]
            for i, problems in outcome.problems.items()
        },
    }


@bp.post("/<entity>/button/<button>")
def press(entity: str, button: str) -> Answer:
    """Press a button on some records."""
    if button not in entity_for(entity).buttons:
        raise Refused("There is no button %(name)s.", name=button)
    sent = _sent()
    ids, asked = _ids(sent), sent.get("ask", {})
    if not isinstance(asked, dict):
        raise Invalid("«ask» must be an object.")

    def run() -> tuple[Any, int]:
        work = current_work()
        result = RecordService(work).press(entity, button, ids, asked)
        message = work.message(result.message or "Done.", **result.params)
        return {"message": message, "redirect": result.redirect}, 200

    return once(current_work(), run)
