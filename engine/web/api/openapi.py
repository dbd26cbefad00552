"""OpenAPI 3.1 of what the caller may do, written from the catalog."""

from __future__ import annotations

from typing import Any

from engine.access import changeable_fields, readable_fields
from engine.fieldtypes import field_type
from engine.metadata import Entity
from engine.records import Workspace, is_allowed
from engine.web.api.wire import entity_names

Json = dict[str, Any]
_LIST_PARAMETERS = (
    ("where", "a filter in the expression language, e.g. state == 'vacant' and area > 90"),
    ("q", "words in the search fields, in any spelling"),
    ("view", "a filter the module ships, by name"),
    ("columns", "paths separated by commas; all readable fields by default"),
    ("sort", "paths separated by commas, - first for descending"),
    ("page", "the page, from 1"),
    ("size", "records a page, at most 500"),
    ("after", "the `next` of the page before: goes on from there, however deep"),
    ("count", "false: do not count"),
    ("totals", "number fields to sum over all that match"),
)
_REFUSALS = {
    "401": "no proof of who asks",
    "403": "the right is missing, or the record is closed",
    "404": "no such record, or not one the caller may see",
    "409": "somebody else was faster; carries the differences",
    "422": "values that cannot be taken, each with its field",
}


def describe(work: Workspace) -> Json:
    """Return the document."""
    paths: Json = {}
    schemas: Json = {"Error": _error(), "Link": _link()}
    for name in entity_names(work):
        entity = work.catalog.entity(name)
        schemas[name] = _record(work, entity)
        schemas[f"{name}_sent"] = _sent(work, entity)
        paths |= _paths(work, entity)
    return {
        "openapi": "3.1.0",
        "info": {"title": work.catalog.product.name.in_(work.language), "version": "1"},
        "servers": [{"url": "/api/v1"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "a JWT of /api/v1/security/login, or an API key",
                }
            },
        },
    }


def _error() -> Json:
    problem = {
        "type": "object",
        "properties": {n: {"type": "string"} for n in ("field", "code", "message")},
    }
    return {
        "type": "object",
        "properties": {
            "error": {
                "type": "object",
                "properties": {
                    "status": {"type": "integer"},
                    "message": {"type": "string"},
                    "problems": {"type": "array", "items": problem},
                    "differences": {"type": "object"},
                    "current_version": {"type": ["integer", "null"]},
                },
                "required": ["status", "message"],
            }
        },
    }


def _link() -> Json:
    return {
        "type": ["object", "null"],
        "properties": {"id": {"type": "integer"}, "title": {"type": ["string", "null"]}},
    }


def _record(work: Workspace, entity: Entity) -> Json:
    shown = readable_fields(work.catalog, work.actor, entity.name)
    properties: Json = {"id": {"type": "integer"}, "version": {"type": "integer"}}
    for name, field in entity.fields.items():
        if name not in shown:
            continue
        linked = field.type == "link"
        described = _or_null(dict(field_type(field.type).openapi(field)))
        properties[name] = {"$ref": "#/components/schemas/Link"} if linked else described
    return {
        "type": "object",
        "title": entity.label.in_(work.language),
        "properties": properties,
        "required": ["id", "version"],
    }


def _or_null(schema: Json) -> Json:
    kind = schema.get("type")
    return schema | {"type": [kind, "null"]} if isinstance(kind, str) else schema


def _sent(work: Workspace, entity: Entity) -> Json:
    open_ = changeable_fields(work.catalog, work.actor, entity.name, "create")
    open_ |= changeable_fields(work.catalog, work.actor, entity.name)
    properties = {
        n: _or_null(dict(field_type(f.type).openapi(f)))
        for n, f in entity.fields.items()
        if n in open_
    }
    properties["version"] = {"type": "integer", "description": "refuse if it is not this one"}
    return {"type": "object", "properties": properties}


def _answer(schema: Json, status: str = "200") -> Json:
    body = {"application/json": {"schema": schema}}
    refusals = {
        code: {
            "description": text,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
        for code, text in _REFUSALS.items()
    }
    return {status: {"description": "done", "content": body}, **refusals}


def _body(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _paths(work: Workspace, entity: Entity) -> Json:
    name = entity.name
    one = {"$ref": f"#/components/schemas/{name}"}
    sent = {"$ref": f"#/components/schemas/{name}_sent"}
    key = {"name": "record_id", "in": "path", "required": True, "schema": {"type": "integer"}}
    many = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": one},
            "total": {"type": "integer"},
            "has_more": {"type": "boolean"},
            "next": {"type": "string"},
        },
    }
    parameters = [
        {"name": n, "in": "query", "description": text, "schema": {"type": "string"}}
        for n, text in _LIST_PARAMETERS
    ]
    whole: Json = {"get": {"parameters": parameters, "responses": _answer(many)}}
    single: Json = {"parameters": [key], "get": {"responses": _answer(one)}}
    by_people = entity.written_by == "people"
    if by_people and is_allowed(work, name, "create"):
        whole["post"] = {"requestBody": _body(sent), "responses": _answer(one, "201")}
    if by_people and is_allowed(work, name, "change"):
        single["patch"] = {"requestBody": _body(sent), "responses": _answer(one)}
    if by_people and is_allowed(work, name, "delete") and entity.delete != "never":
        single["delete"] = {"responses": _answer({"type": "object"})}
    paths = {f"/{name}/": whole, f"/{name}/{{record_id}}": single}
    for button in entity.buttons.values():
        if is_allowed(work, name, button.name):
            paths[f"/{name}/button/{button.name}"] = {"post": _press(work, button)}
    return paths


def _press(work: Workspace, button: Any) -> Json:
    ask = {n: dict(field_type(f.type).openapi(f)) for n, f in button.ask.items()}
    body = {
        "type": "object",
        "properties": {
            "ids": {"type": "array", "items": {"type": "integer"}},
            "ask": {"type": "object", "properties": ask},
        },
    }
    return {
        "summary": button.label.in_(work.language),
        "requestBody": _body(body),
        "responses": _answer({"type": "object"}),
    }
